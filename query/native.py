"""Where the shortest way gives the same page."""

from diptych.query.page import WINDOW
from diptych.query.plan import Plan
from diptych.query.request import SearchRequest


def goes_direct(plan: Plan, request: SearchRequest) -> bool:
    """Whether the cluster's answer to one leg is the page: nothing is to be moved."""
    return not (plan.is_hybrid or _moves(request) or (request.sort and plan.nearest is not None))


def blends_alike(plan: Plan, request: SearchRequest) -> bool:
    """Whether OpenSearch's own `hybrid` gives the page that our blending gives.

    On one shard of OpenSearch 2.19 it does for min-max within the window, facets and highlighting
    included; a test holds it to that. It cannot explain its scores, and nothing that moves blended
    hits can be done before it cuts its page.
    """
    return (
        plan.is_hybrid
        and request.resolved_blending.method == "min_max"
        and request.from_ + request.size <= WINDOW
        and not (request.explain or request.sort or _moves(request))
    )


def _moves(request: SearchRequest) -> bool:
    return bool(
        request.boosts
        or request.collapse
        or request.diversity
        or request.pinned
        or request.buried
        or request.min_score is not None
    )
