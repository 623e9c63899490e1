"""Measures of judged rankings: numbers worked out by hand."""

import math

import numpy as np
import pytest

from diptych.errors import UsageError
from diptych.plugin.relevance.measures import check_measures, measure
from diptych.plugin.relevance.questions import Question

#: Two relevant documents, the better one second; a stranger first.
QUESTION = Question("q1", text="red dress", grades={"a": 2, "b": 1, "c": 0})
RANKINGS = {"q1": ("x", "a", "c", "b")}


def value(name: str, **options: float) -> float:
    """The one value of the one question."""
    return float(measure([name], [QUESTION], RANKINGS, **options)[name][0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("P@2", 1 / 2),
        ("R@2", 1 / 2),
        ("P@4", 2 / 4),
        ("R@4", 1.0),
        ("F1@4", 2 * 0.5 * 1.0 / 1.5),
        ("MRR", 1 / 2),
        ("MRR@1", 0.0),
        ("MAP", (1 / 2 + 2 / 4) / 2),
        # Gains 2 at rank 2 and 1 at rank 4, against 2 at rank 1 and 1 at rank 2.
        ("nDCG@4", (2 / math.log2(3) + 1 / math.log2(5)) / (2 + 1 / math.log2(3))),
    ],
)
def test_measure_has_the_value_worked_out_by_hand(name: str, expected: float) -> None:
    """Precision, recall, F1, reciprocal rank, average precision, discounted gain."""
    assert pytest.approx(expected) == value(name)


def test_relevant_from_raises_what_counts() -> None:
    """From grade 2 on, only `a` is relevant: 1 of 4, and all of 1."""
    assert pytest.approx(1 / 4) == value("P@4", relevant_from=2)
    assert pytest.approx(1.0) == value("R@4", relevant_from=2)


def test_relevant_from_is_taken_exactly() -> None:
    """1.4 of whole grades leaves out 1, as 2 does."""
    assert pytest.approx(1 / 4) == value("P@4", relevant_from=1.4)


def test_grades_may_be_fractions() -> None:
    """Half the grades give the same discounted gain, and half of one is enough where it is said."""
    halves = Question("q1", text="red dress", grades={"a": 1.0, "b": 0.5, "c": 0.0})

    found = measure(["nDCG@4", "P@4"], [halves], RANKINGS, relevant_from=0.5)

    assert pytest.approx(value("nDCG@4")) == found["nDCG@4"][0]
    assert pytest.approx(2 / 4) == found["P@4"][0]


def test_question_without_a_ranking_has_nothing() -> None:
    """It counts 0; it is not left out of the mean."""
    other = Question("q2", text="mug", grades={"m": 1})

    found = measure(["P@2", "nDCG@2", "F1@2"], [QUESTION, other], RANKINGS)

    assert np.all([found[name][1] == 0.0 for name in found])


@pytest.mark.parametrize(
    "name",
    ["", "nDCG@", "P", "F1", "Goodness@10", "P@0", "P@10; import os", "ERR@10", "RBP", "Accuracy"],
)
def test_unknown_measure_is_refused_with_a_sentence(name: str) -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError, match=r"is not known: use nDCG@10"):
        check_measures([name])
