"""The pages at `/` and `/judge`: static files of this package, under a policy that lets nothing else in."""

import hashlib
from functools import cache
from importlib import resources

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from diptych.plugin.serve.problems import problem

#: Below this the page's files lie. No index can bear the name: none may begin with a dash.
FOLDER = "/-/"
_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
#: Pictures of products may lie at other https addresses; all else comes from here.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data: https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    # A new version of the program is seen at once.
    "cache-control": "no-cache",
}


def page_routes() -> list[BaseRoute]:
    """The pages for whoever takes HTML, and their files."""
    return [
        _ForBrowsers("/", _search_page, methods=["GET", "HEAD"], include_in_schema=False),
        _ForBrowsers("/judge", _judging_page, methods=["GET", "HEAD"], include_in_schema=False),
        Route(FOLDER + "{name}", _file, methods=["GET", "HEAD"], include_in_schema=False),
    ]


class _ForBrowsers(Route):
    """Matches only who takes HTML: clients of the cluster ask for `/` too, or for an index `judge`."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", ""):
            return super().matches(scope)
        return Match.NONE, {}


async def _search_page(request: Request) -> Response:
    return _answer(request, "index.html")


async def _judging_page(request: Request) -> Response:
    return _answer(request, "judge.html")


async def _file(request: Request) -> Response:
    return _answer(request, request.path_params["name"])


def _answer(request: Request, name: str) -> Response:
    found = _files().get(name)
    if found is None:
        return problem(404, "The page has no such file.", "Load the page anew.")
    data, stamp = found
    headers = {**_HEADERS, "etag": stamp}
    if request.headers.get("if-none-match") == stamp:
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type=_TYPES[name.rpartition(".")[2]])


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """Name -> bytes and ETag of every file of the page."""
    found = {}
    for file in resources.files("diptych.plugin.serve").joinpath("page").iterdir():
        if file.name.rpartition(".")[2] in _TYPES:
            data = file.read_bytes()
            found[file.name] = (data, f'"{hashlib.sha256(data).hexdigest()[:32]}"')
    return found
