"""Blending follows OpenSearch's processors and the papers that it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.errors import UsageError
from diptych.query.blend import (
    CEILING,
    FLOOR,
    METHODS,
    Blending,
    Leg,
    Method,
    Scores,
    blend,
    clip,
    min_max,
    reciprocal_ranks,
    z_score,
)

scores = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=2),
    st.integers(0, 1_000).map(float),
    max_size=12,
)
weights = st.floats(0.01, 1)
blendings = st.sampled_from(
    [
        Blending(),
        Blending("z_score"),
        Blending("rrf"),
        Blending("bounds", bounds=((0, 500), (200, 1_000))),
    ]
)


def test_scores_are_moved_between_floor_and_one() -> None:
    """(s - 2) / (10 - 2) for 10, 4 and 2, the last lifted to the floor."""
    normalised = min_max({"a": 10.0, "b": 4.0, "c": 2.0})

    assert {"a": 1.0, "b": 0.25, "c": 0.001} == normalised


@pytest.mark.parametrize("leg", [{"a": 3.0}, {"a": 3.0, "b": 3.0}])
def test_a_leg_without_a_spread_gives_one(leg: Scores) -> None:
    """A lone hit, or hits of one score, are all the best that the leg knows."""
    normalised = min_max(leg)

    assert dict.fromkeys(leg, 1.0) == normalised


def test_blend_is_the_weighted_mean_and_absence_counts_zero() -> None:
    """Weights 1 and 3 give shares 1/4 and 3/4, each leg normalised by itself."""
    keywords = Leg({"a": 9.0, "b": 5.0, "c": 1.0}, weight=1)
    vectors = Leg({"b": 0.9, "d": 0.7, "a": 0.5}, weight=3)

    blended = dict(blend([keywords, vectors]))

    assert (
        pytest.approx(
            {
                "b": 0.25 * 0.5 + 0.75 * 1.0,
                "d": 0.75 * 0.5,
                "a": 0.25 * 1.0 + 0.75 * 0.001,
                "c": 0.25 * 0.001,
            }
        )
        == blended
    )
    assert ["b", "d", "a", "c"] == list(blended)


def test_equal_scores_come_in_the_order_of_their_ids() -> None:
    """Two calls with the same hits in another order give the same page."""
    blended = blend([Leg({"z": 1.0, "m": 1.0, "a": 1.0}, weight=1)])

    assert [("a", 1.0), ("m", 1.0), ("z", 1.0)] == blended


def test_nothing_found_is_an_empty_ranking() -> None:
    """Two empty legs blend to nothing."""
    assert [] == blend([Leg({}, weight=1), Leg({}, weight=1)])


def test_z_scores_count_from_two_deviations_below_the_mean() -> None:
    """10, 6 and 2: mean 6, sample deviation 4, z = 1, 0 and -1, and two on top."""
    normalised = z_score({"a": 10.0, "b": 6.0, "c": 2.0})

    assert {"a": 3.0, "b": 2.0, "c": 1.0} == normalised


def test_a_z_score_far_below_the_mean_is_the_floor() -> None:
    """Nine tens and a zero: mean 9, deviation sqrt(10), z of the zero -2.85."""
    normalised = z_score({**{name: 10.0 for name in "abcdefghi"}, "j": 0.0})

    assert 0.001 == normalised["j"]
    assert pytest.approx(2 + 1 / 10**0.5) == normalised["a"]


@pytest.mark.parametrize("leg", [{"a": 3.0}, {"a": 0.1, "b": 0.1, "c": 0.1}])
def test_a_leg_without_a_spread_has_z_scores_at_the_mean(leg: Scores) -> None:
    """No score is ahead, and all are ahead of what the leg does not hold."""
    assert dict.fromkeys(leg, 2.0) == z_score(leg)


def test_reciprocal_ranks_start_at_one() -> None:
    """1 / (60 + rank); equal scores are ranked in the order of their ids."""
    ranks = reciprocal_ranks({"c": 5.0, "b": 7.0, "a": 5.0}, rank_constant=60)

    assert {"b": 1 / 61, "a": 1 / 62, "c": 1 / 63} == ranks


def test_rrf_adds_the_weighted_reciprocal_ranks() -> None:
    """Shares 1/4 and 3/4; `a` is first and second, `b` second, `c` first."""
    keywords = Leg({"a": 9.0, "b": 1.0}, weight=1)
    vectors = Leg({"c": 0.9, "a": 0.2}, weight=3)

    blended = dict(blend([keywords, vectors], blending=Blending("rrf", rank_constant=1)))

    assert pytest.approx({"a": 0.25 / 2 + 0.75 / 3, "b": 0.25 / 3, "c": 0.75 / 2}) == blended


def test_fixed_bounds_cut_off_on_both_sides() -> None:
    """(s - 2) / (12 - 2), at most 1, and the floor from the lowest bound down."""
    normalised = clip({"a": 15.0, "b": 7.0, "c": 2.0, "d": -4.0}, 2.0, 12.0)

    assert {"a": 1.0, "b": 0.5, "c": 0.001, "d": 0.001} == normalised


def test_each_leg_has_its_own_bounds() -> None:
    """Keywords from 0 to 20, vectors from -1 to 1, at equal weights."""
    legs = [Leg({"a": 5.0}, weight=1), Leg({"a": 0.5}, weight=1)]

    blended = blend(legs, blending=Blending("bounds", bounds=((0, 20), (-1, 1))))

    assert [("a", 0.5 * 0.25 + 0.5 * 0.75)] == blended


def test_with_fixed_bounds_a_score_means_the_same_in_every_search() -> None:
    """A poor lone hit stays poor, where min-max calls it the best there is."""
    leg = Leg({"a": 1.0}, weight=1)

    assert [("a", 1.0)] == blend([leg])
    assert [("a", 0.1)] == blend([leg], blending=Blending("bounds", bounds=((0, 10), (0, 1))))


@pytest.mark.parametrize(
    ("blending", "sentence"),
    [
        ({"method": "l2"}, "There is no blending 'l2': use min_max, z_score, rrf, bounds."),
        (
            {"method": "rrf", "rank_constant": 0},
            "The rank_constant 0 cannot be used: use a number from 1 to 10000.",
        ),
        ({"method": "bounds"}, "Blending by fixed bounds needs both: the method 'bounds', and"),
        ({"bounds": ((0, 1), (0, 1))}, "Blending by fixed bounds needs both: the method 'bounds'"),
        (
            {"method": "bounds", "bounds": ((0, 1), (3, 3))},
            "The bounds 3 to 3 cannot be used: the lowest must be below the highest, and both from "
            + "-10000 to 10000.",
        ),
        ({"method": "bounds", "bounds": ((0, 1), (float("nan"), 3))}, "The bounds nan to 3 cannot"),
    ],
)
def test_a_blending_that_cannot_be_used_is_a_sentence(
    blending: dict[str, object], sentence: str
) -> None:
    """What happened, the value, what to do."""
    with pytest.raises(UsageError) as caught:
        Blending(**blending)  # type: ignore[arg-type]

    assert str(caught.value).startswith(sentence)


@given(scores, st.sampled_from(METHODS))
def test_every_method_keeps_the_order_of_a_leg(leg: Scores, method: Method) -> None:
    """Whoever was behind in the leg is never ahead, the floors apart."""
    bounds = ((100.0, 900.0), (0.0, 1.0)) if method == "bounds" else None
    blended = dict(blend([Leg(leg, weight=1)], blending=Blending(method, bounds=bounds)))

    kept = [name for name in leg if blended[name] > FLOOR]
    assert set(leg) == set(blended)
    assert all(score > 0 for score in blended.values())
    assert all(blended[a] >= blended[b] for a in kept for b in leg if leg[a] > leg[b])


@given(scores)
def test_normalising_keeps_the_order_above_the_floor(leg: Scores) -> None:
    """Whoever was ahead stays ahead, except below the floor of the lowest."""
    normalised = min_max(leg)

    kept = [name for name in leg if normalised[name] >= FLOOR]
    assert all(normalised[a] >= normalised[b] for a in kept for b in kept if leg[a] >= leg[b])
    assert all(0 < score <= CEILING for score in normalised.values())


@given(scores, st.integers(-1_000, 1_000), st.sampled_from([0.25, 0.5, 2.0, 1024.0]))
def test_scale_and_shift_of_a_leg_change_nothing(leg: Scores, shift: int, scale: float) -> None:
    """Only a score's place between the leg's lowest and highest counts."""
    moved = {name: scale * score + shift for name, score in leg.items()}

    assert pytest.approx(min_max(leg)) == min_max(moved)


@given(scores, weights, blendings)
def test_an_empty_side_leaves_the_other_order_as_it_was(
    leg: Scores, weight: float, blending: Blending
) -> None:
    """A leg that found nothing scales the scores and moves nobody."""
    alone = blend([Leg(leg, weight=1)], blending=blending)

    beside_nothing = blend([Leg(leg, weight=1), Leg({}, weight=weight)], blending=blending)

    assert [name for name, _ in alone] == [name for name, _ in beside_nothing]


@given(scores, scores, weights, weights)
def test_every_hit_of_either_leg_is_ranked_once(
    first: Scores, second: Scores, w1: float, w2: float
) -> None:
    """The blend holds the union, best first, with scores in (0, 1]."""
    blended = blend([Leg(first, weight=w1), Leg(second, weight=w2)])

    assert set(first) | set(second) == {name for name, _ in blended}
    assert len(blended) == len({name for name, _ in blended})
    assert sorted((score for _, score in blended), reverse=True) == [s for _, s in blended]
    assert all(0 < score <= 1 + 1e-9 for _, score in blended)


@given(scores, scores, weights, blendings)
def test_scaling_all_weights_changes_nothing(
    first: Scores, second: Scores, w: float, blending: Blending
) -> None:
    """Only the ratio of the weights counts."""
    once = blend([Leg(first, weight=w), Leg(second, weight=0.5)], blending=blending)

    twice = blend([Leg(first, weight=4 * w), Leg(second, weight=2.0)], blending=blending)

    assert once == twice
