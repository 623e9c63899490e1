"""A node's address that notes what it is asked, for `bench/search_overhead.py`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request; `target` is its path with the query."""

    method: str
    target: str
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where to send requests, and those that came, in order."""

    url: str
    seen: list[Recorded]


@contextmanager
def recording(url: str) -> Iterator[Recorder]:
    """Hands on to the node at `url` what it is asked, until the block ends."""
    seen: list[Recorded] = []
    with urllib3.PoolManager(retries=False) as pool:
        server = _Server(("127.0.0.1", 0), _handler(url, pool, seen))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Recorder(f"http://127.0.0.1:{server.server_port}", seen)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    #: Connections that clients keep open must not keep us.
    daemon_threads = True


def _handler(
    url: str, pool: urllib3.PoolManager, seen: list[Recorded]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 30

        def _hand_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            kind = self.headers.get("content-type", "application/json")
            seen.append(Recorded(self.command, self.path, body, kind))
            headers = {"content-type": kind, "accept-encoding": "identity"}
            answer = pool.request(self.command, url + self.path, body=body, headers=headers)
            self.send_response(answer.status)
            self.send_header("content-type", answer.headers.get("content-type", ""))
            self.send_header("content-length", str(len(answer.data)))
            self.end_headers()
            self.wfile.write(answer.data)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _hand_on

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    return Handler
