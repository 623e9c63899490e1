"""Field values of hits, read beside their scores: what boosts and collapsing go by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from diptych.client import Json
from diptych.query.fields import DATE_KINDS, ExactField, exact_field
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

    def read(self, rows: Sequence[Json]) -> ValuesById:
        """The values in the engine's hits."""
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
    names = [each.field for each in request.boosts]
    names += [request.collapse] if request.collapse else []
    return ValueFields({name: exact_field(name, properties, needs_values=True) for name in names})


def _asked(each: ExactField) -> Json:
    """Dates in one form, whatever form the mapping reads them in."""
    if each.kind in DATE_KINDS:
        return {"field": each.name, "format": "strict_date_optional_time"}
    return {"field": each.name}
