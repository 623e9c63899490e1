"""Facets: the values of a field, counted among the documents that the total counts."""

from collections.abc import Mapping, Sequence

import numpy as np

from diptych.client import Json
from diptych.query.criteria import Facet
from diptych.query.fields import DATE_KINDS, exact_field
from diptych.query.response import FacetValue

Facets = Mapping[str, tuple[FacetValue, ...]]

#: What the engine keeps less exactly than it writes: 38.99 comes back as 38.9900016784668.
_SHORT_KINDS = {"float": np.float32, "half_float": np.float16}


def facet_clause(facets: Sequence[Facet], properties: Json) -> Json:
    """The part of a search body that counts the values; nothing for no facets.

    Raises:
        UsageError: a field whose values cannot be counted.
    """
    counts = {
        _name(position): {
            "terms": {
                "field": exact_field(facet.field, properties, needs_values=True).name,
                "size": facet.size,
            },
        }
        for position, facet in enumerate(facets)
    }
    return {"aggs": counts} if counts else {}


def read_facets(facets: Sequence[Facet], answer: Json, properties: Json) -> Facets:
    """The counted values in an answer: field -> values, the most frequent first."""
    counted = answer.get("aggregations", {})
    return {
        facet.field: tuple(
            FacetValue(
                _value(bucket, exact_field(facet.field, properties).kind), bucket["doc_count"]
            )
            for bucket in counted.get(_name(position), {}).get("buckets", [])
        )
        for position, facet in enumerate(facets)
    }


def _name(position: int) -> str:
    """A field's name may hold what a name of an aggregation must not."""
    return f"facet_{position}"


def _value(bucket: Json, kind: str) -> str | float | bool:
    """As a filter on the same field takes it."""
    if kind == "boolean":
        return bool(bucket["key"])
    if kind in _SHORT_KINDS:
        return float(str(_SHORT_KINDS[kind](bucket["key"])))
    key: str | float = bucket["key_as_string"] if kind in DATE_KINDS else bucket["key"]
    return key
