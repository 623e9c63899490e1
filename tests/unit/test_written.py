"""Boosts and blendings are read from a command line, or refused with their form."""

import pytest

from diptych.errors import UsageError
from diptych.query.blend import Blending
from diptych.query.ranking.boosts import Boost, DecayBoost, SaturationBoost, ValueBoost
from diptych.query.written import parse_blending, parse_boost


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brand=Acme:0.2", ValueBoost("brand", "Acme", 0.2)),
        ("url=http://a:1:-0.5", ValueBoost("url", "http://a:1", -0.5)),
        ("sold/100:0.1", SaturationBoost("sold", 100, 0.1)),
        ("released~now,30d:0.1", DecayBoost("released", "now", "30d", 0.1)),
        ("released~2026-01-31,12h:1", DecayBoost("released", "2026-01-31", "12h", 1)),
        ("price~20,5:0.3", DecayBoost("price", 20, 5, 0.3)),
    ],
)
def test_a_boost_is_short_to_write(text: str, expected: Boost) -> None:
    """The sign after the field says which kind it is; the weight stands after the last colon."""
    assert expected == parse_boost(text)


@pytest.mark.parametrize(
    "text",
    ["brand", "brand=Acme", "=Acme:1", "sold/many:1", "price~20:1", "price~a,5:1", "b=c:heavy"],
)
def test_a_boost_that_cannot_be_read_shows_its_forms(text: str) -> None:
    """The sentence has an example of each."""
    with pytest.raises(UsageError, match="write FIELD=VALUE:WEIGHT"):
        parse_boost(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z_score", Blending("z_score")),
        ("rrf", Blending("rrf")),
        ("rrf:10", Blending("rrf", rank_constant=10)),
        ("bounds:0,12,-1,1", Blending("bounds", bounds=((0, 12), (-1, 1)))),
    ],
)
def test_a_blending_is_its_method_and_its_numbers(text: str, expected: Blending) -> None:
    """Those that have none are a word."""
    assert expected == parse_blending(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("rrf:a", "cannot be read"),
        ("rrf:1,2", "cannot be read"),
        ("bounds", "cannot be read"),
        ("min_max:3", "cannot be read"),
        ("sum", "no blending 'sum'"),
        ("rrf:0", "rank_constant 0"),
    ],
)
def test_a_blending_that_cannot_be_used_is_refused(text: str, part: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError, match=part):
        parse_blending(text)
