"""Field values of hits, read beside their scores: what boosts and collapsing go by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from diptych.client import Json
from diptych.errors import UsageError
from diptych.query.exact_values import exact_value
from diptych.query.fields import DATE_KINDS, ExactField, exact_field
from diptych.query.ranking.boosts import Boost, DecayBoost, ValueBoost
from diptych.query.request import SearchRequest

#: Document id -> the caller's field name -> values.
ValuesById = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class ValueFields:
    """The fields to read, by the caller's names."""

    fields: Mapping[str, ExactField] = field(default_factory=dict)

    @property
    def clause(self) -> Json:
        """The part of a search body that asks for them."""
        wanted = {each.name: each for each in self.fields.values()}
        return {"docvalue_fields": [_asked(each) for each in wanted.values()]} if wanted else {}

    def read(self, rows: Iterable[Json]) -> ValuesById:
        """The values in the engine's hits; nothing where no field is to be read."""
        if not self.fields:
            return {}
        return {
            row["_id"]: {
                name: row["fields"][each.name]
                for name, each in self.fields.items()
                if each.name in row.get("fields", {})
            }
            for row in rows
        }


def value_fields(request: SearchRequest, properties: Json) -> ValueFields:
    """The fields that the request's boosts and its collapsing need.

    Raises:
        UsageError: a field without values to read.
    """
    fields = {each.field: boosted_field(each, properties) for each in request.boosts}
    if request.collapse:
        fields[request.collapse] = exact_field(request.collapse, properties, needs_values=True)
    return ValueFields(fields)


def boosted_field(boost: Boost, properties: Json) -> ExactField:
    """The field that a boost reads.

    Raises:
        UsageError: it has no values to read, or none of the kind that the boost needs.
    """
    found = exact_field(boost.field, properties, needs_values=True)
    is_date = found.kind in DATE_KINDS
    if isinstance(boost, ValueBoost):
        fits, needed = not is_date, "words or numbers, or boost a date by nearness"
    elif isinstance(boost, DecayBoost) and isinstance(boost.scale, str):
        fits, needed = is_date, "dates, for its scale is a time"
    else:
        fits, needed = found.is_number, "numbers"
    if not fits:
        raise UsageError(
            f"The field {boost.field!r} ({found.kind}) does not fit its boost: name a field of {needed}."
        )
    if isinstance(boost, ValueBoost):
        exact_value(boost.field, boost.value, found)
    return found


def _asked(each: ExactField) -> Json:
    """Dates in one form, whatever form the mapping reads them in."""
    if each.kind in DATE_KINDS:
        return {"field": each.name, "format": "strict_date_optional_time"}
    return {"field": each.name}
