"""What scores the legs of an index give, so that one score can mean the same in every query.

Min-max calls the best of every query 1, also where nothing fits. Bounds that hold for all queries
keep a weak leg weak: a photo of something that the shop has not should not lift anything.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from diptych.plugin.relevance.gains import Window, windows
from diptych.plugin.relevance.legs_in_memory import MemoryLegs
from diptych.query.blend import Blending
from diptych.query.weights import Weights

#: Of the lowest scores of the windows, and of the highest: single queries should not decide.
_LOW, _HIGH = 0.1, 0.9
#: Fewer queries than this say nothing of others.
MIN_QUERIES: Final = 10


def bounds_blending(legs: Sequence[MemoryLegs], weights: Sequence[Weights]) -> Blending | None:
    """Blending by bounds that hold for all queries; None where there are too few to tell.

    Args:
        legs: of some queries.
        weights: of each, by which its vector leg scores.
    """
    pairs = [windows(one, own) for one, own in zip(legs, weights, strict=True)]
    keywords = _bounds([pair[0] for pair in pairs])
    nearest = _bounds([pair[1] for pair in pairs])
    if keywords is None or nearest is None:
        return None
    return Blending("bounds", bounds=(keywords, nearest))


def _bounds(found: Sequence[Window]) -> tuple[float, float] | None:
    filled = [window.scores for window in found if len(window.scores)]
    if len(filled) < MIN_QUERIES:
        return None
    low = float(np.quantile([scores.min() for scores in filled], _LOW))
    high = float(np.quantile([scores.max() for scores in filled], _HIGH))
    return (round(low, 4), round(high, 4)) if round(low, 4) < round(high, 4) else None
