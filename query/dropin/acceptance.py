"""Which bodies can be made hybrid: everything else is forwarded, with the reason."""

from typing import Any

from diptych.client import Json
from diptych.query.page import MAX_RANK

#: The engines' own, where a body names none.
DEFAULT_SIZE = 10

#: What a body may hold, each with a meaning here.
_KNOWN = frozenset(
    (
        *("query", "post_filter", "min_score", "aggs", "aggregations", "suggest", "rescore"),
        *("size", "from", "sort", "track_scores", "track_total_hits", "timeout", "collapse"),
        *("terminate_after", "indices_boost", "stats", "explain", "highlight", "_source"),
        *("fields", "docvalue_fields", "stored_fields", "script_fields", "version"),
        *("seq_no_primary_term", "derived", "runtime_mappings"),
    )
)
_REASONS = {
    "knn": "it searches by vectors already",
    "retriever": "it names a retriever",
    "sub_searches": "it blends rankings already",
    "rank": "it blends rankings already",
    "search_after": "it continues with search_after",
    "pit": "it reads a point in time",
    "point_in_time": "it reads a point in time",
    "slice": "it reads a slice",
    "profile": "it asks for a profile",
    "search_pipeline": "it names a search pipeline",
    "ext": "its ext speaks to others",
}


def why_not(body: Json) -> str | None:
    """Why a body cannot be made hybrid; None where nothing but its query is left to look at.

    Args:
        body: with the URL parameters folded in, and without `ext.diptych`.
    """
    for name, value in body.items():
        if value is None:
            return f"its {name!r} is null"
        if name in _REASONS and value is not False:
            return _REASONS[name]
        if name not in _KNOWN and name not in _REASONS:
            return f"it holds {name!r}, which has no hybrid meaning"
    return _page_problem(body) or _sort_problem(body.get("sort")) or _fetch_problem(body)


def _page_problem(body: Json) -> str | None:
    size, start = body.get("size", DEFAULT_SIZE), body.get("from", 0)
    if not all(isinstance(it, int) and not isinstance(it, bool) for it in (size, start)):
        return "its page is not made of numbers"
    if size == 0:
        return "it asks for no hits"
    if size < 0 or start < 0 or start + size > MAX_RANK:
        return "its page lies out of range"
    return None


def _sort_problem(sort: Any) -> str | None:
    if sort is None or sort == []:
        return None
    first = sort[0] if isinstance(sort, list) else sort
    if isinstance(first, dict) and len(first) == 1:
        name, options = next(iter(first.items()))
        order = options.get("order", "desc") if isinstance(options, dict) else options
        first = name if order == "desc" else None
    return None if first == "_score" else "its sort is not led by _score"


def _fetch_problem(body: Json) -> str | None:
    if body.get("stored_fields") in ("_none_", ["_none_"]):
        return "its hits have no ids"
    collapse = body.get("collapse", {"field": ""})
    if not isinstance(collapse, dict) or not isinstance(collapse.get("field"), str):
        return "its collapse names no field"
    if set(collapse) - {"field", "max_concurrent_group_searches"}:
        return "its collapse has inner hits"
    return None
