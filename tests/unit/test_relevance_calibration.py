"""Bounds of legs, from windows whose scores are known."""

import numpy as np
import pytest

from diptych.plugin.relevance.calibration import bounds_blending
from diptych.plugin.relevance.legs_in_memory import MemoryLegs
from diptych.query.weights import Weights

WEIGHTS = Weights(0.2, 0.5, 0.5, 0.0)


def legs(highest: float, *, has_words: bool = True) -> MemoryLegs:
    """A question whose keywords score from 1 to `highest`, and whose vectors from 0.1 to 0.5."""
    scores = np.array([highest, 1.0])
    parts = np.array([[0.5, 0.3, 0.1], [0.5, 0.3, 0.1], [0, 0, 0]], np.float32)
    return MemoryLegs(
        keywords=(np.array([0, 1]), scores) if has_words else None,
        parts=parts,
        says=(True, True),
        allowed=np.ones(3, bool),
        gains=np.zeros(3),
    )


def test_bounds_leave_the_outermost_tenth_out() -> None:
    """Highest keyword scores 1.5 to 11.5: the 0.9 quantile of eleven is the tenth, 10.5."""
    found = bounds_blending([legs(1.5 + i) for i in range(11)], [WEIGHTS] * 11)

    assert found is not None
    assert found.bounds is not None
    keywords, nearest = found.bounds
    assert pytest.approx((1.0, 10.5)) == keywords
    assert pytest.approx((0.1, 0.5), abs=1e-4) == nearest


def test_few_queries_tell_no_bounds() -> None:
    """Nine of them, or nine that have words."""
    many = [legs(5.0)] * 9 + [legs(5.0, has_words=False)] * 9

    assert bounds_blending(many[:9], [WEIGHTS] * 9) is None
    assert bounds_blending(many, [WEIGHTS] * 18) is None


def test_leg_that_always_scores_the_same_has_no_bounds() -> None:
    """There would be nothing between them."""
    assert bounds_blending([legs(1.0)] * 12, [WEIGHTS] * 12) is None
