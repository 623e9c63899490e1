"""A document on its way from the blended list to the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document and its score; `parts` name what boosts added to the blended score."""

    id: str
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)
