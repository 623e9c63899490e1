"""Profiles written beside an index's contract."""

import re
from collections.abc import Mapping
from typing import Final

from diptych.client import Cluster, path
from diptych.contract import META_KEY, contract_from_meta
from diptych.errors import UsageError
from diptych.mappings.target import PROFILES, read_mapping
from diptych.query.profiles import NONE, Preference

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def check_name(name: str) -> None:
    """Pass if a profile can be called so.

    Raises:
        UsageError: it cannot.
    """
    if name == NONE or not _NAME.fullmatch(name):
        raise UsageError(
            f"A profile cannot be called {name!r}: use small letters, digits, - and _, and not "
            f"{NONE!r}, which stands for the built-in weights."
        )


def write_profile(
    cluster: Cluster, index: str, name: str, preferences: Mapping[str, Preference]
) -> None:
    """Keep a profile in the index's mapping, in place of one of the same name.

    The cluster replaces `_meta` as a whole, so all that is there is written with it.

    Raises:
        ContractError: Diptych is not installed on the index.
        DiptychError: the cluster refuses.
    """
    concrete, mapping = read_mapping(cluster, index)
    contract_from_meta(mapping.get("_meta"), index=index)
    meta = mapping["_meta"]
    note = meta[META_KEY]
    profile = {kind: preference.to_json() for kind, preference in preferences.items()}
    profiles = {**(note.get(PROFILES) or {}), name: profile}
    body = {"_meta": {**meta, META_KEY: {**note, PROFILES: profiles}}}
    cluster.call("PUT", path(concrete, "_mapping"), body=body)
