"""The simple call: what a shopper's browser may reach."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from diptych.client import to_json
from diptych.errors import ImageError
from diptych.plugin.dsl import as_console
from diptych.plugin.serve.describe import describe
from diptych.plugin.serve.gate import Caller
from diptych.plugin.serve.models import (
    MAX_SUGGESTIONS,
    N_SUGGESTIONS,
    DslAnswer,
    HealthAnswer,
    IndexAnswer,
    IndexesAnswer,
    SearchAnswer,
    SearchBody,
    SimilarBody,
    SuggestAnswer,
    SuggestBody,
)
from diptych.plugin.serve.pictures import LIFE_S, SIDES_PX
from diptych.plugin.serve.problems import ProblemError, without_addresses
from diptych.plugin.serve.reading import search_request, similar_request
from diptych.plugin.serve.refusals import refusals
from diptych.plugin.serve.service import Service
from diptych.query.request import SearchRequest
from diptych.query.request_checks import MAX_TEXT_CHARACTERS
from diptych.query.source import covers
from diptych.query.suggest import suggest, title_field

_log = logging.getLogger(__name__)

ROUTER = APIRouter()

#: A thumbnail counts less than a search for a key's rate.
_COST_OF_PICTURE = 0.05

IndexName = Annotated[str, Path(min_length=1, max_length=255, description="an index served here")]
ProductId = Annotated[str, Path(min_length=1, max_length=512, description="id of a product")]


# Dependencies are coroutines, because FastAPI would hand plain functions to a thread.
async def serving(request: Request) -> Service:
    """The service of this application."""
    service: Service = request.app.state.service
    return service


async def entered(request: Request, index: IndexName) -> Caller:
    """The caller, who may search this index."""
    caller: Caller = request.app.state.gate.enter(request, index)
    return caller


async def admitted(request: Request) -> Caller:
    """The caller, whoever may ask anything here."""
    caller: Caller = request.app.state.gate.admit(request)
    return caller


async def glancing(request: Request, index: IndexName) -> Caller:
    """The caller, who may look at pictures of this index; a page of hits shows many."""
    caller: Caller = request.app.state.gate.enter(request, index, cost=_COST_OF_PICTURE)
    return caller


Serving = Annotated[Service, Depends(serving)]
Entered = Annotated[Caller, Depends(entered)]
Glancing = Annotated[Caller, Depends(glancing)]
Admitted = Annotated[Caller, Depends(admitted)]


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
    return _search(service, index, request, caller)


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
    return _json({"text": as_console(service.searcher(index).requests(index, request))})


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
    request = similar_request(id, body or SimilarBody(), allowed=caller.fields, timeout_s=timeout_s)
    return _search(service, index, request, caller)


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


@ROUTER.get(
    "/indexes/{index}",
    operation_id="describe",
    response_model=IndexAnswer,
    responses=refusals(),
)
def describe_index(index: IndexName, caller: Entered, service: Serving) -> Response:
    """The fields that a search of this index can name."""
    return _json(describe(service.target(index), caller.fields))


@ROUTER.get(
    "/indexes/{index}/picture/{id}",
    operation_id="picture",
    response_class=Response,
    responses={**refusals(), 200: {"content": {"image/jpeg": {}}, "description": "A JPEG file."}},
)
def picture(
    index: IndexName,
    id: ProductId,
    caller: Glancing,
    service: Serving,
    width: Annotated[int, Query(ge=1, le=SIDES_PX[-1], description="in pixels")] = SIDES_PX[1],
) -> Response:
    """A small form of a product's picture, where that is a file of this host's image roots."""
    target = service.target(index)
    field = target.contract.image_field
    is_shown = field is not None and (not caller.fields or covers(caller.fields, field))
    try:
        found = service.thumbnails.of(target, id, side_px=width) if is_shown else None
    except ImageError as err:
        _log.warning("The picture of %r cannot be shown. %s", id, err)
        found = None
    if found is None:
        raise ProblemError(404, "There is no picture of this product here.", "Show another.")
    headers = {"cache-control": f"private, max-age={LIFE_S}", "x-content-type-options": "nosniff"}
    return Response(found, headers=headers, media_type="image/jpeg")


@ROUTER.get(
    "/indexes",
    operation_id="indexes",
    response_model=IndexesAnswer,
    responses=refusals(),
)
async def indexes(caller: Admitted) -> Response:
    """The indexes that the caller may search."""
    return _json({"indexes": caller.indexes})


@ROUTER.get("/health", operation_id="health", response_model=HealthAnswer)
def health(service: Serving) -> Response:
    """200 while this process lives; the body says whether cluster and models do."""
    is_up = service.is_cluster_up()
    return _json(
        {
            "status": "ok" if is_up and service.has_encoder else "degraded",
            "version": service.version,
            "cluster": "up" if is_up else "down",
            "encoder": "up" if service.has_encoder else "none",
        }
    )


def _search(service: Service, index: str, request: SearchRequest, caller: Caller) -> Response:
    body = service.searcher(index).search(index, request).to_json()
    if body["degraded_reason"] is not None and not caller.is_trusted:
        body["degraded_reason"] = without_addresses(body["degraded_reason"])
    for hit in body["hits"] if caller.fields and request.highlight else ():
        hit["highlight"] = {
            name: parts for name, parts in hit["highlight"].items() if covers(caller.fields, name)
        }
    return _json(body)


def _suggest(service: Service, index: str, caller: Caller, body: SuggestBody) -> Response:
    target = service.target(index)
    if caller.fields and not covers(caller.fields, title_field(target.contract)):
        return _json({"suggestions": []})
    titles = suggest(service.cluster, target, body.text, size=body.size)
    return _json({"suggestions": titles})


def _json(value: object) -> Response:
    return Response(to_json(value), media_type="application/json")
