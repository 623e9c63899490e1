"""Where a score comes from, source by source; the parts add up to the score."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import numpy as np

from diptych.client import Json
from diptych.query.blend import MIN_MAX, Blending, Normalised, Scores, normalise
from diptych.query.response import Explanation
from diptych.query.vector import QueryVector
from diptych.vectors import Floats

KEYWORDS = "keywords"
OFFSET = "offset"
#: What an explanation of reciprocal ranks says.
SPLIT_NOTE = (
    "Reciprocal ranks count places, not scores: the vectors' part is split in proportion to what "
    "each of them adds to the inner product."
)
_NONE: Mapping[str, float] = MappingProxyType({})


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
    leg is split. Where its normalised score rises by `slope` per unit (`diptych.query.blend`), a
    block that adds p to the leg's score adds share * slope * p. What is left is the offset: with
    min-max -share * low / (high - low), the same for every hit. It also takes what floor and
    clipping change, the engine's rounding, and the whole part of a leg whose scores are all equal.

    Reciprocal ranks know no such slope: there the leg's part is split in proportion to what the
    blocks add to the inner product (a block that takes away gets 0), and a note says so.

    Nothing is worked out before the first document is explained.
    """

    def __init__(
        self,
        keywords: Scores,
        nearest: Scores,
        *,
        shares: tuple[float, float],
        blending: Blending = MIN_MAX,
    ) -> None:
        """Takes both legs' scores, cut to the window, and what each leg counts."""
        self._raw_keywords = keywords
        self._shares = shares
        self._raw_nearest = nearest
        self._blending = blending

    @cached_property
    def _keywords(self) -> Normalised:
        return normalise(self._raw_keywords, self._blending, position=0)

    @cached_property
    def _nearest(self) -> Normalised:
        return normalise(self._raw_nearest, self._blending, position=1)

    def __call__(
        self, name: str, parts: Mapping[str, float] | None, *, boosts: Mapping[str, float] = _NONE
    ) -> Explanation:
        """The explanation of one document.

        Args:
            parts: its blocks' shares of the inner product; None where it has no vector.
            boosts: what boosts added to its blended score, by name.
        """
        raw = {KEYWORDS: self._raw_keywords.get(name), **(parts or {})}
        keywords = self._shares[0] * self._keywords.scores.get(name, 0.0)
        nearest = self._shares[1] * self._nearest.scores.get(name, 0.0)
        split = self._split(nearest, parts or {})
        offset = nearest - sum(split.values())
        shown = {KEYWORDS: keywords, **split, OFFSET: offset, **boosts}
        return Explanation(shown, raw, note=SPLIT_NOTE if self._splits_ranks else None)

    @property
    def _splits_ranks(self) -> bool:
        return self._nearest.slope is None

    def _split(self, nearest: float, parts: Mapping[str, float]) -> dict[str, float]:
        """Each block's part of the leg's share `nearest`, which is 0 outside the leg's window."""
        if not nearest:
            return dict.fromkeys(parts, 0.0)
        if self._nearest.slope is not None:
            scale = self._shares[1] * self._nearest.slope
            return {block: scale * p for block, p in parts.items()}
        adding = {block: max(p, 0.0) for block, p in parts.items()}
        total = sum(adding.values())
        return {block: nearest * p / total if total else 0.0 for block, p in adding.items()}
