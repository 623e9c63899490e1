"""What is there to search, its pictures, and whether all is well."""

import logging
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from diptych.errors import ImageError
from diptych.plugin.serve.answers import HealthAnswer, IndexAnswer, IndexesAnswer, json_answer
from diptych.plugin.serve.describe import describe
from diptych.plugin.serve.entering import Admitted, Entered, Glancing, IndexName, ProductId, Serving
from diptych.plugin.serve.pictures import LIFE_S, SIDES_PX
from diptych.plugin.serve.problems import ProblemError
from diptych.plugin.serve.refusals import refusals
from diptych.query.source import covers

_log = logging.getLogger(__name__)

ROUTER = APIRouter()


@ROUTER.get(
    "/indexes/{index}",
    operation_id="describe",
    response_model=IndexAnswer,
    responses=refusals(),
)
def describe_index(index: IndexName, caller: Entered, service: Serving) -> Response:
    """The fields that a search of this index can name."""
    return json_answer(describe(service.target(index), caller.fields))


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
    return json_answer({"indexes": caller.indexes})


@ROUTER.get("/health", operation_id="health", response_model=HealthAnswer)
def health(service: Serving) -> Response:
    """200 while this process lives; the body says whether cluster and models do."""
    is_up, has_encoder = service.is_cluster_up(), service.has_encoder
    encodes = has_encoder and service.are_encoders_up()
    return json_answer(
        {
            "status": "ok" if is_up and encodes else "degraded",
            "version": service.version,
            "cluster": "up" if is_up else "down",
            "encoder": "up" if encodes else "down" if has_encoder else "none",
        }
    )
