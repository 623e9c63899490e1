"""The settings that tuning tries: weights of the three parts, the keywords' share, blendings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diptych.query.blend import MIN_MAX, Blending
from diptych.query.weights import Weights

#: Shares of the text vector among the parts; the picture has the rest.
_TEXT_SHARES: Final = (
    0.0,
    0.05,
    0.1,
    0.15,
    0.2,
    0.25,
    0.3,
    0.35,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    1.0,
)
#: Agreement beside text and picture, which together weigh 1.
_AGREEMENTS: Final = (0.0, 0.05, 0.1, 0.2)
#: Keywords beside the vector, which weighs about 1.
_KEYWORDS: Final = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.5, 5.0)
_BLENDINGS: Final = (MIN_MAX, Blending("z_score"), Blending("rrf"))


@dataclass(frozen=True, slots=True)
class Setting:
    """Weights and the blending of the two legs."""

    weights: Weights
    blending: Blending = MIN_MAX

    def distance(self, other: "Setting") -> float:
        """How far apart two are: differences of shares, and a little for another blending."""
        pairs = zip(_shares(self.weights), _shares(other.weights), strict=True)
        return sum(abs(one - two) for one, two in pairs) + 0.05 * (self.blending != other.blending)


KEYWORDS_ALONE: Final = Setting(Weights(1.0, 0.0, 0.0, 0.0))


def settings(*more: Blending) -> Iterator[Setting]:
    """Every setting of the grid; where one leg counts alone there is nothing to blend.

    Args:
        more: blendings beside those that need no knowledge of the index.
    """
    yield KEYWORDS_ALONE
    for text in _TEXT_SHARES:
        for agreement in _AGREEMENTS:
            for keywords in _KEYWORDS:
                weights = Weights(keywords, text, round(1 - text, 2), agreement)
                for blending in (*_BLENDINGS, *more) if keywords else (MIN_MAX,):
                    yield Setting(weights, blending)


def distances_from(own: Weights, tried: Sequence[Setting]) -> NDArray[np.float64]:
    """(settings,) float64: how far each is from these weights with the default blending."""
    return np.array([setting.distance(Setting(own)) for setting in tried])


def _shares(weights: Weights) -> tuple[float, ...]:
    total = weights.keywords + weights.vector
    return (
        weights.keywords / total,
        weights.text / total,
        weights.image / total,
        weights.agreement / total,
    )
