"""The simple call: what a shopper's browser may reach."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from diptych.ingest.clock import timestamp, utc_now
from diptych.plugin.dsl import as_console
from diptych.plugin.feedback.ubi import EventRecord
from diptych.plugin.serve.answers import DslAnswer, SearchAnswer, SuggestAnswer, json_answer
from diptych.plugin.serve.entering import Entered, Glancing, IndexName, ProductId, Serving
from diptych.plugin.serve.feedback import answered
from diptych.plugin.serve.gate import Caller
from diptych.plugin.serve.models import (
    MAX_SUGGESTIONS,
    N_SUGGESTIONS,
    EventBody,
    SearchBody,
    SimilarBody,
    SuggestBody,
)
from diptych.plugin.serve.problems import ProblemError, without_addresses
from diptych.plugin.serve.reading import search_request, similar_request
from diptych.plugin.serve.refusals import refusals
from diptych.plugin.serve.service import Service
from diptych.query.request import SearchRequest
from diptych.query.request_checks import MAX_TEXT_CHARACTERS
from diptych.query.source import covers
from diptych.query.suggest import suggest, title_field

ROUTER = APIRouter()


@ROUTER.post(
    "/indexes/{index}/search",
    operation_id="search",
    response_model=SearchAnswer,
    responses=refusals(422),
)
def search(index: IndexName, body: SearchBody, caller: Entered, service: Serving) -> Response:
    """Search by words, by a picture, by products, or by several of them.

    With nothing said, filters, facets or an order alone show all that passes.
    """
    timeout_s = service.limits.timeout_s
    request = search_request(body, allowed=caller.fields, timeout_s=timeout_s)
    return _search(service, index, request, caller, client=body.client)


@ROUTER.post(
    "/indexes/{index}/events",
    operation_id="event",
    status_code=204,
    response_class=Response,
    responses=refusals(),
)
def event(index: IndexName, body: EventBody, caller: Glancing, service: Serving) -> Response:
    """What somebody did with a hit: recorded beside the queries, in the form of UBI 1.3."""
    if service.recorder is None:
        raise ProblemError(
            404, "No feedback is recorded here.", "Start `diptych serve` with --feedback."
        )
    service.recorder.event(
        EventRecord(
            query_id=body.query_id,
            timestamp=timestamp(utc_now()),
            action=body.action,
            document=body.id,
            position=body.position,
            session=body.session,
        )
    )
    return Response(status_code=204)


@ROUTER.post(
    "/indexes/{index}/dsl",
    operation_id="dsl",
    response_model=DslAnswer,
    responses=refusals(422),
)
def dsl(index: IndexName, body: SearchBody, caller: Entered, service: Serving) -> Response:
    """The requests that this search sends to the cluster, query vector included.

    Only for trusted callers: they show fields, weights and vectors.
    """
    if not caller.is_trusted:
        raise ProblemError(
            403, "This key may not see the cluster's requests.", "Ask with a trusted key."
        )
    timeout_s = service.limits.timeout_s
    request = search_request(body, allowed=caller.fields, timeout_s=timeout_s)
    return json_answer({"text": as_console(service.searcher(index).requests(index, request))})


@ROUTER.post(
    "/indexes/{index}/similar/{id}",
    operation_id="similar",
    response_model=SearchAnswer,
    responses=refusals(422),
)
def similar(
    index: IndexName,
    id: ProductId,
    caller: Entered,
    service: Serving,
    body: SimilarBody | None = None,
) -> Response:
    """What resembles one product, by words and by look."""
    timeout_s = service.limits.timeout_s
    said = body or SimilarBody()
    request = similar_request(id, said, allowed=caller.fields, timeout_s=timeout_s)
    return _search(service, index, request, caller, client=said.client)


@ROUTER.post(
    "/indexes/{index}/suggest",
    operation_id="suggest",
    response_model=SuggestAnswer,
    responses=refusals(),
)
def suggest_by_body(
    index: IndexName, body: SuggestBody, caller: Entered, service: Serving
) -> Response:
    """Titles that a shopper's words may become; the last word may be unfinished."""
    return _suggest(service, index, caller, body)


@ROUTER.get(
    "/indexes/{index}/suggest",
    operation_id="suggestByAddress",
    response_model=SuggestAnswer,
    responses=refusals(),
)
def suggest_by_address(
    index: IndexName,
    text: Annotated[str, Query(max_length=MAX_TEXT_CHARACTERS)],
    caller: Entered,
    service: Serving,
    size: Annotated[int, Query(ge=1, le=MAX_SUGGESTIONS)] = N_SUGGESTIONS,
) -> Response:
    """The same, for callers that prefer an address; the words stand in proxies' logs then."""
    return _suggest(service, index, caller, SuggestBody(text=text, size=size))


def _search(
    service: Service, index: str, request: SearchRequest, caller: Caller, *, client: str | None
) -> Response:
    body = answered(service, index, request, client=client)
    if body["degraded_reason"] is not None and not caller.is_trusted:
        body["degraded_reason"] = without_addresses(body["degraded_reason"])
    for hit in body["hits"] if caller.fields and request.highlight else ():
        hit["highlight"] = {
            name: parts for name, parts in hit["highlight"].items() if covers(caller.fields, name)
        }
    return json_answer(body)


def _suggest(service: Service, index: str, caller: Caller, body: SuggestBody) -> Response:
    target = service.target(index)
    if caller.fields and not covers(caller.fields, title_field(target.contract)):
        return json_answer({"suggestions": []})
    titles = suggest(service.cluster, target, body.text, size=body.size)
    return json_answer({"suggestions": titles})
