"""What the engine counted, as the products say it."""

import pytest

from diptych.client import Json
from diptych.query.criteria import Facet
from diptych.query.facets import read_facets


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("float", 38.9900016784668, 38.99),
        ("float", 3.4028234663852886e38, 3.4028235e38),
        ("half_float", 0.0999755859375, 0.1),
        ("double", 38.9900016784668, 38.9900016784668),
        ("long", 2**53 + 1, 2**53 + 1),
        ("boolean", 1, True),
    ],
)
def test_a_number_is_counted_as_it_was_written(kind: str, key: float, value: object) -> None:
    """A field of few bits rounds it; the shortest number that rounds to the same is meant."""
    answer: Json = {"aggregations": {"facet_0": {"buckets": [{"key": key, "doc_count": 2}]}}}

    found = read_facets([Facet("price")], answer, {"price": {"type": kind}})

    assert [(value, 2)] == [(one.value, one.count) for one in found["price"]]
