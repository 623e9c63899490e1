"""Measuring the demonstration model: rankings by hand, the table, nothing seen twice."""

from pathlib import Path

import numpy as np
import pytest

from demo_training.figures import Figure, share, to_markdown, to_table
from demo_training.measuring_products import measure_products
from demo_training.ranking import accuracy, best, hit_rate, precision, recalls
from demo_training.rendered import FIRST, Range
from demo_training.seeing import Eye
from diptych.testing import FakeEncoder

_SCORES = np.array([[0.9, 0.5, 0.1, 0.4], [0.2, 0.2, 0.8, 0.0]], np.float32)


def test_best_places_come_by_score_and_ties_by_place() -> None:
    """0.9, 0.5, 0.4; then 0.8 and the first of two at 0.2."""
    assert [[0, 1, 3], [2, 0, 1]] == best(_SCORES, 3).tolist()


def test_hits_and_precision_by_hand() -> None:
    """The first row finds at 2 of its one, the second both of its two at 2."""
    relevant = np.array([[False, True, False, False], [True, False, True, False]])

    assert 0.5 == hit_rate(_SCORES, relevant, 1)
    assert 1.0 == hit_rate(_SCORES, relevant, 2)
    assert 1.0 == precision(_SCORES, relevant, 2)
    assert 0.5 == precision(_SCORES, relevant, 1)


def test_row_with_nothing_relevant_counts_only_as_no_hit() -> None:
    """It is no hit, and there is no precision to speak of."""
    relevant = np.array([[True, False, False, False], [False] * 4])

    assert 0.5 == hit_rate(_SCORES, relevant, 1)
    assert 1.0 == precision(_SCORES, relevant, 1)


def test_recall_of_each_class_by_hand() -> None:
    """Of two rows of class 0 one chooses it; class 1 has no row."""
    scores = np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.0, 0.1, 0.9]], np.float32)
    right = np.array([0, 0, 2])

    assert [0.5, None, 1.0] == recalls(scores, right, 3)
    assert 2 / 3 == pytest.approx(accuracy(scores, right))


def test_table_marks_a_missed_goal() -> None:
    """Parts as headings, percentages with one digit."""
    lines = to_table(
        [share("drawn", "R@1", 0.59, 200, 80.0), Figure("speed", "texts", 1234.0, goal=1000.0)]
    ).splitlines()

    assert ["drawn", "speed"] == [lines[0], lines[2]]
    assert ["R@1", "59.0", "goal", "80", "missed", "n=200"] == lines[1].split()
    assert ["texts", "1,234.0", "goal", "1000"] == lines[3].split()


def test_markdown_has_one_row_for_both_languages() -> None:
    """A heading and a table for each part; a goal that one of the two misses is marked."""
    lines = to_markdown(
        [
            share("drawn", "R@1, en", 0.59, 200, 50.0),
            share("drawn", "R@1, zh", 0.49, 200, 50.0),
            Figure("speed", "texts", 1234.0),
        ]
    ).splitlines()

    assert ["### Drawn", "### Speed"] == [line for line in lines if line.startswith("#")]
    assert "| R@1 | 59.0 | 49.0 | 50, missed | 200 |" in lines
    assert "| texts | 1,234.0 |  |  |  |" in lines


def test_products_are_measured_in_both_languages(tmp_path: Path) -> None:
    """A small range through an encoder that knows nothing: every measure has its figure."""
    small = Range(("mug", "bowl"), FIRST.patterns)
    eye = Eye(FakeEncoder(), cache=tmp_path, processes=1, side_px=32)

    figures = list(measure_products(eye, n=14, of=small))

    names = {figure.name for figure in figures}
    assert {"R@1, en", "R@1, zh", "kind by its name, en", "pattern by its name, zh"} <= names
    assert all(0 <= figure.value <= 100 for figure in figures)
    assert any(name.startswith("  ") for name in names)
