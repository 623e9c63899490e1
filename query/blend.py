"""Two rankings become one: each leg's scores normalised, then their weighted arithmetic mean.

These functions define what a blended score is; the engine's own `hybrid` query is used only where
it gives the same. Min-max and the mean are those of OpenSearch's normalization-processor 2.19
(`MinMaxScoreNormalizationTechnique`, `ArithmeticMeanScoreCombinationTechnique` in
opensearch-project/neural-search). The others name their source, and where they differ from it.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal, get_args

from diptych.errors import UsageError

#: Document id -> score of one leg, higher is better.
Scores = Mapping[str, float]
#: Lowest and highest score that a leg is expected to give.
Bounds = tuple[float, float]
Method = Literal["min_max", "z_score", "rrf", "bounds"]

METHODS: tuple[Method, ...] = get_args(Method)

#: What the lowest score of a leg becomes: in the leg, a document is never worth nothing.
FLOOR = 0.001
#: What every score becomes where the leg's lowest and highest are equal.
CEILING = 1.0
#: `z_score`: standard deviations that a leg's mean lies above what the leg does not hold.
MEAN_ABOVE_ABSENT = 2.0
#: Ranges of `rank_constant` and of a bound in OpenSearch's processors.
_LARGEST_RANK_CONSTANT = 10_000
_LARGEST_BOUND = 10_000


@dataclass(frozen=True, slots=True)
class Blending:
    """How the scores of the legs are made comparable.

    Args:
        method: `min_max`, `z_score`, `rrf` (reciprocal ranks) or `bounds` (fixed ones).
        rank_constant: of `rrf`; the larger, the less the first ranks stand out.
        bounds: of `bounds`, (lowest, highest) of each leg: of the BM25 scores, and of the sum of
            weighted cosines, both as an explanation's `raw` shows them.

    Raises:
        UsageError: an unknown method, or a parameter out of its range.
    """

    method: Method = "min_max"
    rank_constant: int = 60
    bounds: tuple[Bounds, Bounds] | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(f"There is no blending {self.method!r}: use {', '.join(METHODS)}.")
        if not 1 <= self.rank_constant <= _LARGEST_RANK_CONSTANT:
            raise UsageError(
                f"The rank_constant {self.rank_constant} cannot be used: use a number from 1 to "
                f"{_LARGEST_RANK_CONSTANT}."
            )
        if (self.method == "bounds") != (self.bounds is not None):
            raise UsageError(
                "Blending by fixed bounds needs both: the method 'bounds', and the bounds "
                "[[lowest, highest], [lowest, highest]] of keywords and vectors."
            )
        for lowest, highest in self.bounds or ():
            if not -_LARGEST_BOUND <= lowest < highest <= _LARGEST_BOUND:
                raise UsageError(
                    f"The bounds {lowest:g} to {highest:g} cannot be used: the lowest must be "
                    f"below the highest, and both from {-_LARGEST_BOUND} to {_LARGEST_BOUND}."
                )


MIN_MAX = Blending()


@dataclass(frozen=True, slots=True)
class Leg:
    """One ranking, cut to its window, and what it counts."""

    scores: Scores
    weight: float


@dataclass(frozen=True, slots=True)
class Normalised:
    """The scores of a leg made comparable.

    `slope` is what one unit of a leg's own score is worth, apart from floor and clipping; 0 where
    all scores are equal, None where only ranks count.
    """

    scores: dict[str, float]
    slope: float | None


def blend(legs: Sequence[Leg], *, blending: Blending = MIN_MAX) -> list[tuple[str, float]]:
    """Ids and blended scores, best first; equal scores in the order of their ids.

    A document that a leg does not hold counts 0 there. The legs' weights must sum to more than 0.

    Args:
        legs: keywords first and vectors second, where the blending has bounds.
    """
    total = sum(leg.weight for leg in legs)
    blended: dict[str, float] = {}
    for position, leg in enumerate(legs):
        share = leg.weight / total
        for name, score in normalise(leg.scores, blending, position=position).scores.items():
            blended[name] = blended.get(name, 0.0) + share * score
    return best_first(blended)


def best_first(scores: Scores) -> list[tuple[str, float]]:
    """Ids and scores, highest first; equal scores in the order of their ids."""
    # Two sorts that run in C, the second of them stable, take a third of one by a Python key.
    by_id = sorted(scores.items())
    return sorted(by_id, key=itemgetter(1), reverse=True)


def normalise(scores: Scores, blending: Blending, *, position: int) -> Normalised:
    """A leg's scores by the method that was chosen.

    Args:
        position: of the leg, to find its bounds.
    """
    if blending.bounds is not None:
        lowest, highest = blending.bounds[position]
        return Normalised(clip(scores, lowest, highest), 1 / (highest - lowest))
    if blending.method == "rrf":
        return Normalised(reciprocal_ranks(scores, rank_constant=blending.rank_constant), None)
    if blending.method == "z_score":
        return Normalised(z_score(scores), _inverse(_deviation(scores)))
    return Normalised(min_max(scores), _inverse(_spread(scores)))


def min_max(scores: Scores) -> dict[str, float]:
    """The scores moved to [0, 1] by (s - min) / (max - min).

    The lowest is `FLOOR` instead of 0, and a leg whose scores are all equal gives `CEILING`. So a
    score less than a thousandth above the lowest comes out below it, as it does in the engine.
    """
    spread = _spread(scores)
    if not spread:
        return dict.fromkeys(scores, CEILING)
    lowest = min(scores.values())
    return {name: (score - lowest) / spread or FLOOR for name, score in scores.items()}


def z_score(scores: Scores) -> dict[str, float]:
    """The scores in standard deviations above what the leg does not hold: (s - mean) / sd + 2.

    Mean and sample standard deviation are those of OpenSearch's `ZScoreNormalizationTechnique`
    (neural-search 3.0). It goes on to make every score below the mean `FLOOR`, which loses the
    order of the lower half, and a score at the mean the leg's highest raw score. Here the mean
    stands two deviations above 0, the value of an absent document, so that who is found is ahead
    of who is not, and the order is kept: what to assume of absent documents is the subject of
    Montague and Aslam, Relevance score normalization for metasearch, CIKM 2001. What is farther
    than that below the mean is `FLOOR`, and scores that are all equal give 2.
    """
    deviation = _deviation(scores)
    if not deviation:
        return dict.fromkeys(scores, MEAN_ABOVE_ABSENT)
    mean = statistics.fmean(scores.values())
    return {
        name: max((score - mean) / deviation + MEAN_ABOVE_ABSENT, FLOOR)
        for name, score in scores.items()
    }


def reciprocal_ranks(scores: Scores, *, rank_constant: int) -> dict[str, float]:
    """1 / (rank_constant + rank), the best having rank 1; equal scores in the order of their ids.

    Cormack, Clarke and Buettcher, Reciprocal rank fusion outperforms Condorcet and individual
    rank learning methods, SIGIR 2009, and `RRFNormalizationTechnique` (neural-search 2.19). Both
    add the legs up; we take the mean that the weights ask for, which gives the same order.
    """
    ranked = best_first(scores)
    return {name: 1 / (rank_constant + rank) for rank, (name, _) in enumerate(ranked, start=1)}


def clip(scores: Scores, lowest: float, highest: float) -> dict[str, float]:
    """The scores moved to [0, 1] by (s - lowest) / (highest - lowest), and cut off there.

    `lower_bounds` and `upper_bounds` of OpenSearch's normalization-processor (3.0 and 3.2) in the
    mode `clip`: at the lowest and below, a score is `FLOOR`. Theirs fall back on the leg's own
    lowest and highest where all its scores are equal or out of bounds; here bounds always hold,
    so that one score means the same in every search.
    """
    spread = highest - lowest
    return {
        name: min(max((score - lowest) / spread, 0.0), CEILING) or FLOOR
        for name, score in scores.items()
    }


def _spread(scores: Scores) -> float:
    return max(scores.values()) - min(scores.values()) if scores else 0.0


def _deviation(scores: Scores) -> float:
    """0 also where rounding alone makes equal scores differ from their mean."""
    if len(scores) < 2 or not _spread(scores):
        return 0.0
    return statistics.stdev(scores.values())


def _inverse(number: float) -> float:
    return 1 / number if number and math.isfinite(1 / number) else 0.0
