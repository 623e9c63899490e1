"""One line per request: method, path, status, time, key's name; never a query, body or key."""

import logging
import time
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


class AccessLog:
    """Logs each answered request at INFO."""

    def __init__(self, app: ASGIApp) -> None:
        """Wraps the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and log it when it is answered."""
        if scope["type"] != "http" or not _log.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif not message.get("more_body", False):
                # Before it is sent: who has the answer finds it in the log.
                _write(scope, status, started)
            await send(message)

        await self._app(scope, receive, watch)


def _write(scope: Scope, status: int, started: float) -> None:
    _log.info(
        "%s %s %d %.1f ms %s",
        scope["method"],
        # Quoted, so that no line end of a caller's begins a line of the log.
        quote(scope["path"])[:300],
        status,
        1_000 * (time.perf_counter() - started),
        scope.get("diptych.caller", "-"),
    )
