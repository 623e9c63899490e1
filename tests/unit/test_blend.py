"""Blending follows OpenSearch's normalization-processor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.query.blend import CEILING, FLOOR, Leg, Scores, blend, min_max

scores = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=2),
    st.integers(0, 1_000).map(float),
    max_size=12,
)
weights = st.floats(0.01, 1)


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


@given(scores, weights)
def test_an_empty_side_leaves_the_other_order_as_it_was(leg: Scores, weight: float) -> None:
    """A leg that found nothing scales the scores and moves nobody."""
    alone = [name for name, _ in blend([Leg(leg, weight=1)])]

    beside_nothing = [name for name, _ in blend([Leg(leg, weight=1), Leg({}, weight=weight)])]

    assert alone == beside_nothing


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


@given(scores, scores, weights)
def test_scaling_all_weights_changes_nothing(first: Scores, second: Scores, w: float) -> None:
    """Only the ratio of the weights counts."""
    once = blend([Leg(first, weight=w), Leg(second, weight=0.5)])

    twice = blend([Leg(first, weight=4 * w), Leg(second, weight=2.0)])

    assert once == twice
