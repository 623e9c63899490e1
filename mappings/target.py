"""An index as a caller named it, resolved, with the contract it carries."""

from dataclasses import dataclass, field

from diptych.client import Cluster, Json, path
from diptych.contract import META_KEY, IndexContract, contract_from_meta
from diptych.errors import MappingError, MissingIndexError

#: Key beside an index's contract, in an index that a rebuild has put out of use.
REPLACED_BY = "replaced_by"
#: Key beside an index's contract, for the weights of searches by name.
PROFILES = "profiles"


@dataclass(frozen=True, slots=True)
class Target:
    """One index behind a name.

    `name` is what the caller said (an index or an alias), `index` the concrete index behind it,
    `properties` the mapping's fields. `profiles` are the weights of searches by name, as the mapping
    keeps them beside the contract.
    """

    name: str
    index: str
    contract: IndexContract
    properties: Json
    profiles: Json = field(default_factory=dict)


def missing_index(name: str) -> MissingIndexError:
    """The one sentence for an index that is not there; nothing but `install` creates one."""
    return MissingIndexError(
        f"There is no index {name!r}: check its name, or create it with `diptych install {name} "
        "--text-field FIELD --image-field FIELD`."
    )


def read_mapping(cluster: Cluster, name: str) -> tuple[str, Json]:
    """The concrete index behind a name, and its mapping.

    Raises:
        MissingIndexError: there is none.
        MappingError: there are several.
    """
    try:
        answer: Json = cluster.call("GET", path(name, "_mapping"))
    except MissingIndexError as err:
        raise missing_index(name) from err
    if len(answer) != 1:
        raise MappingError(
            f"{name!r} stands for {len(answer)} indexes ({', '.join(sorted(answer)) or 'none'}): "
            "name one of them."
        )
    index, body = next(iter(answer.items()))
    return index, body["mappings"]


def read_target(cluster: Cluster, name: str) -> Target:
    """The index behind a name with its contract.

    Raises:
        MissingIndexError: there is no such index.
        ContractError: Diptych is not installed on it.
    """
    index, mapping = read_mapping(cluster, name)
    meta = mapping.get("_meta")
    contract = contract_from_meta(meta, index=name)
    profiles = (meta or {})[META_KEY].get(PROFILES) or {}
    return Target(name, index, contract, mapping.get("properties", {}), profiles)


def read_indexes(cluster: Cluster, name: str) -> list[str]:
    """The concrete indexes behind an index, an alias or a pattern on which Diptych is installed.

    Raises:
        MissingIndexError: there is no such index or alias; a pattern may stand for none.
        ContractError: Diptych is not installed on the one index that the name stands for.
    """
    try:
        answer: Json = cluster.call("GET", path(name, "_mapping"))
    except MissingIndexError as err:
        raise missing_index(name) from err
    if len(answer) == 1 and "*" not in name:
        index, body = next(iter(answer.items()))
        contract_from_meta(body["mappings"].get("_meta"), index=index)
        return [index]
    metas = {index: body["mappings"].get("_meta") or {} for index, body in answer.items()}
    return sorted(index for index, meta in metas.items() if META_KEY in meta)


def replaced_by(mapping: Json) -> str | None:
    """The index that a rebuild put in this one's place; None where that never happened."""
    note = (mapping.get("_meta") or {}).get(META_KEY)
    found = note.get(REPLACED_BY) if isinstance(note, dict) else None
    return found if isinstance(found, str) else None


def field_mapping(properties: Json, field: str) -> Json | None:
    """The mapping of a dotted field name, or None where the index has no such field."""
    found: Json = {"properties": properties}
    for part in field.split("."):
        below = found.get("properties", {}).get(part) or found.get("fields", {}).get(part)
        if below is None:
            return None
        found = below
    return found
