"""Pictures from the web: allowed hosts and checked addresses only, within limits."""

import ssl
from collections.abc import Iterator

import pytest
import trustme
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.errors import ImageError, SettingsError, UnavailableError
from diptych.ingest.fetching import WebPictures

_LOOPBACK = ("127.0.0.0/8", "::1/128")


def _pictures(server: HTTPServer, **arguments: int) -> WebPictures:
    return WebPictures([f"http://localhost:{server.port}"], networks=_LOOPBACK, **arguments)


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


def test_address_that_two_parsers_read_differently_is_read_in_one_way(
    httpserver: HTTPServer,
) -> None:
    """A backslash before `@` is part of the path for the check and for the request alike."""
    address = f"http://localhost:{httpserver.port}\\@169.254.169.254/a.jpg"
    httpserver.expect_request("/\\@169.254.169.254/a.jpg").respond_with_data(b"jpeg")

    assert b"jpeg" == _pictures(httpserver).read(address)


def test_credentials_in_an_address_are_refused() -> None:
    """They would be sent, and end up in error texts."""
    with pytest.raises(ImageError, match="credentials"):
        WebPictures(["*"]).read("https://user:secret@cdn.example/a.jpg")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "169.254.169.254",
        "168.63.129.16",
        "10.0.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "[::]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00::1]",
    ],
)
def test_private_address_is_refused_even_where_every_host_is_allowed(host: str) -> None:
    """Metadata services, loopback and private networks, in every spelling of an address."""
    with pytest.raises(ImageError, match="private network"):
        WebPictures(["http://*"]).read(f"http://{host}/latest/meta-data")


def test_redirect_is_checked_like_the_first_address(httpserver: HTTPServer) -> None:
    """To an allowed host it is followed, elsewhere not."""
    httpserver.expect_request("/here").respond_with_data(b"jpeg")
    for path, location in (("/good", "/here"), ("/bad", "http://169.254.169.254/")):
        httpserver.expect_request(path).respond_with_data(
            status=302, headers={"Location": location}
        )
    pictures = _pictures(httpserver)

    assert b"jpeg" == pictures.read(httpserver.url_for("/good"))
    with pytest.raises(ImageError, match="--image-hosts"):
        pictures.read(httpserver.url_for("/bad"))


def test_redirects_come_to_an_end(httpserver: HTTPServer) -> None:
    """Three are followed."""
    httpserver.expect_request("/loop").respond_with_data(status=302, headers={"Location": "/loop"})

    with pytest.raises(ImageError, match="more than 3 times"):
        _pictures(httpserver).read(httpserver.url_for("/loop"))

    assert 4 == len(httpserver.log)


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
