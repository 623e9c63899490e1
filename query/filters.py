"""Filters as a shopper's facets give them, made into clauses that hold in every leg."""

import math
from collections.abc import Callable, Sequence

from diptych.client import Json
from diptych.errors import UsageError
from diptych.mappings.fields import OBJECT
from diptych.mappings.target import field_mapping
from diptych.query.request import Filter

_TEXT = {"text", "match_only_text"}
_WORDS = {"keyword", "constant_keyword", "wildcard", "ip", "date", "date_nanos", "version"}
_WHOLE = {"long", "integer", "short", "byte", "unsigned_long"}
_BROKEN = {"double", "float", "half_float", "scaled_float"}


def filter_clauses(filters: Sequence[Filter], properties: Json) -> list[Json]:
    """One `terms` clause per field: values of one field are alternatives, fields must all hold.

    Args:
        properties: the fields of the index's mapping.

    Raises:
        UsageError: an unknown or unsearchable field, or a value that its type cannot be.
    """
    chosen: dict[str, list[object]] = {}
    for wanted in filters:
        name, mapping = _searchable(wanted.field, properties)
        chosen.setdefault(name, []).append(_value(wanted, mapping))
    return [{"terms": {name: values}} for name, values in chosen.items()]


def _searchable(name: str, properties: Json) -> tuple[str, Json]:
    if name.split(".")[0].startswith(OBJECT):
        raise UsageError(f"The field {name!r} is Diptych's own: filter by {_names(properties)}.")
    mapping = field_mapping(properties, name)
    if mapping is None:
        raise UsageError(f"The index has no field {name!r}: filter by {_names(properties)}.")
    if mapping.get("type") == "alias":
        return _searchable(mapping["path"], properties)
    if mapping.get("type") in _TEXT:
        name, mapping = _exact_form(name, mapping)
    _check_kind(name, mapping, properties)
    return name, mapping


def _exact_form(name: str, mapping: Json) -> tuple[str, Json]:
    below: Json = mapping.get("fields", {})
    for sub, sub_mapping in sorted(below.items(), key=lambda item: item[0] != "keyword"):
        if sub_mapping.get("type") == "keyword":
            return f"{name}.{sub}", sub_mapping
    raise UsageError(
        f"The field {name!r} holds free text, which has no exact value to filter by: search for "
        "its words, or give it a `keyword` subfield."
    )


def _check_kind(name: str, mapping: Json, properties: Json) -> None:
    kind = mapping.get("type", "object")
    if kind not in _WORDS | _WHOLE | _BROKEN | {"boolean"} or _in_nested(name, properties):
        raise UsageError(
            f"The field {name!r} ({kind}) cannot be filtered by a value: filter by "
            f"{_names(properties)}."
        )
    if mapping.get("index") is False and mapping.get("doc_values") is False:
        raise UsageError(
            f"The field {name!r} is stored but not indexed: filter by {_names(properties)}."
        )


def _in_nested(name: str, properties: Json) -> bool:
    parts = name.split(".")
    above = (field_mapping(properties, ".".join(parts[:n])) for n in range(1, len(parts)))
    return any(mapping is not None and mapping.get("type") == "nested" for mapping in above)


def _value(wanted: Filter, mapping: Json) -> object:
    kind = mapping["type"]
    if kind == "boolean":
        return _read(wanted, "true or false", {"true": True, "false": False}.__getitem__)
    if kind in _WHOLE:
        return _read(wanted, "a whole number", int)
    if kind in _BROKEN:
        return _read(wanted, "a number", _finite)
    return wanted.value


def _read(wanted: Filter, expected: str, read: Callable[[str], object]) -> object:
    try:
        return read(wanted.value.lower())
    except (KeyError, ValueError) as err:
        raise UsageError(
            f"The filter {wanted.field}={wanted.value} cannot match: {wanted.field} is {expected}."
        ) from err


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _names(properties: Json) -> str:
    names = sorted(name for name in _leaves("", properties))
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return shown or "nothing, for the index has no field to filter by"


def _leaves(prefix: str, properties: Json) -> list[str]:
    """Dotted names of the fields that can be filtered by."""
    names: list[str] = []
    for name, mapping in properties.items():
        dotted = f"{prefix}{name}"
        if "properties" in mapping and mapping.get("type", "object") == "object":
            names += [] if dotted == OBJECT else _leaves(f"{dotted}.", mapping["properties"])
        elif mapping.get("type") in _WORDS | _WHOLE | _BROKEN | {"boolean"}:
            names += [] if mapping.get("index") is False else [dotted]
        elif any(sub.get("type") == "keyword" for sub in mapping.get("fields", {}).values()):
            names.append(dotted)
    return names
