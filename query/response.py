"""What a search answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from diptych.client import Json


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a score comes from: `parts` add up to it.

    `raw` holds what the parts were made from, before weights of the legs and normalisation: the
    BM25 score, and each block's weighted share of the inner product; None where a leg's window
    does not hold the document.
    """

    parts: Mapping[str, float]
    raw: Mapping[str, float | None] = field(default_factory=dict)

    def to_json(self) -> Json:
        """The parts by name, and `raw`."""
        return {**self.parts, "raw": dict(self.raw)}


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; a higher score is better."""

    id: str
    score: float
    source: Json
    explain: Explanation | None = None

    def to_json(self) -> Json:
        """`explain` only where it was asked for."""
        body: Json = {"id": self.id, "score": self.score, "source": self.source}
        return body if self.explain is None else {**body, "explain": self.explain.to_json()}


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """The hits of one page, and how they came about.

    `total` counts the documents that match the keywords or are among the candidates of the vector
    leg; from 10,000 on it is a lower bound. `degraded` says that a part of the request could not
    be used, and `degraded_reason` which and why. `encode_ms` is the encoder's part of `took_ms`.
    """

    hits: tuple[Hit, ...]
    total: int
    took_ms: float
    encode_ms: float = 0.0
    degraded_reason: str | None = None

    @property
    def degraded(self) -> bool:
        """Whether a part of the request could not be used."""
        return self.degraded_reason is not None

    def to_json(self) -> Json:
        """The answer of `diptych search --json` and of the HTTP API."""
        return {
            "took_ms": round(self.took_ms, 1),
            "total": self.total,
            "degraded": self.degraded,
            "degraded_reason": self.degraded_reason,
            "hits": [hit.to_json() for hit in self.hits],
        }
