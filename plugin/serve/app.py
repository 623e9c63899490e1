"""The application behind `diptych serve`: the simple call, the page, the drop-in address."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import metadata

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from diptych.plugin.serve import index_routes, routes
from diptych.plugin.serve.access_log import AccessLog
from diptych.plugin.serve.gate import KEY_HEADER, Gate
from diptych.plugin.serve.limits import AtOnce, BodyLimit, OnlyHosts
from diptych.plugin.serve.page_routes import page_routes
from diptych.plugin.serve.problems import add_handlers, busy_problem, sentence_problem
from diptych.plugin.serve.refusals import describe_api
from diptych.plugin.serve.service import Service

#: Requests worked on at once: most of a request's time is waiting for cluster and models.
THREADS = 64
#: Requests in hand at once; what comes on top is told to come again (503).
MAX_REQUESTS = 256
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


def make_app(
    service: Service,
    gate: Gate,
    *,
    cors_origins: Sequence[str] = (),
    hosts: Sequence[str] = (),
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The application over a service.

    Args:
        cors_origins: addresses of shops whose pages may use the simple call from a browser.
        hosts: names that the server answers under; none means all.
        routers: further routes, asked after our own.
    """
    app = bare_app()
    app.state.service = service
    app.state.gate = gate
    add_handlers(app)
    app.router.routes.extend(page_routes())
    # A slip below our own addresses is not for the drop-in address, which would answer otherwise.
    app.router.routes.append(Route("/indexes/{index}/{rest:path}", _lost, methods=_METHODS))
    for router in routers:
        app.include_router(router, include_in_schema=False)
    max_bytes = service.limits.max_body_bytes
    app.add_middleware(BodyLimit, max_bytes=max_bytes, refuse=sentence_problem)
    app.add_middleware(AtOnce, n=MAX_REQUESTS, refuse=busy_problem)
    if cors_origins:
        app.add_middleware(_SimpleCallCors, origins=cors_origins)
    if hosts:
        app.add_middleware(OnlyHosts, hosts=frozenset(hosts), refuse=sentence_problem)
    app.add_middleware(AccessLog)
    return app


def bare_app() -> FastAPI:
    """The routes of the simple call and their description, with nothing behind them."""
    app = FastAPI(
        title="Diptych",
        summary="Multimodal hybrid search by one simple call.",
        version=metadata.version("diptych"),
        docs_url=None,
        redoc_url=None,
        lifespan=_enough_threads,
    )
    app.include_router(routes.ROUTER)
    app.include_router(index_routes.ROUTER)
    app.openapi = lambda: describe_api(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _enough_threads(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


async def _lost(request: Request) -> Response:
    allowed: set[str] = set()
    for route in (*routes.ROUTER.routes, *index_routes.ROUTER.routes):
        if isinstance(route, Route) and route.matches(request.scope)[0] is Match.PARTIAL:
            allowed |= route.methods or set()
    if allowed:
        raise HTTPException(405, headers={"allow": ", ".join(sorted(allowed))})
    raise HTTPException(404)


class _SimpleCallCors:
    """Cross-origin answers for the simple call alone: the drop-in address is for back-ends."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        self._app = app
        self._with_cors = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=[KEY_HEADER, "content-type"],
            expose_headers=["retry-after"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_simple = scope["type"] == "http" and scope["path"].startswith("/indexes")
        await (self._with_cors if is_simple else self._app)(scope, receive, send)
