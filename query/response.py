"""What a search answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from diptych.client import Json


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a score comes from: `parts` add up to it.

    `raw` holds what the parts were made from, before weights of the legs and normalisation: the
    BM25 score, and each block's weighted share of the inner product; None where a leg's window
    does not hold the document. `terms` are the words that the keywords matched, as the document
    writes them. `note` says what a reader of the parts has to know.
    """

    parts: Mapping[str, float]
    raw: Mapping[str, float | None] = field(default_factory=dict)
    note: str | None = None
    terms: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Each by its name, `note` null where there is none."""
        return {
            "parts": dict(self.parts),
            "raw": dict(self.raw),
            "terms": list(self.terms),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; a higher score is better.

    The score is 0 where the document was shown for another reason: it is pinned, or lies past the
    window that is blended. `highlight` has field -> passages in HTML, the matches in `<em>`.
    """

    id: str
    score: float
    source: Json
    highlight: Mapping[str, list[str]] | None = None
    explain: Explanation | None = None

    def to_json(self) -> Json:
        """`highlight` and `explain` only where they were asked for."""
        body: Json = {"id": self.id, "score": self.score, "source": self.source}
        if self.highlight is not None:
            body["highlight"] = dict(self.highlight)
        return body if self.explain is None else {**body, "explain": self.explain.to_json()}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet's field, and how many of the documents found have it."""

    value: str | float | bool
    count: int

    def to_json(self) -> Json:
        """Both by name."""
        return {"value": self.value, "count": self.count}


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """The hits of one page, and how they came about.

    `total` counts the documents that match the keywords or are among the candidates of the vector
    leg; from 10,000 on it is a lower bound. `facets` has field -> its most frequent values among
    the same documents. `degraded` says that a part of the request could not
    be used, and `degraded_reason` which and why. `encode_ms` is the encoder's part of `took_ms`.
    """

    hits: tuple[Hit, ...]
    total: int
    took_ms: float
    encode_ms: float = 0.0
    degraded_reason: str | None = None
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)

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
            "facets": {
                name: [value.to_json() for value in values] for name, values in self.facets.items()
            },
        }
