"""Answers that are recorded, and two profiles dealt into one answer where that is wanted."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final
from uuid import uuid4

import numpy as np

from diptych.client import Json
from diptych.errors import UsageError
from diptych.ingest.clock import timestamp, utc_now
from diptych.plugin.feedback.interleaving import team_draft
from diptych.plugin.feedback.ubi import QueryRecord
from diptych.plugin.serve.service import Service
from diptych.query.page import WINDOW
from diptych.query.profiles import DEFAULT
from diptych.query.request import SearchRequest
from diptych.query.response import SearchResponse

_log = logging.getLogger(__name__)

#: What a page shows of its hits, and which: not what is searched for.
_SHOWN: Final[Mapping[str, Any]] = {
    "from_": 0,
    "size": 1,
    "facets": (),
    "highlight": False,
    "explain": False,
    "source_fields": (),
    "timeout_s": None,
}
#: Document id -> the profile that brought it.
Teams = Mapping[str, str]


def answered(service: Service, index: str, request: SearchRequest, *, client: str | None) -> Json:
    """The answer's JSON; with `query_id` where it was recorded.

    Raises:
        DiptychError: whatever the search raises.
    """
    response, teams = _respond(service, index, request, client)
    body = response.to_json()
    if service.recorder is not None:
        record = _record(index, request, response, teams, client)
        service.recorder.query(record)
        body["query_id"] = record.query_id
    return body


def _respond(
    service: Service, index: str, request: SearchRequest, client: str | None
) -> tuple[SearchResponse, Teams]:
    searcher = service.searcher(index)
    is_compared = service.recorder is not None and service.interleave is not None
    if not is_compared or not _can_be_dealt(request, client):
        return searcher.search(index, request), {}
    names = (DEFAULT, str(service.interleave))
    # A page is cut from the deal of all pages up to it, so that no hit is on two of them.
    whole = replace(request, from_=0, size=request.from_ + request.size)
    try:
        answers = {name: searcher.search(index, replace(whole, profile=name)) for name in names}
    except UsageError as err:
        # An index that has not both profiles is searched as ever.
        _log.warning("%s is not interleaved: %s", index, err)
        return searcher.search(index, request), {}
    if len({tuple(hit.id for hit in answer.hits) for answer in answers.values()}) == 1:
        # Nothing to compare: a coin would say who gets the clicks.
        alike = answers[DEFAULT]
        return replace(alike, hits=alike.hits[request.from_ :]), {}
    return _dealt(answers, request, _dice(index, request, client))


def _can_be_dealt(request: SearchRequest, client: str | None) -> bool:
    """Whether the profile decides and nothing else moves hits, and the page can be dealt again."""
    says_how = request.profile or request.weights or request.blending is not None
    moves = request.sort or request.pinned or request.collapse
    is_in_reach = request.from_ + request.size <= WINDOW and (client or not request.from_)
    return request.says_something and not (says_how or moves) and bool(is_in_reach)


def _dice(index: str, request: SearchRequest, client: str | None) -> np.random.Generator:
    """Falls alike for all pages of one client's search, by chance where the client is unknown."""
    if client is None:
        return np.random.default_rng()
    asked = replace(
        request, **_SHOWN, image=_digest(request.image), not_image=_digest(request.not_image)
    )
    said = repr((index, client, asked)).encode()
    return np.random.default_rng(int.from_bytes(blake2b(said, digest_size=8).digest()))


def _digest(photo: bytes | None) -> bytes | None:
    return photo and blake2b(photo).digest()


def _dealt(
    answers: Mapping[str, SearchResponse], request: SearchRequest, dice: np.random.Generator
) -> tuple[SearchResponse, Teams]:
    hits = {hit.id: hit for response in answers.values() for hit in response.hits}
    rankings = {name: [hit.id for hit in answer.hits] for name, answer in answers.items()}
    dealt = team_draft(rankings, dice, size=request.from_ + request.size)[request.from_ :]
    first, other = answers.values()
    response = replace(
        first,
        hits=tuple(hits[id_] for id_, _ in dealt),
        total=max(first.total, other.total),
        took_ms=first.took_ms + other.took_ms,
    )
    return response, dict(dealt)


def _is_steered(request: SearchRequest) -> bool:
    """Whether the hits follow something beside what is asked by and the filters."""
    unwanted = request.not_text or request.not_image or request.not_like
    moved = request.sort or request.pinned or request.buried or request.boosts
    return bool(unwanted or request.prefer or request.avoid or moved)


def _record(
    index: str,
    request: SearchRequest,
    response: SearchResponse,
    teams: Teams,
    client: str | None,
) -> QueryRecord:
    attributes: dict[str, Any] = {
        "kind": request.kinds[-1],
        "profile": "interleaved" if teams else request.profile or DEFAULT,
        "from": request.from_,
        "size": request.size,
        "n_filters": len(request.filters),
        "is_steered": _is_steered(request),
        "total": response.total,
        "took_ms": round(response.took_ms, 1),
    }
    return QueryRecord(
        query_id=uuid4().hex,
        index=index,
        timestamp=timestamp(utc_now()),
        user_query=request.words or "",
        hit_ids=[hit.id for hit in response.hits],
        attributes=attributes | ({"teams": dict(teams)} if teams else {}),
        client=client,
    )
