"""Filters as a shopper's facets give them, made into clauses that hold in every leg."""

import math
from collections.abc import Callable, Sequence

from diptych.client import Json
from diptych.errors import UsageError
from diptych.query.criteria import Filter, Range, Value
from diptych.query.fields import BROKEN_KINDS, WHOLE_KINDS, ExactField, exact_field


def filter_clauses(filters: Sequence[Filter | Range], properties: Json) -> list[Json]:
    """One clause per filtered field: its values are alternatives; ranges and fields must all hold.

    Args:
        properties: the fields of the index's mapping.

    Raises:
        UsageError: an unknown or unsearchable field, or a value that its type cannot be.
    """
    chosen: dict[str, list[object]] = {}
    ranges: list[Json] = []
    for wanted in filters:
        field = exact_field(wanted.field, properties)
        if isinstance(wanted, Filter):
            chosen.setdefault(field.name, []).append(_value(wanted.field, wanted.value, field))
        else:
            ranges.append({"range": {field.name: _bounds(wanted, field)}})
    return [*({"terms": {name: values}} for name, values in chosen.items()), *ranges]


def _bounds(wanted: Range, field: ExactField) -> dict[str, object]:
    if field.kind == "boolean":
        raise UsageError(f"The field {wanted.field!r} is true or false: it has no range.")
    return {name: _value(wanted.field, bound, field) for name, bound in wanted.bounds.items()}


def _value(name: str, value: Value, field: ExactField) -> object:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field.kind == "boolean":
        return _read(name, text, "true or false", {"true": True, "false": False}.__getitem__)
    if field.kind in WHOLE_KINDS:
        return _read(name, text, "a whole number", int)
    if field.kind in BROKEN_KINDS:
        return _read(name, text, "a number", _finite)
    return text


def _read(name: str, text: str, expected: str, read: Callable[[str], object]) -> object:
    try:
        return read(text.lower())
    except (KeyError, ValueError) as err:
        raise UsageError(f"The filter {name}={text} cannot match: {name} is {expected}.") from err


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
