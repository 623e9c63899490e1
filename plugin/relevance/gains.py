"""nDCG of one question under every setting, from legs that are kept in memory.

What the search itself would show for each of the settings, computed at once: the windows of both
legs, their scores made comparable as `diptych.query.blend` does it, the mean by their weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.plugin.relevance.grid import Setting
from diptych.plugin.relevance.legs_in_memory import MemoryLegs
from diptych.query.blend import CEILING, FLOOR, MEAN_ABOVE_ABSENT, Blending
from diptych.query.page import WINDOW
from diptych.query.weights import Weights
from diptych.vectors import Floats

_Numbers: TypeAlias = NDArray[np.float64]
_Places: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """The best of a leg: places in the stock and scores, best first, equal ones by place."""

    places: _Places
    scores: _Numbers


_NOTHING: Final = Window(np.empty(0, np.int64), np.empty(0))


def ndcg(legs: MemoryLegs, settings: Sequence[Setting], *, k: int = 10) -> _Numbers:
    """(settings,) float64: nDCG@k of each, with linear gains and log2 discounts.

    A question of which nothing is relevant in the stock gives 0.
    """
    discounts = 1 / np.log2(np.arange(2, k + 2))
    best = np.sort(legs.gains)[::-1][:k]
    ideal = float(best @ discounts[: len(best)]) or 1.0
    return np.array(
        [
            legs.gains[places] @ discounts[: len(places)] / ideal
            for places in rankings(legs, settings, k=k)
        ]
    )


def rankings(legs: MemoryLegs, settings: Sequence[Setting], *, k: int) -> list[_Places]:
    """The first `k` places of the stock under each setting, best first."""
    parts = [_counting(setting.weights, legs.says) for setting in settings]
    different = list(dict.fromkeys(parts))
    windows = dict(zip(different, _nearest(legs, different), strict=True))
    blends = _Blends(_keywords(legs), k)
    return [
        blends.best(windows[own], setting, vector=sum(own))
        for own, setting in zip(parts, settings, strict=True)
    ]


def windows(legs: MemoryLegs, weights: Weights) -> tuple[Window, Window]:
    """The windows of keywords and vectors under these weights."""
    (nearest,) = _nearest(legs, [_counting(weights, legs.says)])
    return _keywords(legs), nearest


def normalised(window: Window, blending: Blending, *, position: int) -> _Numbers:
    """The scores of a window made comparable: `diptych.query.blend.normalise` for arrays."""
    scores = window.scores
    if not len(scores):
        return scores
    if blending.bounds is not None:
        low, high = blending.bounds[position]
        return _floored(np.clip((scores - low) / (high - low), 0.0, CEILING))
    if blending.method == "rrf":
        ranks: _Numbers = np.arange(1.0, len(scores) + 1)
        return 1 / (blending.rank_constant + ranks)
    lowest, spread = scores.min(), np.ptp(scores)
    if blending.method == "z_score":
        if not spread:
            return np.full(len(scores), MEAN_ABOVE_ABSENT)
        moved = (scores - scores.mean()) / scores.std(ddof=1) + MEAN_ABOVE_ABSENT
        above: _Numbers = np.maximum(moved, FLOOR)
        return above
    return _floored((scores - lowest) / spread) if spread else np.full(len(scores), CEILING)


class _Blends:
    """The keyword leg with any window of the vector leg; what both share is computed once."""

    def __init__(self, keywords: Window, k: int) -> None:
        self._keywords = keywords
        self._k = k
        self._nearest = _NOTHING
        self._union = _NOTHING.places
        self._dense: dict[Blending, NDArray[np.float64]] = {}

    def best(self, nearest: Window, setting: Setting, *, vector: float) -> _Places:
        """The first places; a leg that has nothing, or weighs nothing, leaves it to the other."""
        keywords = setting.weights.keywords
        if not len(nearest.places):
            return self._keywords.places[: self._k]
        if not len(self._keywords.places) or not keywords:
            return nearest.places[: self._k]
        by_words, by_vector = self._comparable(nearest, setting.blending)
        blended = (keywords * by_words + vector * by_vector) / (keywords + vector)
        best: _Places = self._union[np.argsort(-blended, kind="stable")[: self._k]]
        return best

    def _comparable(self, nearest: Window, blending: Blending) -> _Numbers:
        """(2, union) float64: the scores of both legs at the places that either of them has."""
        if self._nearest is not nearest:
            self._nearest, self._dense = nearest, {}
            self._union = np.union1d(self._keywords.places, nearest.places)
        if blending not in self._dense:
            rows = np.zeros((2, len(self._union)))
            for position, window in enumerate((self._keywords, nearest)):
                places = np.searchsorted(self._union, window.places)
                rows[position, places] = normalised(window, blending, position=position)
            self._dense[blending] = rows
        return self._dense[blending]


def _nearest(legs: MemoryLegs, weights: Sequence[tuple[float, float, float]]) -> list[Window]:
    """The vector leg's window for each weighting; nothing where neither block counts."""
    if legs.parts is None:
        return [_NOTHING] * len(weights)
    places = np.nonzero(legs.allowed)[0]
    scores: Floats = np.array(weights, np.float32) @ legs.parts[:, places]
    return [
        _window(places, row) if text or image else _NOTHING
        for row, (text, image, _) in zip(scores, weights, strict=True)
    ]


def _window(places: _Places, scores: Floats) -> Window:
    if len(places) > WINDOW:
        # All that are as good as the last one, so that equal scores are cut by their ids.
        kept = scores >= np.partition(scores, -WINDOW)[-WINDOW]
        places, scores = places[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:WINDOW]
    return Window(places[order], scores[order].astype(np.float64))


def _keywords(legs: MemoryLegs) -> Window:
    if legs.keywords is None:
        return _NOTHING
    places, scores = legs.keywords
    order = np.lexsort((places, -scores))
    return Window(places[order], scores[order])


def _counting(weights: Weights, says: tuple[bool, bool]) -> tuple[float, float, float]:
    """The weights that count: a block that the question says nothing about has none."""
    return weights.text * says[0], weights.image * says[1], weights.agreement


def _floored(values: _Numbers) -> _Numbers:
    floored: _Numbers = np.where(values == 0, FLOOR, values)
    return floored
