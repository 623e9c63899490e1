"""Boosts follow the formulas of `function_score` and `rank_feature`."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.errors import UsageError
from diptych.query.ranking.boosts import Boost, DecayBoost, SaturationBoost, ValueBoost, boost
from diptych.query.ranking.candidates import Candidate

#: 2026-01-31T00:00:00Z, 20,484 days after 1970.
MOMENT_S = 20_484 * 86_400.0


def added(one: Boost, value: object) -> float:
    """What a boost adds to a score of 0 for a product with this value in the boosted field."""
    [candidate] = boost([Candidate("a", 0.0)], [one], {"a": {one.field: value}}, now_s=MOMENT_S)
    return candidate.score


def test_a_value_boost_lifts_who_has_the_value() -> None:
    """0.5 + 0.2 passes 0.6; the part is named, and one without the value keeps its score."""
    candidates = [Candidate("a", 0.6), Candidate("b", 0.5)]

    boosted = boost(
        candidates,
        [ValueBoost("brand", "Acme", 0.2)],
        {"b": {"brand": "Acme"}, "a": {"brand": "X"}},
    )

    assert ["b", "a"] == [one.id for one in boosted]
    assert pytest.approx([0.7, 0.6]) == [one.score for one in boosted]
    assert {"boost:brand=Acme": 0.2} == boosted[0].parts
    assert {"boost:brand=Acme": 0.0} == boosted[1].parts


@pytest.mark.parametrize(
    ("wanted", "value"),
    [("5", 5), (5, 5.0), (5.0, "5"), ("true", True), (False, "false"), ("红", "红")],
)
def test_numbers_and_booleans_may_be_written_as_text(wanted: str | float, value: object) -> None:
    """A shop's settings hold text, engines give numbers."""
    assert 1.0 == added(ValueBoost("field", wanted, 1.0), value)


@pytest.mark.parametrize(("wanted", "value"), [("1", True), ("5", 5.5), ("red", "Red")])
def test_other_values_get_nothing(wanted: str, value: object) -> None:
    """An exact value is exact."""
    assert 0.0 == added(ValueBoost("field", wanted, 1.0), value)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("gauss", 0.5**4), ("exp", 0.5**2), ("linear", 0.0)],
)
def test_decay_at_twice_the_scale(shape: str, expected: float) -> None:
    """At 2 scales: decay^(2^2), decay^2, and 1 - 2 * 0.5."""
    decaying = DecayBoost("price", 100, 10, 1.0, shape=shape)  # type: ignore[arg-type]

    assert pytest.approx(expected) == added(decaying, 120)
    assert pytest.approx(expected) == added(decaying, 80)


@pytest.mark.parametrize("shape", ["gauss", "exp", "linear"])
def test_every_shape_is_one_at_the_origin_and_the_decay_at_the_scale(shape: str) -> None:
    """With an offset of 5 both move outwards by 5; decay 0.3, weight 2."""
    decaying = DecayBoost("price", 100, 10, 2.0, decay=0.3, shape=shape, offset=5)  # type: ignore[arg-type]

    assert [2.0, 2.0] == [added(decaying, value) for value in (100, 105)]
    assert pytest.approx(0.6) == added(decaying, 115)


def test_gauss_is_the_formula_of_the_documentation() -> None:
    """s^2 = -scale^2 / (2 ln decay), f = exp(-d^2 / (2 s^2))."""
    variance = -(7**2) / (2 * math.log(0.4))

    assert pytest.approx(math.exp(-(3**2) / (2 * variance))) == added(
        DecayBoost("price", 0, 7, 1.0, decay=0.4), 3
    )


@pytest.mark.parametrize(
    "value",
    ["2026-01-01", "2026-01-01T00:00:00.000Z", "2026-01-01T08:00:00+08:00", 20_454 * 86_400_000],
)
def test_dates_decay_by_durations(value: object) -> None:
    """30 days before 31 January 2026, as engines and sources write it."""
    for origin in ("2026-01-31", "now"):
        assert pytest.approx(0.5) == added(DecayBoost("released", origin, "30d", 1.0), value)


@pytest.mark.parametrize(
    ("scale", "days"), [("12h", 0.5), ("1440m", 1), ("86400s", 1), ("1.5d", 1.5)]
)
def test_durations_have_units(scale: str, days: float) -> None:
    """At one scale from the origin, half is left."""
    value = (20_484 - days) * 86_400_000

    assert pytest.approx(0.5) == added(DecayBoost("released", "now", scale, 1.0), value)


def test_saturation_is_half_at_the_pivot() -> None:
    """v / (v + 100) for 100, 300, 0 and less."""
    popular = SaturationBoost("popularity", 100, 1.0)

    assert [0.5, 0.75, 0.0, 0.0] == [added(popular, value) for value in (100, 300, 0, -5)]


