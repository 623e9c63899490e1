"""The JSON that the simple call answers with, as its description says it."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from diptych.client import to_json


class ExplainAnswer(BaseModel):
    """Where a score comes from."""

    parts: dict[str, float] = Field(description="add up to the score")
    raw: dict[str, float | None] = Field(
        description="what the parts were made from: the BM25 score, each block's weighted cosine; "
        "null where a leg's window does not hold the product"
    )
    terms: list[str] = Field(description="the words that the keywords matched")
    note: str | None = Field(description="what a reader of the parts has to know")


class HitAnswer(BaseModel):
    """One product; a higher score is better."""

    id: str
    score: float | None
    source: dict[str, Any]
    highlight: dict[str, list[str]] | None = Field(
        default=None, description="HTML, matches in <em>"
    )
    explain: ExplainAnswer | None = None


class FacetAnswer(BaseModel):
    """One value of a field, and how many products have it."""

    value: str | bool | int | float
    count: int


class SearchAnswer(BaseModel):
    """One page of hits."""

    took_ms: float
    total: int = Field(description="from 10,000 on a lower bound")
    degraded: bool
    degraded_reason: str | None
    hits: list[HitAnswer]
    facets: dict[str, list[FacetAnswer]] = {}
    query_id: str | None = Field(
        default=None, description="to be named by events, where the server records feedback"
    )


class DslAnswer(BaseModel):
    """Requests in the form of the dashboards' consoles: method and path, and the body below."""

    text: str


class SuggestAnswer(BaseModel):
    """Titles that the words may become."""

    suggestions: list[str]


class HealthAnswer(BaseModel):
    """Whether this process lives, and whether what it needs does."""

    status: Literal["ok", "degraded"]
    version: str
    cluster: Literal["up", "down"]
    encoder: Literal["up", "down", "none"]


class FieldAnswer(BaseModel):
    """One field that hits can be filtered by."""

    name: str
    kind: Literal["words", "number", "boolean", "date"]


class IndexAnswer(BaseModel):
    """What a search of one index can name."""

    name: str
    text_fields: list[str]
    image_field: str | None
    fields: list[FieldAnswer]
    weights: dict[Literal["text", "image", "both", "like"], dict[str, float]] = Field(
        description="what counts how much in each kind of search, unless it says otherwise"
    )


class IndexesAnswer(BaseModel):
    """The indexes that the caller may search."""

    indexes: list[str]


class Problem(BaseModel):
    """What went wrong, in the form of RFC 9457, and what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    fix: str


def json_answer(value: object) -> Response:
    """The value as the answer's JSON; FastAPI's own way would check and copy it first."""
    return Response(to_json(value), media_type="application/json")
