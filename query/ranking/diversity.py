"""Diversity: a page of products that are not all alike."""

from collections.abc import Mapping, Sequence

import numpy as np

from diptych.errors import UsageError
from diptych.layout import IMAGE, TEXT, Layout
from diptych.query.ranking.candidates import Candidate
from diptych.vectors import Floats, unit_rows


def check_diversity(diversity: float) -> None:
    """Pass if the diversity can be used.

    Raises:
        UsageError: it is not in [0, 1].
    """
    if not 0 <= diversity <= 1:
        raise UsageError(
            f"The diversity {diversity:g} cannot be used: use a number from 0 (the order of the "
            "scores) to 1 (as different as can be)."
        )


def diversify(
    candidates: Sequence[Candidate],
    vectors: Mapping[str, Floats],
    diversity: float,
    n: int,
    *,
    layout: Layout,
) -> list[Candidate]:
    """The candidates with the first `n` chosen one by one, each unlike those before it.

    Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): next comes the largest
    (1 - diversity) * relevance - diversity * likeness to the most alike of those chosen.
    Relevance is the score moved to [0, 1] over the list; likeness is the cosine of the text and
    image blocks of the fused vectors, 0 for a product without one. Ties keep the list's order, so
    a diversity of 0 changes nothing.

    Args:
        candidates: best first.
        vectors: document id -> (layout.dimension,) float32.
        n: how many to choose; the others follow in their order.
    """
    chosen = _choose(
        _relevance(candidates),
        _directions(candidates, vectors, layout),
        diversity=diversity,
        n=min(n, len(candidates)),
    )
    left = sorted(set(range(len(candidates))) - set(chosen))
    return [candidates[row] for row in (*chosen, *left)]


def _choose(relevance: Floats, directions: Floats, *, diversity: float, n: int) -> list[int]:
    """Greedy, one matrix product per choice: O(rows * n)."""
    worth = np.float32(1 - diversity) * relevance
    likeness = np.full(len(relevance), -np.inf, dtype=np.float32)
    chosen: list[int] = []
    for _ in range(n):
        gain = worth - np.float32(diversity) * likeness if chosen else relevance.copy()
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        chosen.append(best)
        likeness = np.maximum(likeness, directions @ directions[best])
    return chosen


def _relevance(candidates: Sequence[Candidate]) -> Floats:
    scores = np.array([one.score for one in candidates], dtype=np.float32)
    if not len(scores) or scores.min() == scores.max():
        return np.ones(len(scores), dtype=np.float32)
    scaled: Floats = (scores - scores.min()) / (scores.max() - scores.min())
    return scaled


def _directions(
    candidates: Sequence[Candidate], vectors: Mapping[str, Floats], layout: Layout
) -> Floats:
    rows = np.zeros((len(candidates), layout.dimension), dtype=np.float32)
    for row, one in enumerate(candidates):
        if one.id in vectors:
            rows[row] = vectors[one.id]
    return unit_rows(np.hstack([rows[:, layout[name].span] for name in (TEXT, IMAGE)]))
