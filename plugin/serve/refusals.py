"""The refusals of a route, as its description lists them."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from diptych.plugin.serve.answers import Problem
from diptych.plugin.serve.problems import MEDIA_TYPE

_REASONS = {
    400: "The request cannot be used.",
    401: "It has no key that is known here.",
    403: "The key may not do this.",
    404: "There is no such index or product.",
    408: "The body came too slowly.",
    413: "The body is too long.",
    421: "A server without keys was asked under a name that is not this machine's.",
    422: "Nothing is left to search by.",
    429: "The key makes too many requests.",
    503: "The cluster does not answer now.",
}
_EVERYWHERE = tuple(status for status in _REASONS if status != 422)
_REF = {"$ref": "#/components/schemas/Problem"}


def refusals(*further: int) -> dict[int | str, dict[str, Any]]:
    """Those that every route can give, and `further` ones."""
    return {
        status: {"description": _REASONS[status], "content": {MEDIA_TYPE: {"schema": _REF}}}
        for status in sorted({*_EVERYWHERE, *further})
    }


def describe_api(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the application, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
        )
        schemas = document["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        _forget_validation(document)
        app.openapi_schema = document
    return app.openapi_schema


def _forget_validation(document: dict[str, Any]) -> None:
    """FastAPI lists its own 422, which here is a 400."""
    for path in document["paths"].values():
        for operation in path.values():
            body = operation["responses"].get("422", {}).get("content", {})
            if "application/json" in body:
                del operation["responses"]["422"]
