"""Choosing by cross-validation: luck is not chosen, and what is better is."""

import numpy as np
import pytest

from diptych.plugin.relevance.choosing import best_setting, choose, folds_of, folds_of_questions
from diptych.plugin.relevance.questions import Question


def test_nearest_of_those_that_are_as_good_is_chosen() -> None:
    """Settings 1 and 2 reach the same; 1 is nearer to the default, 0 is worse."""
    values = np.tile([0.2, 0.8, 0.8], (10, 1))

    assert 1 == best_setting(values, np.array([0.0, 0.1, 0.5]))


def test_lead_within_one_standard_error_is_luck() -> None:
    """Setting 1 leads by 0.005 on average: one question of ten gains 0.1, one loses 0.05."""
    values = np.full((10, 2), 0.5)
    values[:2, 1] = 0.6, 0.45

    # The standard error is sqrt((0.01 + 0.0025 - 10 * 0.005^2) / 9 / 10) = 0.0117.
    assert 0 == best_setting(values, np.array([0.0, 1.0]))


def test_clear_lead_wins_however_far_it_is_from_the_default() -> None:
    """Every question gains."""
    values = np.column_stack([np.full(10, 0.5), np.linspace(0.7, 0.9, 10)])

    assert 1 == best_setting(values, np.array([0.0, 5.0]))


def test_better_setting_is_better_on_held_out_questions_too() -> None:
    """0.9 against 0.5 for each of forty questions, in every fold."""
    values = np.tile([0.5, 0.9], (40, 1))
    choice, held_out = choose(
        values, np.full(40, 0.5), np.array([0.0, 1.0]), folds_of(list(range(40)))
    )

    assert (1, 40, True) == (choice.setting, choice.n, choice.is_better)
    assert pytest.approx((0.5, 0.9, 0.9)) == (choice.default, choice.train, choice.held_out)
    assert pytest.approx([0.4] * 5) == choice.folds
    assert pytest.approx([0.9] * 40) == held_out.tolist()


def test_noise_is_not_better_on_questions_that_did_not_choose_it() -> None:
    """A thousand settings of pure chance: one shines in training, none is kept."""
    dice = np.random.default_rng(7)
    values = dice.random((40, 1_000))
    default = dice.random(40)

    choice, _ = choose(values, default, np.arange(1_000) / 1_000, folds_of(list(range(40))))

    assert not choice.is_better


def test_questions_of_one_answer_are_in_one_fold() -> None:
    """One asked in two languages would tell the other's answer."""
    folds = folds_of(["a", "b", "a", "c", "b", "d"] * 5)

    assert folds[0] == folds[2]
    assert folds[1] == folds[4]


def test_what_does_not_answer_parts_no_questions() -> None:
    """A page that grades writes zeros too: the same answers stay in one fold."""
    asked = [Question("en", grades={"a": 2, "x": 0}), Question("zh", grades={"a": 1, "y": 0})]
    others = [Question(f"q{i}", grades={f"d{i}": 1}) for i in range(9)]

    folds = folds_of_questions([*asked, *others])

    assert folds[0] == folds[1]


def test_folds_are_of_one_size() -> None:
    """Fifty questions, five folds of ten."""
    assert [10] * 5 == np.bincount(folds_of(list(range(50)))).tolist()
