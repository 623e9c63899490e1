"""Middleware that keeps requests within bounds before anything is read from them."""

import asyncio
from collections.abc import Callable, Mapping

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A sender that needs longer than this for one body is cut off.
BODY_TIMEOUT_S = 60.0

#: Status and sentence -> the answer in the form of the application.
Refuse = Callable[[int, str], Response]


class BodyLimit:
    """Answers 413 to a body over `max_bytes` without keeping more than that of it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int,
        refuse: Refuse,
        timeout_s: float = BODY_TIMEOUT_S,
    ) -> None:
        """Wraps the application.

        Args:
            refuse: makes the answer to a body that is too long (413) or too slow (408).
        """
        self._app = app
        self._max_bytes = max_bytes
        self._refuse = refuse
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on with its whole body, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except ClientDisconnect:
            # Half a body is none: nobody waits for an answer, and a bulk write must not be cut.
            return
        except TimeoutError:
            slow = f"The body was not complete after {self._timeout_s:g} s: send it again."
            await self._refuse(408, slow)(scope, receive, send)
            return
        if body is None:
            long = f"The body is over {self._max_bytes:,} bytes: send the input in parts."
            await self._refuse(413, long)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        declared = header(scope, b"content-length")
        if declared.isdigit() and int(declared) > self._max_bytes:
            return None
        async with asyncio.timeout(self._timeout_s):
            return await _whole_body(receive, self._max_bytes)


class AtOnce:
    """Answers 503 to requests beyond `n` that are worked on at the same time.

    Idle connections do not count, as they would in the web server's own limit.
    """

    def __init__(self, app: ASGIApp, *, n: int, refuse: Callable[[], Response]) -> None:
        """Wraps the application; `refuse` makes the answer to a request too many."""
        self._app = app
        self._n_free = n
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._n_free == 0:
            await self._refuse()(scope, receive, send)
            return
        self._n_free -= 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._n_free += 1


class OnlyHosts:
    """Answers 421 where the `Host` of a request is none of ours.

    A page of another site that has its own name point to this machine cannot use a server that
    asks nobody for a key.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str], refuse: Refuse) -> None:
        """Wraps the application; `hosts` are names and addresses without ports."""
        self._app = app
        self._hosts = hosts
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or refuse it."""
        if scope["type"] == "http" and host_name(header(scope, b"host")) not in self._hosts:
            message = (
                "This server asks nobody for a key, so it answers only under the names of this "
                "machine: make a key with `diptych keys create`."
            )
            await self._refuse(421, message)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def header(scope: Mapping[str, object], name: bytes) -> str:
    """The first header of this name, in lower case bytes; empty where there is none."""
    headers = scope["headers"]
    assert isinstance(headers, list)
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


def host_name(host: str) -> str:
    """The `Host` header without its port: `127.0.0.1:80`, `[::1]:80`, `localhost`."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _replay(body: bytes, receive: Receive) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def replay() -> Message:
        message: Message | None = next(messages, None)
        return message if message is not None else await receive()

    return replay


async def _whole_body(receive: Receive, max_bytes: int) -> bytes | None:
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > max_bytes:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)
