"""Two rankings become one: min-max per leg, then the weighted arithmetic mean.

These functions define what a blended score is; the engine's own `hybrid` query is used only where
it gives the same. The rules are those of OpenSearch's normalization-processor 2.19
(`MinMaxScoreNormalizationTechnique`, `ArithmeticMeanScoreCombinationTechnique` in
opensearch-project/neural-search).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Document id -> score of one leg, higher is better.
Scores = Mapping[str, float]

#: What the lowest score of a leg becomes: in the leg, a document is never worth nothing.
FLOOR = 0.001
#: What every score becomes where the leg's lowest and highest are equal.
CEILING = 1.0


@dataclass(frozen=True, slots=True)
class Leg:
    """One ranking, cut to its window, and what it counts."""

    scores: Scores
    weight: float


def min_max(scores: Scores) -> dict[str, float]:
    """The scores moved to [0, 1] by (s - min) / (max - min).

    The lowest is `FLOOR` instead of 0, and a leg whose scores are all equal gives `CEILING`. So a
    score less than a thousandth above the lowest comes out below it, as it does in the engine.
    """
    if not scores:
        return {}
    lowest, highest = min(scores.values()), max(scores.values())
    if lowest == highest:
        return dict.fromkeys(scores, CEILING)
    spread = highest - lowest
    return {name: (score - lowest) / spread or FLOOR for name, score in scores.items()}


def blend(legs: Sequence[Leg]) -> list[tuple[str, float]]:
    """Ids and blended scores, best first; equal scores in the order of their ids.

    A document that a leg does not hold counts 0 there. The legs' weights must sum to more than 0.
    """
    total = sum(leg.weight for leg in legs)
    blended: dict[str, float] = {}
    for leg in legs:
        for name, score in min_max(leg.scores).items():
            blended[name] = blended.get(name, 0.0) + leg.weight / total * score
    return sorted(blended.items(), key=lambda item: (-item[1], item[0]))
