"""What clicks say of documents once the places at which they were shown are taken out.

The position-based model: a document is clicked if its place is looked at and it attracts,
P(click) = examined[rank] * attraction[query, document]. People look at the first place more often
than at the tenth whatever stands there, so that counts of clicks alone praise what was first.
Chuklin, Markov and de Rijke, Click Models for Web Search, 2015, sections 3.3 and 4.3 (the
estimation by expectation and maximisation).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.plugin.feedback.shown import Shown

_Numbers: TypeAlias = NDArray[np.float64]

#: Ranks below are looked at too seldom to say anything.
MAX_RANK: Final = 20
_N_ROUNDS: Final = 200
#: Rounds end where no estimate moves farther.
_STILL: Final = 1e-5
#: What is believed of a document or a place before it was seen, the mean share of clicks, counts
#: as so many views.
_PRIOR_VIEWS: Final = 2.0


@dataclass(frozen=True, slots=True)
class ClickModel:
    """What was estimated.

    Attributes:
        examined: (ranks,) how often each rank is looked at, the first one always.
        attraction: query -> document -> in [0, 1], how often it is chosen where it is looked at.
        views: query -> document -> how often it was shown.
    """

    examined: _Numbers
    attraction: Mapping[str, Mapping[str, float]]
    views: Mapping[str, Mapping[str, int]]


def fit(shown: Sequence[Shown], *, max_rank: int = MAX_RANK) -> ClickModel:
    """The model of some answers and their clicks.

    Which places are looked at can be told apart from what stands there only as far as documents
    were seen at several places, as they are where weights change or two profiles are interleaved.

    Raises:
        ValueError: nothing was shown.
    """
    views = _Views(shown, max_rank)
    examined = 1 / np.arange(1, max_rank + 1)
    attraction = np.full(views.n_pairs, 0.5)
    prior = views.clicks.mean()
    for _ in range(_N_ROUNDS):
        looked, attracted = _expectation(examined[views.rank], attraction[views.pair], views.clicks)
        before = attraction
        attraction = _mean(attracted, views.pair, views.n_pairs, prior)
        examined = _mean(looked, views.rank, max_rank, prior)
        # Only the product shows in clicks: the first place is taken to be always looked at.
        attraction, examined = np.clip(attraction * examined[0], 0, 1), examined / examined[0]
        if abs(attraction - before).max() < _STILL:
            break
    return ClickModel(examined, *views.by_query(attraction))


def _expectation(
    examined: _Numbers, attraction: _Numbers, clicks: NDArray[np.bool_]
) -> tuple[_Numbers, _Numbers]:
    """For each view, how likely it is that it was looked at, and that it attracted."""
    unclicked = np.maximum(1 - examined * attraction, 1e-12)
    looked = np.where(clicks, 1.0, examined * (1 - attraction) / unclicked)
    attracted = np.where(clicks, 1.0, attraction * (1 - examined) / unclicked)
    return looked, attracted


def _mean(values: _Numbers, group: NDArray[np.int64], n: int, prior: float) -> _Numbers:
    """The mean of each group, drawn towards the prior where little was seen."""
    sums = np.bincount(group, values, minlength=n)
    counts = np.bincount(group, minlength=n)
    mean: _Numbers = (sums + _PRIOR_VIEWS * prior) / (counts + _PRIOR_VIEWS)
    return mean


class _Views:
    """Every document that was shown at a rank, as rows."""

    def __init__(self, shown: Sequence[Shown], max_rank: int) -> None:
        self._pairs: dict[tuple[str, str], int] = {}
        pair, rank, clicks = [], [], []
        for one in shown:
            clicked = one.clicked
            for place, document in enumerate(one.ids, start=one.first_rank - 1):
                if place >= max_rank:
                    break
                pair.append(self._pairs.setdefault((one.query, document), len(self._pairs)))
                rank.append(place)
                clicks.append(document in clicked)
        if not pair:
            raise ValueError("nothing was shown")
        self.pair = np.array(pair, np.int64)
        self.rank = np.array(rank, np.int64)
        self.clicks = np.array(clicks, bool)

    @property
    def n_pairs(self) -> int:
        return len(self._pairs)

    def by_query(
        self, values: _Numbers
    ) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, int]]]:
        """The values, and how often each document was shown, by query and document."""
        counts = np.bincount(self.pair, minlength=self.n_pairs)
        found: dict[str, dict[str, float]] = {}
        views: dict[str, dict[str, int]] = {}
        for (query, document), i in self._pairs.items():
            found.setdefault(query, {})[document] = float(values[i])
            views.setdefault(query, {})[document] = int(counts[i])
        return found, views
