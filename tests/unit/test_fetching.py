"""Pictures from the web: allowed hosts and checked addresses only, within limits."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Self

import pytest
import trustme
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.errors import ImageError, SettingsError, UnavailableError
from diptych.images import MAX_IMAGE_BYTES
from diptych.ingest.fetching import WebPictures

_LOOPBACK = ("127.0.0.0/8", "::1/128")


def _pictures(
    server: HTTPServer, *, max_image_bytes: int = MAX_IMAGE_BYTES, total_s: float = 10
) -> WebPictures:
    return WebPictures(
        [f"http://localhost:{server.port}"],
        networks=_LOOPBACK,
        max_image_bytes=max_image_bytes,
        total_s=total_s,
    )


def test_picture_of_an_allowed_host_is_fetched(httpserver: HTTPServer) -> None:
    """The request says who asks, and carries neither cookies nor a forged forwarding header."""
    httpserver.expect_request("/a.jpg").respond_with_data(b"jpeg", headers={"Set-Cookie": "a=1"})
    pictures = _pictures(httpserver)

    assert b"jpeg" == pictures.read(httpserver.url_for("/a.jpg"))
    assert b"jpeg" == pictures.read(httpserver.url_for("/a.jpg"))
    request, _ = httpserver.log[1]
    assert "diptych" in request.headers["User-Agent"]
    assert {"Cookie", "X-Forwarded-For", "Authorization"}.isdisjoint(request.headers.keys())


@pytest.mark.parametrize(
    ("hosts", "address"),
    [
        ((), "https://cdn.example/a.jpg"),
        (("cdn.example",), "https://other.example/a.jpg"),
        (("cdn.example",), "http://cdn.example/a.jpg"),
        (("cdn.example",), "https://cdn.example:8443/a.jpg"),
        (("*.cdn.example",), "https://cdn.example.evil/a.jpg"),
        (("*.cdn.example",), "https://evilcdn.example/a.jpg"),
        (("cdn.example",), "https:///a.jpg"),
    ],
)
def test_host_that_is_not_allowed_is_never_asked(hosts: tuple[str, ...], address: str) -> None:
    """An empty list, the default, refuses every address; the sentence names the setting."""
    with pytest.raises(ImageError, match="--image-hosts"):
        WebPictures(hosts).read(address)


def test_credentials_in_an_address_are_refused() -> None:
    """They would be sent, and end up in error texts."""
    with pytest.raises(ImageError, match="credentials"):
        WebPictures(["*"]).read("https://user:secret@cdn.example/a.jpg")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, ImageError),
        (403, ImageError),
        (204, ImageError),
        (429, UnavailableError),
        (503, UnavailableError),
    ],
)
def test_status_says_whether_a_retry_can_help(
    httpserver: HTTPServer, status: int, error: type[Exception]
) -> None:
    """429 and 5xx pass; what the host refuses stays refused."""
    httpserver.expect_request("/a.jpg").respond_with_data(b"", status=status)

    with pytest.raises(error, match=str(status)):
        _pictures(httpserver).read(httpserver.url_for("/a.jpg"))


def test_picture_above_the_limit_is_not_read_to_its_end(httpserver: HTTPServer) -> None:
    """The declared length is not believed: bytes are counted as they come."""

    def endless(_: Request) -> Response:
        return Response((b"x" * 1000 for _ in range(1_000_000)), direct_passthrough=True)

    httpserver.expect_request("/a.jpg").respond_with_handler(endless)

    with pytest.raises(ImageError, match="longer than 10,000 bytes"):
        _pictures(httpserver, max_image_bytes=10_000).read(httpserver.url_for("/a.jpg"))


def test_picture_that_takes_too_long_is_put_off(httpserver: HTTPServer) -> None:
    """With no time at all even the first byte is late."""
    httpserver.expect_request("/a.jpg").respond_with_data(b"jpeg")

    with pytest.raises(UnavailableError, match="longer than 0 s"):
        _pictures(httpserver, total_s=0).read(httpserver.url_for("/a.jpg"))


class _Trickle:
    """A server that sends the start of an answer, and then a byte again and again."""

    def __init__(self, start: bytes) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=[start])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._listener.close()

    def _serve(self, start: bytes) -> None:
        peer, _ = self._listener.accept()
        with peer, suppress(OSError):
            peer.recv(65_536)
            peer.sendall(start)
            while not self._is_over.wait(0.02):
                peer.sendall(b"x")


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_trickle_ends_with_the_time_for_one_picture(start: bytes) -> None:
    """A byte every now and then keeps no thread, wherever in the answer it comes."""
    with _Trickle(start) as server:
        pictures = WebPictures([f"http://127.0.0.1:{server.port}"], networks=_LOOPBACK, total_s=0.3)
        started_s = time.monotonic()
        with pytest.raises(UnavailableError):
            pictures.read(f"http://127.0.0.1:{server.port}/a.jpg")

    assert time.monotonic() - started_s < 3


def test_compressed_answer_is_refused(httpserver: HTTPServer) -> None:
    """It could unpack to more than was counted."""
    httpserver.expect_request("/a.jpg").respond_with_data(
        b"x", headers={"Content-Encoding": "gzip"}
    )

    with pytest.raises(ImageError, match="compressed"):
        _pictures(httpserver).read(httpserver.url_for("/a.jpg"))


def test_host_that_does_not_answer_is_put_off(httpserver: HTTPServer) -> None:
    """A closed port may open again."""
    pictures = WebPictures(["http://localhost:9"], networks=_LOOPBACK)

    with pytest.raises(UnavailableError, match="cannot be fetched now"):
        pictures.read("http://localhost:9/a.jpg")


@pytest.fixture
def tls_server() -> Iterator[HTTPServer]:
    """A server whose certificate no public authority signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with HTTPServer(ssl_context=context) as server:
        yield server


def test_certificate_of_an_unknown_authority_is_refused(tls_server: HTTPServer) -> None:
    """There is no switch to look away."""
    pictures = WebPictures([f"localhost:{tls_server.port}"], networks=_LOOPBACK)

    with pytest.raises(ImageError, match="valid certificate"):
        pictures.read(f"https://localhost:{tls_server.port}/a.jpg")


def test_proxies_of_the_environment_are_not_used(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would connect to addresses that nobody checked."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    httpserver.expect_request("/a.jpg").respond_with_data(b"jpeg")

    assert b"jpeg" == _pictures(httpserver).read(httpserver.url_for("/a.jpg"))


@pytest.mark.parametrize(
    "host", ["ftp://cdn.example", "cdn.example/photos", "user@cdn.example", ""]
)
def test_malformed_host_is_a_settings_error(host: str) -> None:
    """A host that never matches would look like a broken picture."""
    with pytest.raises(SettingsError, match="image_hosts"):
        WebPictures([host])


def test_malformed_network_is_a_settings_error() -> None:
    """The same for networks."""
    with pytest.raises(SettingsError, match="image_networks"):
        WebPictures([], networks=["ten"])
