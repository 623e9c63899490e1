"""From a request to what is asked of the cluster; nothing here talks to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.client import Json
from diptych.errors import SearchError
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target
from diptych.query.clauses import with_ids, within
from diptych.query.facets import facet_clause
from diptych.query.fields import exact_field
from diptych.query.filters import filter_clauses
from diptych.query.highlight import highlight_clause
from diptych.query.keywords import keywords_query, text_names
from diptych.query.listing import listing_query
from diptych.query.page import WINDOW
from diptych.query.request import SearchRequest
from diptych.query.source import check_shown, covers, source_filter
from diptych.query.values import ValueFields, value_fields
from diptych.query.vector import QueryVector

#: Skew of the query vector up to which a list of candidates is enough -> its length (`ef_search`).
#: A graph built over both blocks leads less straight to the nearest by one of them. Recall@100 on
#: OpenSearch 2.19.1 (Lucene, one segment, 10,000 clustered products, 256 + 256 numbers) at 200, 400
#: and 800: 0.94, 0.98, 1.00 balanced and 0.92, 0.98, 1.00 by one block alone, in the same time.
#: `docs/explanation/speed.md` has 20,000 products, real photos, and a block that pulls away.
_CANDIDATES = ((0.5, 400), (1.0, 800))

#: Equal values, and products without words to rank by, stand in the order in which they were
#: written: it is the same on every copy of a shard.
WRITTEN: Json = {"_seq_no": "asc"}

_NOTHING_LEFT = (
    "Nothing is left to search by: the weights are 0 for all that the request names, or the product "
    "to resemble has neither words nor a picture. Give other weights or words."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one search asks of the cluster.

    `keywords` and `nearest` are the query clauses of the two legs, filters included; a leg that
    takes no part is None. Where the request has nothing to rank by, `keywords` lists what passes
    the filters. `shares` are the legs' parts of a blended score, `n_nearest` is how many
    candidates the vector leg looks at, and `vector` what it looks for. `passing` is the clause
    of what may be shown at all. `spare` is the keyword leg of a request that gives it no weight,
    for want of a better answer. The rest are parts of search bodies: the order by fields, and what
    is read and counted.
    """

    keywords: Json | None
    nearest: Json | None
    shares: tuple[float, float]
    n_nearest: int
    vector: QueryVector | None
    is_listing: bool
    passing: Json | None
    spare: Json | None
    order: list[Json]
    source: Json
    values: ValueFields
    facets: Json
    highlight: Json

    @property
    def is_hybrid(self) -> bool:
        """Whether two legs have to be blended."""
        return self.keywords is not None and self.nearest is not None


def make_plan(
    request: SearchRequest,
    vector: QueryVector | None,
    *,
    target: Target,
    engine: Engine,
    allowed_fields: Sequence[str] = (),
) -> Plan:
    """The plan of a request whose vector is known.

    Words are searched by keyword where that weight is not 0, and whenever there is no vector.

    Raises:
        UsageError: a field of the request that cannot be used so.
        SearchError: neither leg has anything to look for.
    """
    passing = _passing(request, target.properties)
    words = _words(request, target)
    is_listing = vector is None and words is None and request.browses
    keywords = listing_query(passing, request.boosts, target.properties) if is_listing else None
    spare = None if words is None else within(words, passing)
    if request.resolved_weights.keywords or vector is None:
        keywords, spare = spare or keywords, None
    nearest, n_nearest = None, 0
    if vector is not None:
        n_nearest = candidates(vector.skew)
        nearest = engine.knn_query(
            target.contract.vector_field,
            vector.values,
            k=WINDOW,
            ef_search=n_nearest,
            where=passing,
        )
    if keywords is None and nearest is None:
        raise SearchError(_NOTHING_LEFT)
    return Plan(
        keywords=keywords,
        nearest=nearest,
        shares=_shares(request, vector),
        n_nearest=n_nearest,
        vector=vector,
        is_listing=is_listing,
        passing=passing,
        spare=spare,
        order=_order(request, target.properties, is_listing=is_listing),
        source=_source(request, target, engine, allowed_fields),
        values=value_fields(request, target.properties),
        facets=facet_clause(request.facets, target.properties),
        highlight=_highlight(request, words, target, allowed_fields),
    )


def candidates(skew: float) -> int:
    """Length of the list of candidates (`ef_search`) for a query vector of this skew."""
    return next(length for limit, length in _CANDIDATES if skew <= limit)


def _words(request: SearchRequest, target: Target) -> Json | None:
    if request.words is None:
        return None
    return keywords_query(
        request.words,
        request.unwanted_words,
        contract=target.contract,
        properties=target.properties,
    )


def _passing(request: SearchRequest, properties: Json) -> Json | None:
    clauses: dict[str, list[Json]] = {"filter": filter_clauses(request.filters, properties)}
    hidden = (*request.like, *request.not_like)
    clauses["must_not"] = [with_ids(hidden)] if hidden else []
    kept = {name: found for name, found in clauses.items() if found}
    return {"bool": kept} if kept else None


def _shares(request: SearchRequest, vector: QueryVector | None) -> tuple[float, float]:
    keywords = request.resolved_weights.keywords
    nearest = 0.0 if vector is None else vector.weights.vector
    total = keywords + nearest
    return keywords / total if total else 1.0, nearest / total if total else 0.0


def _order(request: SearchRequest, properties: Json, *, is_listing: bool) -> list[Json]:
    fields: list[Json] = [
        {
            exact_field(each.field, properties, needs_values=True).name: {
                "order": "desc" if each.descending else "asc",
                "missing": "_last",
            }
        }
        for each in request.sort
    ]
    if fields:
        return [*fields, WRITTEN]
    if is_listing:
        return [{"_score": "desc"}, WRITTEN] if request.boosts else [WRITTEN]
    return []


def _source(request: SearchRequest, target: Target, engine: Engine, allowed: Sequence[str]) -> Json:
    check_shown([facet.field for facet in request.facets], allowed)
    source = source_filter(
        request.source_fields, allowed, contract=target.contract, with_vector=request.explain
    )
    return engine.vector_source(source) if request.explain else source


def _highlight(
    request: SearchRequest, words: Json | None, target: Target, allowed: Sequence[str]
) -> Json:
    """Marked words are shown, and are the matched terms of an explanation."""
    names = text_names(target.contract, target.properties)
    shown = [name for name in names if not allowed or covers(allowed, name)]
    if words is None or not shown or not (request.highlight or request.explain):
        return {}
    return highlight_clause(words, names=shown, whole=not request.highlight)
