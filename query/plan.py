"""From a request to the bodies that the cluster is sent; nothing here talks to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.client import Json
from diptych.contract import IndexContract
from diptych.errors import SearchError
from diptych.mappings.engine import Engine
from diptych.query.filters import filter_clauses
from diptych.query.keywords import keywords_query
from diptych.query.page import WINDOW
from diptych.query.request import SearchRequest
from diptych.query.source import source_filter
from diptych.query.vector import QueryVector

#: Skew of the query vector up to which a list of candidates is enough -> its length (`ef_search`).
#: A graph built over both blocks leads less straight to the nearest by one of them. Recall@100 on
#: OpenSearch 2.19.1 (Lucene, one segment, 10,000 clustered products, 256 + 256 numbers) at 200, 400
#: and 800: 0.94, 0.98, 1.00 balanced and 0.92, 0.98, 1.00 by one block alone, in the same time.
_CANDIDATES = ((0.5, 400), (1.0, 800))


_NOTHING_LEFT = (
    "Nothing is left to search by: the weights are 0 for all that the request names, or the product "
    "to resemble has neither words nor a picture. Give other weights or words."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one search asks of the cluster.

    `keywords` and `nearest` are the query clauses of the two legs, filters included; a leg that
    takes no part is None. `shares` are their parts of a blended score. `n_nearest` is how many
    candidates the vector leg looks at.
    """

    keywords: Json | None
    nearest: Json | None
    shares: tuple[float, float]
    n_nearest: int
    source: Json
    size: int
    from_: int

    @property
    def is_hybrid(self) -> bool:
        """Whether two legs have to be blended."""
        return self.keywords is not None and self.nearest is not None


def make_plan(
    request: SearchRequest,
    vector: QueryVector | None,
    *,
    contract: IndexContract,
    properties: Json,
    engine: Engine,
    allowed_fields: Sequence[str] = (),
) -> Plan:
    """The plan of a request whose vector is known.

    Words are searched by keyword where that weight is not 0, and whenever there is no vector.

    Raises:
        UsageError: a filter or a source field that cannot be used.
        SearchError: neither leg has anything to look for.
    """
    weights = request.resolved_weights
    filters = filter_clauses(request.filters, properties)
    hidden = [_ids([*request.like, *request.not_like])] if request.like or request.not_like else []
    keywords = None
    if request.words is not None and (weights.keywords or vector is None):
        words = keywords_query(
            request.words, request.unwanted_words, contract=contract, properties=properties
        )
        keywords = _bool([words], filters, hidden)
    nearest, n_nearest = None, 0
    if vector is not None:
        n_nearest = candidates(vector.skew)
        where = _bool([], filters, hidden) if filters or hidden else None
        nearest = engine.knn_query(
            contract.vector_field, vector.values, k=WINDOW, ef_search=n_nearest, where=where
        )
    if keywords is None and nearest is None:
        raise SearchError(_NOTHING_LEFT)
    return Plan(
        keywords=keywords,
        nearest=nearest,
        shares=_shares(weights.keywords, 0.0 if vector is None else vector.weights.vector),
        n_nearest=n_nearest,
        source=source_filter(
            request.source_fields, allowed_fields, contract=contract, with_vector=request.explain
        ),
        size=request.size,
        from_=request.from_,
    )


def candidates(skew: float) -> int:
    """Length of the list of candidates (`ef_search`) for a query vector of this skew."""
    return next(length for limit, length in _CANDIDATES if skew <= limit)


def native_body(plan: Plan) -> Json:
    """One `_search` in which the engine blends, as `diptych.query.blend` would."""
    return {
        "size": plan.size,
        "from": plan.from_,
        "_source": plan.source,
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


def single_body(plan: Plan) -> Json:
    """One `_search` for a plan with one leg."""
    return {
        "size": plan.size,
        "from": plan.from_,
        "_source": plan.source,
        "query": plan.keywords or plan.nearest,
    }


def leg_bodies(plan: Plan) -> tuple[Json, Json]:
    """The two searches whose answers `diptych.query.blend` joins: ids and scores alone.

    The vector leg returns all its candidates, because they count in the total.
    """
    ids_only = {"_source": False}
    return (
        {**ids_only, "size": WINDOW, "query": plan.keywords},
        {**ids_only, "size": plan.n_nearest, "query": plan.nearest},
    )


def page_bodies(plan: Plan, page: Sequence[str], nearest: Sequence[str]) -> tuple[Json, Json]:
    """The sources of a page, and the number of documents in either leg."""
    found = {"bool": {"should": [plan.keywords, _ids(nearest)]}}
    return (
        {"size": len(page), "_source": plan.source, "query": _ids(page)},
        {"size": 0, "query": found},
    )


def _ids(ids: Sequence[str]) -> Json:
    return {"ids": {"values": list(ids)}}


def _bool(must: list[Json], filters: list[Json], hidden: list[Json]) -> Json:
    clauses = {"must": must, "filter": filters, "must_not": hidden}
    return {"bool": {name: found for name, found in clauses.items() if found}}


def _shares(keywords: float, vector: float) -> tuple[float, float]:
    total = keywords + vector
    return keywords / total if total else 1.0, vector / total if total else 0.0
