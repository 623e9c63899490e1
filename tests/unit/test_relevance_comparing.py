"""Intervals and tests of differences, against values that can be worked out."""

import numpy as np
import pytest

from diptych.plugin.relevance.comparing import holm, interval, p_value


def test_interval_of_equal_values_is_that_value() -> None:
    """No sample of them can have another mean."""
    found = interval(np.full(20, 0.25))

    assert (0.25, 0.25, 0.25) == (found.mean, found.low, found.high)


def test_interval_is_that_of_the_binomial_share() -> None:
    """50 ones of 100: 1.96 standard errors of 0.05 to each side, to the bootstrap's precision."""
    found = interval(np.repeat([0.0, 1.0], 50))

    assert pytest.approx(0.5 - 1.96 * 0.05, abs=0.012) == found.low
    assert pytest.approx(0.5 + 1.96 * 0.05, abs=0.012) == found.high


def test_p_value_of_five_equal_differences_is_two_of_thirty_two() -> None:
    """Of all 2^5 ways to throw the signs, all plus and all minus are as large: 1 in 16."""
    assert pytest.approx(2 / 32, abs=0.01) == p_value(np.full(5, 0.1))


def test_p_value_of_no_difference_is_one() -> None:
    """Everything is as large as nothing."""
    assert pytest.approx(1.0) == p_value(np.zeros(10))


def test_many_clear_differences_are_hardly_chance() -> None:
    """2 of 2^40: none of ten thousand throws, of which one counts as seen."""
    assert pytest.approx(1 / 10_001) == p_value(np.full(40, 0.2))


def test_holm_multiplies_by_how_many_are_left() -> None:
    """0.01 * 3, 0.03 * 2, then never less than the one before; by hand."""
    assert pytest.approx([0.03, 0.06, 0.06]) == holm([0.01, 0.04, 0.03])
    assert [1.0, 1.0] == holm([0.9, 0.8])
