"""How sure a measured difference is: intervals by bootstrap, tests by randomisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

_Values: TypeAlias = NDArray[np.float64]

_N_SAMPLES: Final = 10_000
_SEED: Final = 0
_CONFIDENCE: Final = 0.95
#: A difference that chance makes less often than this counts as real.
SIGNIFICANT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the bounds within which it lies with 95 % confidence."""

    mean: float
    low: float
    high: float


def interval(values: _Values) -> Interval:
    """The mean of one value for each question, with its percentile bootstrap interval.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: 10,000 samples of the
    questions with replacement.
    """
    dice = np.random.default_rng(_SEED)
    n = len(values)
    means = np.concatenate(
        [values[dice.integers(n, size=(size, n))].mean(1) for size in _block_sizes(n)]
    )
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(means, (tail, 1 - tail))
    return Interval(float(values.mean()), float(low), float(high))


def p_value(differences: _Values) -> float:
    """How often chance alone makes a mean difference as large, in either direction.

    Fisher's paired randomisation test, which Smucker, Allan and Carterette, A comparison of
    statistical significance tests for information retrieval evaluation, CIKM 2007, recommend:
    10,000 times the sign of each question's difference is thrown anew.
    """
    dice = np.random.default_rng(_SEED)
    seen = abs(differences.sum())
    n_as_large = 0
    for size in _block_sizes(len(differences)):
        signs = dice.integers(2, size=(size, len(differences))) * 2 - 1
        # Sums of the same numbers in another order differ in the last place.
        n_as_large += int((abs(signs @ differences) >= seen * (1 - 1e-9)).sum())
    return (n_as_large + 1) / (_N_SAMPLES + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """The values corrected for how many they are: Holm, Scand. J. Statistics 6, 1979."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for place, i in enumerate(order):
        highest = max(highest, min(1.0, p_values[i] * (len(p_values) - place)))
        corrected[i] = highest
    return corrected


def _block_sizes(n: int) -> list[int]:
    """Samples drawn at once, so that thousands of questions need no gigabytes."""
    size = max(1, min(_N_SAMPLES, 4_000_000 // max(n, 1)))
    full, rest = divmod(_N_SAMPLES, size)
    return [size] * full + ([rest] if rest else [])
