"""Where a score comes from, source by source; the parts add up to the score."""

from collections.abc import Mapping, Sequence

import numpy as np

from diptych.client import Json
from diptych.query.blend import Scores, min_max
from diptych.query.response import Explanation
from diptych.query.vector import QueryVector
from diptych.vectors import Floats

KEYWORDS = "keywords"
OFFSET = "offset"


def vector_parts(
    hits: Sequence[Json], vector: QueryVector, *, field: str
) -> dict[str, Mapping[str, float]]:
    """Document id -> each block's share of its inner product with the query.

    A document without a vector has no entry.

    Args:
        hits: the engine's hits, whose `_source` holds the vector.
    """
    ids = [hit["_id"] for hit in hits if field in hit["_source"]]
    if not ids:
        return {}
    stored: Floats = np.asarray(
        [hit["_source"][field] for hit in hits if field in hit["_source"]], dtype=np.float32
    )
    columns = vector.parts(stored)
    return {
        name: {block: float(column[row]) for block, column in columns.items()}
        for row, name in enumerate(ids)
    }


def explain_keywords(score: float) -> Explanation:
    """A search by keyword alone: its score is the engine's BM25."""
    return Explanation({KEYWORDS: score}, {KEYWORDS: score})


def explain_vector(score: float, parts: Mapping[str, float]) -> Explanation:
    """A search by vector alone: the blocks' shares, and the engine's rounding as offset."""
    return Explanation({**parts, OFFSET: score - sum(parts.values())}, parts)


class BlendExplainer:
    """Splits the blended scores of one search.

    The keyword leg is one source, so its part is its share times its normalised score. The vector
    leg is split: with the window's lowest and highest score, normalising is (s - low) / (high -
    low), so a block that adds p to s adds share * p / (high - low). What is left, -share * low /
    (high - low), is the same for every hit and is the offset. It also takes what the floor of the
    lowest hit adds, the engine's rounding, and the whole part of a leg whose scores are all equal.
    """

    def __init__(self, keywords: Scores, nearest: Scores, *, shares: tuple[float, float]) -> None:
        """Takes both legs' scores, cut to the window, and what each leg counts."""
        self._raw_keywords = keywords
        self._keywords = {name: shares[0] * s for name, s in min_max(keywords).items()}
        self._nearest = {name: shares[1] * s for name, s in min_max(nearest).items()}
        spread = max(nearest.values()) - min(nearest.values()) if nearest else 0.0
        self._scale = shares[1] / spread if spread else 0.0

    def __call__(self, name: str, parts: Mapping[str, float] | None) -> Explanation:
        """The explanation of one document.

        Args:
            parts: its blocks' shares of the inner product; None where it has no vector.
        """
        raw = {KEYWORDS: self._raw_keywords.get(name), **(parts or {})}
        is_near = name in self._nearest
        split = {block: self._scale * p if is_near else 0.0 for block, p in (parts or {}).items()}
        offset = self._nearest.get(name, 0.0) - sum(split.values())
        keywords = self._keywords.get(name, 0.0)
        return Explanation({KEYWORDS: keywords, **split, OFFSET: offset}, raw)
