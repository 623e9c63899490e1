"""Profiles written beside an index's contract."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from diptych.client import Cluster, Json, path
from diptych.contract import META_KEY, contract_from_meta
from diptych.errors import ContractError, UsageError
from diptych.mappings.target import PROFILES, Target, read_mapping, read_target
from diptych.plugin.field_checks import differences
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

    Raises:
        ContractError: Diptych is not installed on the index.
        DiptychError: the cluster refuses.
    """
    profile = {kind: preference.to_json() for kind, preference in preferences.items()}
    write_profiles(cluster, index, {name: profile})


def renew_profile(
    cluster: Cluster, index: str, name: str, kept: Mapping[str, Preference], *, tested: set[str]
) -> list[str]:
    """Keep what was found for the kinds that were tested, and what the profile says of others.

    The kinds of which it says nothing any more: they were tested, and nothing was found for them.

    Args:
        kept: preferences of tested kinds.

    Raises:
        ContractError: Diptych is not installed on the index.
        DiptychError: the cluster refuses.
    """
    before = read_target(cluster, index).profiles.get(name)
    there = before if isinstance(before, Mapping) else {}
    others = {kind: said for kind, said in there.items() if kind not in tested}
    profile = others | {kind: preference.to_json() for kind, preference in kept.items()}
    if profile != there:
        write_profiles(cluster, index, {name: profile or None})
    return sorted(there.keys() - profile.keys())


def write_profiles(cluster: Cluster, index: str, profiles: Mapping[str, Json | None]) -> None:
    """Keep profiles as the mapping has them; None takes one away.

    The cluster replaces `_meta` as a whole, so all that is there is written with it.

    Raises:
        ContractError: Diptych is not installed on the index.
        DiptychError: the cluster refuses.
    """
    concrete, mapping = read_mapping(cluster, index)
    contract_from_meta(mapping.get("_meta"), index=index)
    meta = mapping["_meta"]
    note = meta[META_KEY]
    merged = {**(note.get(PROFILES) or {}), **profiles}
    kept = {name: profile for name, profile in merged.items() if profile is not None}
    body = {"_meta": {**meta, META_KEY: {**note, PROFILES: kept}}}
    cluster.call("PUT", path(concrete, "_mapping"), body=body)


def remove_profile(cluster: Cluster, index: str, name: str) -> None:
    """Take a profile away.

    Raises:
        UsageError: the index has none of this name.
        DiptychError: the index cannot be read, or the cluster refuses.
    """
    _check_there(read_target(cluster, index), [name])
    write_profiles(cluster, index, {name: None})


def copy_profiles(
    cluster: Cluster, source: str, destination: str, names: Sequence[str] = ()
) -> list[str]:
    """Give an index the profiles of another one whose vectors are made alike; their names.

    Args:
        names: of the profiles; all of them unless given.

    Raises:
        ContractError: the two indexes' vectors are made otherwise.
        UsageError: the source has no profile of such a name.
        DiptychError: an index cannot be read, or the cluster refuses.
    """
    theirs, ours = read_target(cluster, source), read_target(cluster, destination)
    differing = differences(theirs.contract, ours.contract)
    if differing:
        raise ContractError(
            f"What was tuned to the vectors of {source!r} does not fit those of {destination!r}, "
            f"which are made otherwise ({differing}): run `diptych tune {destination}`."
        )
    _check_there(theirs, names)
    profiles = {name: theirs.profiles[name] for name in names or sorted(theirs.profiles)}
    if profiles:
        write_profiles(cluster, destination, profiles)
    return list(profiles)


def _check_there(target: Target, names: Iterable[str]) -> None:
    for name in names:
        if name not in target.profiles:
            raise UsageError(
                f"{target.name!r} has no profile {name!r}, only "
                f"{', '.join(sorted(target.profiles)) or 'none yet'}."
            )
