"""A cluster behind TLS, basic authentication and API keys: a reverse proxy for tests.

It answers as OpenSearch's security plugin does: 401 in plain text for unknown credentials,
403 with a `security_exception` for a missing privilege.
"""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme
import urllib3


@dataclass(frozen=True, slots=True)
class SecuredCluster:
    """Where it is and what it accepts; `denied` holds (method, start of path) pairs to refuse.

    `api_key` is in the form that goes on the wire after `ApiKey `.
    """

    url: str
    ca_file: Path
    username: str = "searcher"
    password: str = "correct horse"
    api_key: str = base64.b64encode(b"key-id:key-secret").decode()
    denied: set[tuple[str, str]] = field(default_factory=set)

    def accepts(self, authorization: str) -> bool:
        """Whether the header's value is one of the two credentials."""
        basic = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return authorization in {f"Basic {basic}", f"ApiKey {self.api_key}"}

    def denies(self, method: str, path: str) -> bool:
        """Whether a test asked for this request to be refused."""
        return any(method == verb and path.startswith(start) for verb, start in self.denied)


@contextmanager
def run_secured(target_url: str, folder: Path) -> Iterator[SecuredCluster]:
    """The cluster at `target_url` behind credentials; `folder` receives the CA's PEM file."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    with urllib3.PoolManager(maxsize=8, retries=False) as pool:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler, bind_and_activate=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        # The handshake belongs to the connection's own thread, not to the accepting one.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        secured = SecuredCluster(f"https://127.0.0.1:{server.server_port}", ca_file)
        _Handler.secured, _Handler.pool, _Handler.target_url = secured, pool, target_url
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield secured
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    secured: SecuredCluster
    pool: urllib3.PoolManager
    target_url: str
    protocol_version = "HTTP/1.1"
    timeout = 30

    def handle(self) -> None:
        """Serve one connection; one that a client gives up is no event."""
        try:
            super().handle()
        except (ssl.SSLError, ConnectionError):
            self.close_connection = True

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if not self.secured.accepts(self.headers.get("authorization", "")):
            self._send(401, b"Unauthorized", "text/plain")
        elif self.secured.denies(self.command, self.path):
            self._send(403, json.dumps(_forbidden(self.secured.username)).encode())
        else:
            self._forward(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer

    def _forward(self, body: bytes) -> None:
        kept = ("content-type", "accept")
        headers = {name: self.headers[name] for name in kept if name in self.headers}
        answer = self.pool.request(
            self.command, self.target_url + self.path, body=body or None, headers=headers
        )
        self._send(answer.status, answer.data, answer.headers.get("content-type", ""))

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("www-authenticate", 'Basic realm="OpenSearch Security"')
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def _forbidden(username: str) -> dict[str, object]:
    reason = (
        "no permissions for [indices:admin/create] and User "
        f"[name={username}, backend_roles=[], requestedTenant=null]"
    )
    error = {"type": "security_exception", "reason": reason}
    return {"error": {"root_cause": [error], **error}, "status": 403}