@pytest.mark.parametrize("value", [None, [], "soon", True, math.nan, math.inf])
@pytest.mark.parametrize(
    "one",
    [
        DecayBoost("field", 1, 10, 1.0),
        DecayBoost("field", "now", "30d", 1.0),
        SaturationBoost("field", 10, 1.0),
    ],
)
def test_what_is_no_number_or_date_gets_nothing(one: Boost, value: object) -> None:
    """Catalogues are not clean, and a search goes on."""
    assert 0.0 == added(one, value)


def test_of_several_values_the_best_counts() -> None:
    """A product sold in two places is as near as the nearer."""
    assert pytest.approx(0.5) == added(DecayBoost("price", 100, 10, 1.0), [500, 110])
    assert 1.0 == added(ValueBoost("tags", "new", 1.0), ["old", "new"])


def test_a_negative_weight_takes_away() -> None:
    """A shop can push a brand down without hiding it."""
    candidates = [Candidate("a", 0.6), Candidate("b", 0.5)]

    boosted = boost(candidates, [ValueBoost("brand", "Acme", -0.2)], {"a": {"brand": "Acme"}})

    assert ["b", "a"] == [one.id for one in boosted]


def test_boosts_of_one_field_add_up_and_keep_earlier_parts() -> None:
    """Two decays on one field share a name; the parts are all that was added."""
    near = DecayBoost("price", 100, 10, 0.5)

    [one] = boost([Candidate("a", 1.0, {"x": 1.0})], [near, near], {"a": {"price": 100}})

    assert 2.0 == one.score
    assert {"x": 1.0, "boost:price": 1.0} == one.parts


def test_equal_scores_come_in_the_order_of_their_ids() -> None:
    """A boost that makes two equal leaves nothing to chance."""
    candidates = [Candidate("b", 0.5), Candidate("a", 0.25)]

    boosted = boost(candidates, [ValueBoost("new", True, 0.25)], {"a": {"new": True}})

    assert ["a", "b"] == [one.id for one in boosted]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"decay": 1.0}, "The decay 1 of 'f' cannot be used: use a number between 0 and 1."),
        ({"scale": 0}, "The scale 0 of 'f' cannot be used: use more than 0."),
        ({"scale": math.inf}, "The scale inf of 'f' cannot be used: use more than 0."),
        ({"offset": -1}, "The offset -1 of 'f' cannot be used: use 0 or more."),
        ({"shape": "step"}, "There is no shape 'step': use gauss, exp, linear."),
        (
            {"scale": "30 days"},
            "The duration '30 days' cannot be read: write a number and one of d, h, m, s or ms, "
            + "for example 30d.",
        ),
        (
            {"weight": 1e9},
            "The weight 1e+09 of the boost on 'f' cannot be used: use a number from -1000 to 1000.",
        ),
        ({"field": " "}, "A boost names no field: say which field it reads."),
    ],
)
def test_a_decay_that_cannot_be_used_is_a_sentence(
    fields: dict[str, object], sentence: str
) -> None:
    """What happened, the value, what to do."""
    usual: dict[str, object] = {"field": "f", "origin": 1, "scale": 2, "weight": 0.1}

    with pytest.raises(UsageError) as caught:
        DecayBoost(**(usual | fields))  # type: ignore[arg-type]

    assert sentence == str(caught.value)


@pytest.mark.parametrize(
    ("origin", "scale", "offset"),
    [
        ("now", 5, 0),
        (1, 5, "1d"),
        ("last week", "30d", 0),
        ("2026-01-01", "30d", 5),
        (math.nan, 5, 0),
    ],
)
def test_origin_and_scale_must_be_of_one_kind(
    origin: float | str, scale: float | str, offset: float | str
) -> None:
    """Numbers with numbers, dates with durations."""
    with pytest.raises(UsageError, match="do not fit: use numbers, or a date such as 2026-01-31"):
        DecayBoost("f", origin, scale, 0.1, offset=offset)


def test_a_pivot_must_be_above_zero() -> None:
    """Division by v + pivot."""
    with pytest.raises(UsageError, match="The pivot 0 of 'f' cannot be used"):
        SaturationBoost("f", 0, 0.1)


@given(
    st.floats(-1e12, 1e12),
    st.floats(-1e12, 1e12),
    st.floats(1e-3, 1e12),
    st.sampled_from(["gauss", "exp", "linear"]),
)
def test_strength_is_a_share(value: float, origin: float, scale: float, shape: str) -> None:
    """However far the value, f stays in [0, 1]."""
    one = DecayBoost("f", origin, scale, 1.0, shape=shape)  # type: ignore[arg-type]

    assert 0 <= added(one, value) <= 1
