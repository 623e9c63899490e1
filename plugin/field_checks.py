"""Whether an index can take Diptych: its fields, its settings, its documents."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from diptych.client import Cluster, Json, path
from diptych.contract import IndexContract
from diptych.errors import ContractError, MappingError
from diptych.mappings.engine import Engine
from diptych.mappings.fields import OBJECT
from diptych.mappings.index import own_properties
from diptych.mappings.synonyms import rules_of
from diptych.mappings.target import field_mapping
from diptych.plugin.existing import ExistingIndex

#: Field types whose documents hold words.
_WORDS = frozenset(
    {"text", "keyword", "match_only_text", "wildcard", "constant_keyword", "search_as_you_type"}
)
#: Parts of the contract that make two installs different.
_IDENTITY = (
    "text_fields",
    "image_field",
    "text_model",
    "image_model",
    "layout",
    "vector_field",
    "centres",
)


def check_same_contract(found: ExistingIndex, wanted: IndexContract) -> None:
    """Pass if the index carries no contract, or the wanted one.

    Raises:
        ContractError: says what differs and what to do.
    """
    said = None if found.contract is None else differences(found.contract, wanted)
    if said:
        raise ContractError(
            f"Diptych is installed on {found.name!r} with other values ({said}): give the same "
            f"ones{_keeping_centres(found)}, or run `diptych uninstall {found.name}` first, or add "
            "--rebuild for a new index."
        )


def _keeping_centres(found: ExistingIndex) -> str:
    is_centred = found.contract is not None and found.contract.centres is not None
    return f" (--centre-on {found.name} keeps its means)" if is_centred else ""


def differences(there: IndexContract, wanted: IndexContract) -> str:
    """What makes vectors of the two contracts differ, for a sentence; empty where nothing does."""
    differing = [name for name in _IDENTITY if getattr(there, name) != getattr(wanted, name)]
    return "; ".join(
        f"{name.replace('_', ' ')}: {_say(getattr(there, name))} there, "
        f"{_say(getattr(wanted, name))} wanted"
        for name in differing
        if name != "layout" or len(differing) == 1
    )


def check_fields(found: ExistingIndex, contract: IndexContract) -> None:
    """Pass if each declared field that is mapped holds words or a reference.

    Raises:
        MappingError: a field is of another type, or the index does not keep what it is given.
    """
    for field in contract.input_fields:
        _check_type(found, field)
    if found.mappings.get("_routing", {}).get("required") in {True, "true"}:
        raise MappingError(
            f"The index {found.name!r} requires routing for every document, and Diptych finds "
            "documents by id alone: load the data into an index that does not require it."
        )
    source = found.mappings.get("_source", {})
    if source.get("enabled", True) in {False, "false"}:
        raise MappingError(
            f"The index {found.name!r} keeps no _source, so its documents cannot be read again: "
            "Diptych needs it; load the data into a new index."
        )
    for field in (*contract.input_fields, OBJECT, contract.vector_field):
        if any(fnmatchcase(field, pattern) for pattern in source.get("excludes", ())):
            raise MappingError(
                f"The index {found.name!r} leaves {field!r} out of _source (`_source.excludes`), "
                "so it cannot be read again: load the data into an index that keeps it."
            )


def check_same_synonyms(found: ExistingIndex, wanted: Sequence[str]) -> None:
    """Pass if no synonyms are wanted, or those that the index has.

    Raises:
        MappingError: a live index cannot be given others.
    """
    if wanted and rules_of(found.settings) != tuple(wanted):
        raise MappingError(
            f"The index {found.name!r} has other synonyms, or none, and a live index cannot be "
            "given new ones: add --rebuild, which copies it into a new index."
        )


def _check_type(found: ExistingIndex, field: str) -> None:
    mapped = mapped_field(found.properties, field)
    if mapped is None and field_mapping(found.properties, field) is not None:
        raise MappingError(
            f"{field!r} is a sub-field in {found.name!r}, which documents do not hold: "
            f"name the field itself, {field.rpartition('.')[0]!r}."
        )
    kind = "text" if mapped is None else mapped.get("type", "object")
    if kind not in _WORDS:
        raise MappingError(
            f"The field {field!r} of {found.name!r} is mapped as {kind!r}, which holds neither "
            "words nor a picture's address: name a text or keyword field."
        )


def mapped_field(properties: Json, field: str) -> Json | None:
    """The mapping of a field that documents hold; multi-fields are none."""
    found: Json = {"properties": properties}
    for part in field.split("."):
        below = found.get("properties", {}).get(part)
        if below is None:
            return None
        found = below
    return found


def missing_properties(
    found: ExistingIndex, engine: Engine, contract: IndexContract, *, library: str
) -> Json:
    """Which of Diptych's own fields the mapping lacks.

    Raises:
        MappingError: a field of that name is mapped otherwise, or the index has no `index.knn`.
    """
    for setting, value in engine.index_settings().items():
        if str(found.settings.get(setting)).lower() != str(value).lower():
            raise MappingError(
                f"The index {found.name!r} was created without `{setting}: {value}`, which a "
                "live index cannot be given, and without it no vector can be searched: add "
                "--rebuild, which copies it into a new index and puts that in its place."
            )
    vector = engine.vector_mapping(contract.layout.dimension, library=library)
    wanted = own_properties(contract.vector_field, vector)
    for field, mapping in wanted.items():
        if field in found.properties and plain(found.properties[field]) != plain(mapping):
            raise MappingError(
                f"The field {field!r} of {found.name!r} is mapped otherwise than Diptych needs "
                f"({_difference(found.properties[field], mapping)}), and a live index cannot "
                "change it: add --rebuild, which copies it into a new index."
            )
    return {field: mapping for field, mapping in wanted.items() if field not in found.properties}


def plain(mapping: Json) -> Json:
    """A mapping in the form in which the cluster answers with it."""
    kept = {key: value for key, value in mapping.items() if (key, value) != ("type", "object")}
    return {
        key: plain(value) if isinstance(value, dict) else _word(value)
        for key, value in kept.items()
    }


def _word(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def silent_fields(cluster: Cluster, found: ExistingIndex, contract: IndexContract) -> list[str]:
    """A sentence for each declared field that no document can be seen to have."""
    n_documents = _count(cluster, found.index, {"match_all": {}})
    said = []
    for field in contract.input_fields:
        mapped = mapped_field(found.properties, field)
        if mapped is None:
            said.append(f"The field {field!r} is not in the mapping of {found.name!r} (yet).")
        elif n_documents and _is_countable(found.properties, field):
            n_having = _count(cluster, found.index, {"exists": {"field": field}})
            none = f"None of the {n_documents} documents has the field {field!r}."
            said += [] if n_having else [none]
    return said


def _is_countable(properties: Json, field: str) -> bool:
    """Whether an `exists` query can find the field: it is indexed, and not below `nested`."""
    parts = field.split(".")
    above = (mapped_field(properties, ".".join(parts[:end])) for end in range(1, len(parts)))
    if any(mapping is not None and mapping.get("type") == "nested" for mapping in above):
        return False
    mapping = mapped_field(properties, field) or {}
    has_values = mapping.get("type") == "keyword" and mapping.get("doc_values", True)
    return bool(mapping.get("index", True) or has_values)


def _count(cluster: Cluster, index: str, query: Json) -> int:
    answer: Json = cluster.call("GET", path(index, "_count"), body={"query": query})
    return int(answer["count"])


def _difference(found: Json, wanted: Json) -> str:
    ours, theirs = _flat(plain(wanted)), _flat(plain(found))
    keys = [key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)]
    return ", ".join(f"{key} is {theirs.get(key)}, not {ours.get(key)}" for key in keys[:3])


def _flat(mapping: Json, above: str = "") -> Json:
    flat: Json = {}
    for key, value in mapping.items():
        flat |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return flat


def _say(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if value is None:
        return "none"
    name, revision = getattr(value, "name", None), getattr(value, "revision", None)
    return f"{name} (revision {revision[:12]})" if name and revision else str(value)
