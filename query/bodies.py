"""The bodies that a plan becomes."""

from collections.abc import Sequence

from diptych.client import Json
from diptych.query.clauses import either, with_ids, within, without_ids
from diptych.query.page import MAX_RANK, WINDOW
from diptych.query.plan import Plan
from diptych.query.request import SearchRequest


def direct_body(plan: Plan, request: SearchRequest) -> Json:
    """One `_search` for a plan with one leg, in whose order the hits stand."""
    query = plan.keywords or plan.nearest
    return {
        "size": request.size,
        "from": request.from_,
        **_shown(plan),
        **_ordered(plan),
        **plan.facets,
        "query": query,
    }


def native_body(plan: Plan, request: SearchRequest) -> Json:
    """One `_search` in which the engine blends, as `diptych.query.blend` would."""
    return {
        "size": request.size,
        "from": request.from_,
        **_shown(plan),
        **plan.facets,
        "query": {"hybrid": {"pagination_depth": WINDOW, "queries": [plan.keywords, plan.nearest]}},
        "search_pipeline": {
            "phase_results_processors": [
                {
                    "normalization-processor": {
                        "normalization": {"technique": "min_max"},
                        "combination": {
                            "technique": "arithmetic_mean",
                            "parameters": {"weights": list(plan.shares)},
                        },
                    }
                }
            ]
        },
    }


def keywords_body(plan: Plan) -> Json:
    """The window of the keyword leg, or of a listing: ids, scores and values."""
    counted = {} if plan.is_hybrid else plan.facets
    order = _ordered(plan) if plan.is_listing else {}
    return {"size": WINDOW, **_bare(plan), **order, **counted, "query": plan.keywords}


def nearest_body(plan: Plan, *, size: int = WINDOW) -> Json:
    """The window of the vector leg, or more of its candidates.

    Engines take longer to fetch the ids of 800 candidates than to find them.
    """
    counted = {} if plan.is_hybrid else plan.facets
    return {"size": size, **_bare(plan), **counted, "query": plan.nearest}


def pinned_body(plan: Plan, pinned: Sequence[str]) -> Json:
    """Those of the pinned products that exist and pass the filters."""
    return {"size": len(pinned), **_bare(plan), "query": within(with_ids(pinned), plan.passing)}


def page_body(plan: Plan, ids: Sequence[str]) -> Json:
    """What is shown of known documents."""
    return {"size": len(ids), **_shown(plan), "query": with_ids(ids)}


def rest_body(plan: Plan, query: Json, *, known: Sequence[str], size: int, from_: int) -> Json:
    """What is shown of the hits that follow those that are known."""
    return {
        "size": size,
        "from": from_,
        **_shown(plan),
        **_ordered(plan),
        "query": without_ids(query, known),
    }


def rest_ids_body(plan: Plan, query: Json, *, known: Sequence[str]) -> Json:
    """All hits that follow those that are known, as far as can be asked for: ids and values."""
    bare = {**_bare(plan), **_ordered(plan)}
    return {"size": MAX_RANK, **bare, "query": without_ids(query, known)}


def count_body(plan: Plan, query: Json) -> Json:
    """How many documents a query finds, and their facets."""
    return {"size": 0, **plan.facets, "query": query}


def found_query(plan: Plan, near: Json | None) -> Json:
    """The documents of the keyword leg, and those that `near` finds."""
    return either([query for query in (plan.keywords, near) if query is not None])


def following_query(plan: Plan) -> Json:
    """The documents of the first leg in its order, then those of the vector leg."""
    if plan.keywords is None or plan.nearest is None:
        return plan.keywords or plan.nearest or {}
    unscored = {"constant_score": {"filter": plan.nearest, "boost": 0}}
    return either([plan.keywords, unscored])


def _shown(plan: Plan) -> Json:
    return {"_source": plan.source, **plan.highlight}


def _bare(plan: Plan) -> Json:
    return {"_source": False, **plan.values.clause}


def _ordered(plan: Plan) -> Json:
    return {"sort": plan.order, "track_scores": True} if plan.order else {}
