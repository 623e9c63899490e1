"""How well rows of scores put what is relevant first; every measure is a share in [0, 1]."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.vectors import Floats

Relevant: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.int64]


def best(scores: Floats, k: int) -> Places:
    """(n, k): the places of the highest scores of each row, highest first; ties by place."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def hit_rate(scores: Floats, relevant: Relevant, k: int) -> float:
    """The share of rows with anything relevant among their `k` best.

    Args:
        scores: (n, m).
        relevant: (n, m).
    """
    return float(_found(scores, relevant, k).any(1).mean())


def precision(scores: Floats, relevant: Relevant, k: int) -> float:
    """The relevant share of the `k` best, against the most that could be: min(k, relevant)."""
    possible = np.minimum(k, relevant.sum(1))
    rows = possible > 0
    return float((_found(scores, relevant, k).sum(1)[rows] / possible[rows]).mean())


def accuracy(scores: Floats, right: Places) -> float:
    """The share of rows whose highest score is at the right place."""
    return float((scores.argmax(1) == right).mean())


def recalls(scores: Floats, right: Places, n_classes: int) -> list[float | None]:
    """For each class the share of its rows that choose it; None for a class without rows."""
    chosen = scores.argmax(1)
    return [
        float((chosen[right == one] == one).mean()) if (right == one).any() else None
        for one in range(n_classes)
    ]


def _found(scores: Floats, relevant: Relevant, k: int) -> Relevant:
    return np.take_along_axis(relevant, best(scores, k), axis=1)
