"""The routes of the drop-in address."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from diptych.plugin.serve.dropin.addresses import Address, Kind, find_address
from diptych.plugin.serve.dropin.bodies import (
    decoded,
    read_bulk,
    read_json,
    write_bulk,
)
from diptych.plugin.serve.dropin.forwarding import Forwarder, Letter, passed_headers
from diptych.plugin.serve.dropin.media import is_sent_as
from diptych.plugin.serve.dropin.names import Names
from diptych.plugin.serve.dropin.planning import Asked, check_body
from diptych.plugin.serve.dropin.refusing import RefusalError
from diptych.plugin.serve.dropin.searching import Searching
from diptych.plugin.serve.gate import Caller, Gate
from diptych.plugin.serve.problems import ProblemError
from diptych.plugin.serve.service import Service

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")


def dropin_router(
    service: Service, gate: Gate, forwarder: Forwarder, *, proxy_writes: bool = False
) -> APIRouter:
    """Every address that no route before it answers.

    Args:
        proxy_writes: pass writes to the served indexes on as well.
    """
    address = _DropIn(service, gate, forwarder, proxy_writes=proxy_writes)
    router = APIRouter()

    async def answer(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(address.answer, request, body)

    router.add_route("/{path:path}", answer, methods=list(METHODS), include_in_schema=False)
    return router


class _DropIn:
    def __init__(
        self, service: Service, gate: Gate, forwarder: Forwarder, *, proxy_writes: bool
    ) -> None:
        self._service = service
        self._gate = gate
        self._forwarder = forwarder
        self._searching = Searching(service, forwarder)
        self._proxy_writes = proxy_writes

    def answer(self, request: Request, body: bytes) -> Response:
        try:
            names = Names(self._service, self._admit(request).indexes)
            raw_path = request.scope["raw_path"].decode("latin-1")
            address = find_address(request.method, raw_path, allows_writes=self._proxy_writes)
            return self._answer(address, _asked(request, address, body), names)
        except RefusalError as err:
            return err.to_response()

    def _admit(self, request: Request) -> Caller:
        try:
            caller = self._gate.admit(request)
        except ProblemError as err:
            raise RefusalError(err.status, f"{err.detail} {err.fix}", headers=err.headers) from err
        if not caller.is_trusted:
            raise RefusalError(
                403,
                "This key is not for the query language: use the simple call, or make a key with "
                "`diptych keys create --trusted`.",
            )
        return caller

    def _answer(self, address: Address, asked: Asked, names: Names) -> Response:
        names.check_params(asked.params)
        if asked.index is not None:
            names.check(asked.index)
        if "source" in asked.params:
            check_body(_source(asked.params), names)
        if address.kind is Kind.SEARCH:
            return self._searching.search(asked, names)
        if address.kind is Kind.MSEARCH:
            return self._searching.msearch(asked, names)
        if address.kind is Kind.BULK:
            return self._pass_bulk(asked, names)
        body = read_json(asked.text)
        if address.kind is Kind.MGET:
            _check_mget(body, asked.index, names)
        elif address.kind is not Kind.WRITE:
            _check_health(asked.path, asked.params)
            check_body(body, names)
            _check_contexts(body, asked.params)
        return self._pass_on(asked, is_read=address.kind in (Kind.READ, Kind.MGET))

    def _pass_on(self, asked: Asked, *, is_read: bool) -> Response:
        headers = passed_headers(asked.headers)
        letter = Letter(asked.method, asked.path, asked.params, headers, asked.sent, is_read)
        return self._forwarder.pass_on(letter, said={})

    def _pass_bulk(self, asked: Asked, names: Names) -> Response:
        actions = list(read_bulk(asked.text))
        for _, target, _ in actions:
            names.check(target.get("_index", asked.index or ""))
        headers = is_sent_as(passed_headers(asked.headers))
        body = write_bulk(actions)
        letter = Letter(asked.method, asked.path, asked.params, headers, body, is_read=False)
        return self._forwarder.pass_on(letter, said={})


def _asked(request: Request, address: Address, body: bytes) -> Asked:
    headers = {name.lower(): value for name, value in request.headers.items()}
    params = dict(parse_qsl(request.url.query, keep_blank_values=True))
    return Asked(
        method=request.method,
        path=address.path,
        index=address.index,
        params=params,
        headers=headers,
        sent=body,
        text=decoded(body, headers),
    )


def _source(params: Mapping[str, str]) -> object:
    """A body that stands in the parameter `source`."""
    if "json" not in params.get("source_content_type", "json"):
        raise RefusalError(415, "The parameter `source` has to be JSON.")
    return read_json(params["source"].encode())


def _check_mget(body: object, index: str | None, names: Names) -> None:
    """Every document that is read lies in a served index."""
    docs = body.get("docs", []) if isinstance(body, dict) else []
    for doc in docs if isinstance(docs, list) else []:
        if isinstance(doc, dict) and "_index" in doc:
            names.check(doc["_index"])
        elif index is None:
            raise RefusalError(403, "A document has to name its index: send `_index` with it.")


def _check_health(path: str, params: Mapping[str, str]) -> None:
    """The cluster's health, and not the names of all its indexes."""
    if path == "/_cluster/health" and params.get("level", "cluster") != "cluster":
        raise RefusalError(403, "The health is told of the cluster as a whole: leave out `level`.")


def _check_contexts(body: object, params: Mapping[str, str]) -> None:
    """Scrolls and points in time are ended one by one, for `_all` would end those of others."""
    named = body.get("scroll_id", body.get("pit_id")) if isinstance(body, dict) else None
    if "_all" in (named if isinstance(named, list) else [named]) or "_all" in params.values():
        raise RefusalError(403, "Contexts are ended one by one: name those that you opened.")
