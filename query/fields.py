"""Fields of an index that have exact values: to filter, count, sort, collapse and boost by."""

from dataclasses import dataclass

from diptych.client import Json
from diptych.errors import UsageError
from diptych.mappings.fields import OBJECT
from diptych.mappings.target import field_mapping

TEXT_KINDS = {"text", "match_only_text"}
WORD_KINDS = {"keyword", "constant_keyword", "wildcard", "ip", "version"}
DATE_KINDS = {"date", "date_nanos"}
WHOLE_KINDS = {"long", "integer", "short", "byte", "unsigned_long"}
BROKEN_KINDS = {"double", "float", "half_float", "scaled_float"}
_EXACT = WORD_KINDS | DATE_KINDS | WHOLE_KINDS | BROKEN_KINDS | {"boolean"}


@dataclass(frozen=True, slots=True)
class ExactField:
    """A field as the cluster knows it, and the type of its values.

    `has_own_format` is set for dates that the mapping reads in a form of its own.
    """

    name: str
    kind: str
    has_own_format: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in WHOLE_KINDS | BROKEN_KINDS


def exact_field(name: str, properties: Json, *, needs_values: bool = False) -> ExactField:
    """The field behind a caller's name; free text is taken by its `keyword` subfield.

    Args:
        properties: the fields of the index's mapping.
        needs_values: the engine must be able to read the field's values (`doc_values`), as it
            does to count, sort and collapse.

    Raises:
        UsageError: an unknown field, or one without exact values.
    """
    if name.split(".")[0].startswith(OBJECT):
        raise UsageError(f"The field {name!r} is Diptych's own: name {_names(properties)}.")
    mapping = field_mapping(properties, name)
    if mapping is None:
        raise UsageError(f"The index has no field {name!r}: name {_names(properties)}.")
    if mapping.get("type") == "alias":
        return exact_field(mapping["path"], properties, needs_values=needs_values)
    if mapping.get("type") in TEXT_KINDS:
        name, mapping = _exact_form(name, mapping)
    _check_kind(name, mapping, properties)
    if needs_values and mapping.get("doc_values") is False:
        raise UsageError(
            f"The field {name!r} has no `doc_values`, so its values can only be filtered by: "
            f"name {_names(properties)}."
        )
    return ExactField(name, mapping["type"], has_own_format="format" in mapping)


def _exact_form(name: str, mapping: Json) -> tuple[str, Json]:
    below: Json = mapping.get("fields", {})
    for sub, sub_mapping in sorted(below.items(), key=lambda item: item[0] != "keyword"):
        if sub_mapping.get("type") == "keyword":
            return f"{name}.{sub}", sub_mapping
    raise UsageError(
        f"The field {name!r} holds free text, which has no exact value: search for its words, or "
        "give it a `keyword` subfield."
    )


def _check_kind(name: str, mapping: Json, properties: Json) -> None:
    kind = mapping.get("type", "object")
    if kind not in _EXACT or _in_nested(name, properties):
        raise UsageError(
            f"The field {name!r} ({kind}) has no single exact value: name {_names(properties)}."
        )
    if mapping.get("index") is False and mapping.get("doc_values") is False:
        raise UsageError(
            f"The field {name!r} is stored but not indexed: name {_names(properties)}."
        )


def _in_nested(name: str, properties: Json) -> bool:
    parts = name.split(".")
    above = (field_mapping(properties, ".".join(parts[:n])) for n in range(1, len(parts)))
    return any(mapping is not None and mapping.get("type") == "nested" for mapping in above)


def _names(properties: Json) -> str:
    names = sorted(name for name in _leaves("", properties))
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"one of {shown}" if shown else "none, for the index has no field with exact values"


def _leaves(prefix: str, properties: Json) -> list[str]:
    """Dotted names of the fields that have exact values."""
    names: list[str] = []
    for name, mapping in properties.items():
        dotted = f"{prefix}{name}"
        if "properties" in mapping and mapping.get("type", "object") == "object":
            names += [] if dotted == OBJECT else _leaves(f"{dotted}.", mapping["properties"])
        elif mapping.get("type") in _EXACT:
            names += [] if mapping.get("index") is False else [dotted]
        elif any(sub.get("type") == "keyword" for sub in mapping.get("fields", {}).values()):
            names.append(dotted)
    return names
