"""The searches that stand in for one body: its own query, its vectors, and the page of hits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diptych.client import Json
from diptych.mappings.engine import Engine
from diptych.query.dropin.acceptance import DEFAULT_SIZE
from diptych.query.dropin.clauses import without_inner_hits
from diptych.query.dropin.hiding import shown_source
from diptych.query.page import WINDOW
from diptych.query.plan import candidates
from diptych.query.vector import QueryVector

#: What only the hits of a page need.
_FETCHED = (
    *("highlight", "fields", "docvalue_fields", "stored_fields", "script_fields", "explain"),
    *("version", "seq_no_primary_term", "_source"),
)
#: What describes the query as a whole, and so comes with its leg alone.
_WHOLE = ("aggs", "aggregations", "suggest", "track_total_hits", "terminate_after", "from", "size")
#: What the vectors' leg shares with the query's.
_SHARED = ("timeout", "sort", "derived", "runtime_mappings")


@dataclass(frozen=True, slots=True)
class Page:
    """The hits of a body: how many, after how many."""

    size: int
    start: int


def page_of(body: Json) -> Page:
    """The page that a body asks for."""
    return Page(body.get("size", DEFAULT_SIZE), body.get("from", 0))


def own_leg(body: Json) -> Json:
    """The body with its first `WINDOW` hits, of which nothing is fetched.

    It is its own companion: totals, aggregations and suggestions are those of the caller's query.
    """
    kept = {name: value for name, value in body.items() if name not in _FETCHED}
    if "query" in kept:
        kept["query"] = without_inner_hits(kept["query"])
    return {**kept, "size": WINDOW, "from": 0, "_source": False}


def vector_leg(
    body: Json,
    vector: QueryVector,
    *,
    field: str,
    where: Json | None,
    engine: Engine,
) -> Json:
    """The nearest documents among those that the body's constraints allow.

    Args:
        field: that holds the vectors.
        where: the constraints.
    """
    n_candidates = candidates(vector.skew)
    nearest = engine.knn_query(field, vector.values, k=WINDOW, ef_search=n_candidates, where=where)
    leg: Json = {"size": WINDOW, "_source": False, "track_total_hits": False, "query": nearest}
    leg |= {name: body[name] for name in _SHARED if name in body}
    if "collapse" in body:
        leg["docvalue_fields"] = [body["collapse"]["field"]]
    return leg


def page_leg(body: Json, ids: Sequence[str], *, vector_field: str) -> Json:
    """The hits of these ids, fetched as the body asks; its query only marks what it matches."""
    passed = {name: value for name, value in body.items() if name not in (*_WHOLE, *_UNSCORED)}
    query: Json = {"filter": [ids_clause(ids)]}
    if body.get("query") is not None:
        query["should"] = [body["query"]]
    return {
        **passed,
        **shown_source(body, vector_field=vector_field),
        "size": len(ids),
        "track_total_hits": False,
        "query": {"bool": query},
    }


#: What could keep hits off their page, or re-order them.
_UNSCORED = ("min_score", "rescore", "post_filter", "sort", "track_scores", "indices_boost")


def tail_leg(
    body: Json, page: Page, *, shown: Sequence[str], groups: Sequence[Any], vector_field: str
) -> Json:
    """A page behind the window: what the body's query finds, less what was blended.

    Args:
        page: counted from the end of the blended hits.
        shown: ids of the blended hits.
        groups: their values of the field that the body collapses by; None for those without.
    """
    kept = {name: value for name, value in body.items() if name not in _WHOLE}
    return {
        **kept,
        **shown_source(body, vector_field=vector_field),
        "size": page.size,
        "from": page.start,
        "track_total_hits": False,
        "query": {"bool": _others(body, shown, groups)},
    }


def _others(body: Json, shown: Sequence[str], groups: Sequence[Any]) -> Json:
    others: Json = {"must": [body.get("query") or {"match_all": {}}]}
    if "collapse" not in body:
        return {**others, "must_not": [ids_clause(shown)]}
    field = body["collapse"]["field"]
    values = [value for value in groups if value is not None]
    refused: list[Json] = [{"terms": {field: values}}] if values else []
    if None in groups:
        others["filter"] = [{"exists": {"field": field}}]
    return {**others, "must_not": refused}


def ids_clause(ids: Sequence[str]) -> Json:
    """The documents with these ids."""
    return {"ids": {"values": list(ids)}}
