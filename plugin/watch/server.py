"""`/metrics`, `/livez` and `/readyz`: answered from what is known, without asking anybody."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from diptych.errors import SettingsError

_log = logging.getLogger(__name__)

#: A caller that sends nothing for so long is hung up on.
_CALLER_S: Final = 5.0
_JSON: Final = "application/json"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # The socket is the process's, and ends with it.
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # As HTTPServer does, without asking for the host's full name: a resolver can be silent.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is nothing to report."""


@contextmanager
def watched(
    host: str,
    port: int | None,
    registry: CollectorRegistry,
    *,
    live: Callable[[], Mapping[str, str]],
    ready: Callable[[], Mapping[str, str]],
) -> Iterator[int | None]:
    """Serve for the time of a `with` block; gives the port, None where none is wanted.

    Args:
        port: 0 is any free one, None starts nothing.
        live: by check, what is wrong, empty where all is well; must not wait for anything.
        ready: the same for readiness.

    Raises:
        SettingsError: the address cannot be listened at.
    """
    if port is None:
        yield None
        return
    pages: dict[str, Callable[[], tuple[int, str, bytes]]] = {
        "/metrics": lambda: (200, CONTENT_TYPE_LATEST, generate_latest(registry)),
        "/livez": lambda: _health(live()),
        "/readyz": lambda: _health(ready()),
    }
    try:
        server = _Server((host, port), _handler(pages))
    except (OSError, OverflowError) as err:
        raise SettingsError(
            f"The address {host}:{port} of the metrics cannot be listened at ({err}): end what "
            "uses it, or name another with --metrics-port."
        ) from err
    _log.info("Serving /metrics, /livez and /readyz at %s:%d", host, server.server_port)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def _health(reasons: Mapping[str, str]) -> tuple[int, str, bytes]:
    checks = {name: reason or "ok" for name, reason in reasons.items()}
    is_well = not any(reasons.values())
    body = {"status": "ok" if is_well else "failing", "checks": checks}
    return 200 if is_well else 503, _JSON, json.dumps(body).encode()


def _handler(
    pages: Mapping[str, Callable[[], tuple[int, str, bytes]]],
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _CALLER_S

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            missing = 404, _JSON, b'{"error": "There are /metrics, /livez and /readyz."}'
            status, kind, body = page() if page else missing
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Probes come every few seconds; the log is for the work."""

    return Handler
