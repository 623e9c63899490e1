"""A list without words is led by its boosts, each read from a field that fits it."""

import pytest

from diptych.client import Json
from diptych.errors import UsageError
from diptych.query.listing import listing_query
from diptych.query.ranking.boosts import Boost, DecayBoost, SaturationBoost, ValueBoost

PROPERTIES: Json = {
    "brand": {"type": "text", "fields": {"keyword": {"type": "keyword"}}},
    "price": {"type": "float"},
    "released": {"type": "date"},
    "sku": {"type": "keyword", "doc_values": False},
}
EVERYTHING: Json = {"bool": {"filter": [{"match_all": {}}]}}


def test_what_passes_is_listed_unscored() -> None:
    """The order is then that of writing."""
    red = {"terms": {"colour": ["red"]}}

    assert {"bool": {"filter": [red]}} == listing_query(red, [], PROPERTIES)


def test_the_engine_finds_those_that_boosts_raise_most() -> None:
    """Times in whole milliseconds; a boost that takes away waits for the window."""
    boosts: list[Boost] = [
        ValueBoost("brand", "Acme", 2.0),
        DecayBoost("released", "now", "1.5h", 0.5, offset="1d"),
        SaturationBoost("price", pivot=4, weight=0.25),
        ValueBoost("brand", "Bad", -1.0),
    ]

    body = listing_query(None, boosts, PROPERTIES)["function_score"]

    assert EVERYTHING == body["query"]
    decay = {"origin": "now", "scale": "5400000ms", "decay": 0.5, "offset": "86400000ms"}
    assert [
        {"filter": {"terms": {"brand.keyword": ["Acme"]}}, "weight": 2.0},
        {
            "gauss": {"released": decay},
            "filter": {"exists": {"field": "released"}},
            "weight": 0.5,
        },
        {
            "field_value_factor": {"field": "price", "factor": 0.25, "modifier": "log1p"},
            "filter": {"range": {"price": {"gte": 0}}},
            "weight": 0.25,
        },
    ] == body["functions"]


@pytest.mark.parametrize(
    ("boost", "part"),
    [
        (ValueBoost("released", "2026-01-01", 1), "boost a date by nearness"),
        (ValueBoost("price", "cheap", 1), "price is a number"),
        (DecayBoost("price", "now", "30d", 1), "a field of dates"),
        (DecayBoost("released", 1, 1, 1), "a field of numbers"),
        (SaturationBoost("brand", 1, 1), "a field of numbers"),
        (SaturationBoost("sku", 1, 1), "no `doc_values`"),
        (SaturationBoost("size", 1, 1), "no field 'size'"),
    ],
)
def test_a_boost_that_does_not_fit_its_field_is_refused(boost: Boost, part: str) -> None:
    """It would add nothing, and nobody would know."""
    with pytest.raises(UsageError, match=part):
        listing_query(None, [boost], PROPERTIES)
