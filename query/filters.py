"""Filters as a shopper's facets give them, made into clauses that hold in every leg."""

from collections.abc import Sequence

from diptych.client import Json
from diptych.errors import UsageError
from diptych.query.criteria import Filter, Range
from diptych.query.exact_values import exact_value
from diptych.query.fields import ExactField, exact_field


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
            chosen.setdefault(field.name, []).append(exact_value(wanted.field, wanted.value, field))
        else:
            ranges.append({"range": {field.name: _bounds(wanted, field)}})
    return [*({"terms": {name: values}} for name, values in chosen.items()), *ranges]


def _bounds(wanted: Range, field: ExactField) -> dict[str, object]:
    if field.kind == "boolean":
        raise UsageError(f"The field {wanted.field!r} is true or false: it has no range.")
    return {name: exact_value(wanted.field, bound, field) for name, bound in wanted.bounds.items()}
