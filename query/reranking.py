"""The second stage of a search by words: its first hits, ordered anew by a cross-encoder.

A cross-encoder reads query and document together, which is better than comparing vectors and far
too slow for more than the first hits. Where it fails or is too slow, the order of the first stage
stays, and the answer says so.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from diptych.client import Caller, path
from diptych.errors import EncodingError, UnavailableError
from diptych.mappings.target import Target
from diptych.query.budget import Budget
from diptych.query.clauses import with_ids
from diptych.query.page import WINDOW
from diptych.query.request import SearchRequest
from diptych.query.response import Hit, SearchResponse
from diptych.query.source import value_at
from diptych.reranking import Reranker

#: Why there is no reranker, where the caller does not say it better.
NO_RERANKER = "No cross-encoder is set: name one with --rerank-model."

#: Ids -> the words of those documents.
ReadWords = Callable[[Sequence[str], float | None], Mapping[str, str]]


def reranked(
    search: Callable[[SearchRequest], SearchResponse],
    request: SearchRequest,
    reranker: Reranker | None,
    read_words: ReadWords,
) -> SearchResponse:
    """The page that the request asks for, of hits in their new order.

    Pinned and buried products keep their places. Scores stay those of the first stage; where they
    are explained, `rerank` is among what they were made from.

    Raises:
        DiptychError: whatever the first stage raises.
    """
    started, budget = time.monotonic(), Budget(request.timeout_s)
    end = request.from_ + request.size
    if request.from_ >= request.rerank:
        return search(replace(request, rerank=0))
    deep = replace(request, rerank=0, from_=0, size=min(max(request.rerank, end), WINDOW))
    found = search(deep)
    hits, problem = _ordered(found.hits, request, reranker, read_words, budget)
    page = hits[request.from_ : end]
    if end > WINDOW and len(hits) == WINDOW:
        rest = search(replace(request, rerank=0, from_=WINDOW, size=end - WINDOW))
        page = (*page, *rest.hits)
    reasons = [reason for reason in (found.degraded_reason, problem) if reason]
    return replace(
        found,
        hits=tuple(page),
        took_ms=1_000 * (time.monotonic() - started),
        degraded_reason=" ".join(reasons) or None,
    )


def read_words(cluster: Caller, target: Target) -> ReadWords:
    """Reads the text fields of documents."""
    fields = list(target.contract.text_fields)

    def read(ids: Sequence[str], timeout_s: float | None) -> Mapping[str, str]:
        body = {"size": len(ids), "_source": {"includes": fields}, "query": with_ids(ids)}
        where = path(target.name, "_search")
        answer = cluster.call("POST", where, body=body, timeout_s=timeout_s)
        return {
            hit["_id"]: _words(hit.get("_source", {}), fields) for hit in answer["hits"]["hits"]
        }

    return read


def _ordered(
    hits: Sequence[Hit],
    request: SearchRequest,
    reranker: Reranker | None,
    read_words: ReadWords,
    budget: Budget,
) -> tuple[tuple[Hit, ...], str | None]:
    """The hits in their new order, and why it is the old one."""
    placed = {*request.pinned, *request.buried}
    first = [i for i, hit in enumerate(hits[: request.rerank]) if hit.id not in placed]
    if not first:
        return tuple(hits), None
    try:
        scores = _scores(reranker, request, [hits[i] for i in first], read_words, budget)
    except (EncodingError, UnavailableError) as err:
        return tuple(hits), f"The hits were not reranked. {err}"
    order = sorted(first, key=lambda i: -scores[hits[i].id])
    moved = list(hits)
    for place, i in zip(first, order, strict=True):
        moved[place] = _explained(hits[i], scores[hits[i].id])
    return tuple(moved), None


def _scores(
    reranker: Reranker | None,
    request: SearchRequest,
    hits: Sequence[Hit],
    read_words: ReadWords,
    budget: Budget,
) -> Mapping[str, float]:
    if reranker is None:
        raise EncodingError(NO_RERANKER)
    ids = [hit.id for hit in hits]
    words = read_words(ids, budget.left_s)
    rows = reranker.scores(
        request.words or "", [words.get(id_, "") for id_ in ids], timeout_s=budget.left_s
    )
    return {id_: float(score) for id_, score in zip(ids, rows, strict=True)}


def _explained(hit: Hit, score: float) -> Hit:
    if hit.explain is None:
        return hit
    return replace(hit, explain=replace(hit.explain, raw={**hit.explain.raw, "rerank": score}))


def _words(source: dict[str, object], fields: Sequence[str]) -> str:
    values = [value_at(source, field) for field in fields]
    texts = [
        ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for value in values
        if value
    ]
    return ". ".join(texts)
