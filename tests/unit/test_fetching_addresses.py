"""Addresses of pictures that try to lead into the private network, in every spelling."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from diptych.errors import ImageError, UnavailableError
from diptych.ingest.fetching import WebPictures

_LOOPBACK = ("127.0.0.0/8", "::1/128")
_NOWHERE = r"private network|cannot be parsed|cannot be fetched"


def _pictures(server: HTTPServer) -> WebPictures:
    return WebPictures([f"http://localhost:{server.port}"], networks=_LOOPBACK)


@pytest.mark.parametrize(
    "host",
    [
        # Loopback, as one writes it and as inet_aton(3) reads it.
        "127.0.0.1",
        "127.255.255.254",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "localhost",
        "LOCALHOST.",
        "0",
        "0.0.0.0",
        # Metadata services: AWS and others, Azure, Alibaba, Oracle.
        "169.254.169.254",
        "169.254.170.2",
        "2852039166",
        "0xa9fea9fe",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "[fd00:ec2::254]",
        # Private, shared (CGNAT), link-local, benchmarking, documentation, multicast, reserved.
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        # IPv6.
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[fe80::1]",
        "[fec0::1]",
        "[fd00::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[100::1]",
        "[5f00::1]",
        # IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo.
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:a9fe:a9fe]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:a9fe:a9fe::1]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        # Letters that normalise to digits and dots.
        "\uff11\uff12\uff17.0.0.1",
        "\u2460\u2461\u2466.0.0.1",
        "127\u30020\u30020\u30021",
    ],
)
def test_private_address_is_refused_even_where_every_host_is_allowed(host: str) -> None:
    """No connection is made: the address is checked after it was read as the system reads it."""
    with pytest.raises((ImageError, UnavailableError), match=_NOWHERE):
        WebPictures(["http://*"]).read(f"http://{host}/latest/meta-data")


@pytest.mark.parametrize(
    "address",
    [
        "http://cdn.example@169.254.169.254/a.jpg",
        "http://cdn.example:80@169.254.169.254/a.jpg",
        "http://169.254.169.254#@cdn.example/a.jpg",
        "http://169.254.169.254?@cdn.example/a.jpg",
        "http://cdn.example.169.254.169.254.nip.example/a.jpg",
        "http://cdn.example:22/a.jpg",
        "http://cdn.example:0/a.jpg",
        "http://cdn.example:99999/a.jpg",
        "http://cdn.example%00.evil.example/a.jpg",
        "http://cdn.example%2eevil.example/a.jpg",
        "https://cdn.example/a.jpg",
        "http:cdn.example/a.jpg",
        "http:///cdn.example/a.jpg",
        "http://[::1/a.jpg",
        "http://[cdn.example]/a.jpg",
        "http://\r\nHost: cdn.example/a.jpg",
    ],
)
def test_address_that_looks_like_an_allowed_one_is_refused(address: str) -> None:
    """User info, fragments, ports, schemes and escapes that some parser takes for the host."""
    with pytest.raises(ImageError, match=r"--image-hosts|credentials|cannot be parsed"):
        WebPictures(["http://cdn.example"]).read(address)


def test_address_that_two_parsers_read_differently_is_read_in_one_way(
    httpserver: HTTPServer,
) -> None:
    """A backslash before `@` is part of the path for the check and for the request alike."""
    address = f"http://localhost:{httpserver.port}\\@169.254.169.254/a.jpg"
    httpserver.expect_request("/\\@169.254.169.254/a.jpg").respond_with_data(b"jpeg")

    assert b"jpeg" == _pictures(httpserver).read(address)


Resolver = Callable[..., list[Any]]


class _Names:
    """A resolver whose answers change from one question to the next."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers = list(answers)
        self._real: Resolver = socket.getaddrinfo

    def __call__(self, host: str, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """The next answer for names under `.example`; the system's for all else."""
        if not host.endswith(".example"):
            return self._real(host, port, *args, **kwargs)
        answer = self._answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (it, port or 0)) for it in answer]


@pytest.fixture
def other_server(httpserver: HTTPServer) -> Iterator[HTTPServer]:
    """A second server on the same port of another loopback address."""
    with HTTPServer(host="127.0.0.2", port=httpserver.port) as server:
        yield server


def _rebinding(
    monkeypatch: pytest.MonkeyPatch, server: HTTPServer, *answers: tuple[str, ...]
) -> WebPictures:
    """Pictures of a host to which 127.0.0.2 is open, and 127.0.0.1 is not."""
    monkeypatch.setattr(socket, "getaddrinfo", _Names(*answers))
    return WebPictures([f"http://cdn.example:{server.port}"], networks=["127.0.0.2/32"])


def test_name_that_changes_its_address_is_asked_at_the_one_that_was_checked(
    httpserver: HTTPServer, other_server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the first answer is checked and pinned, and there is no second question."""
    other_server.expect_request("/a.jpg").respond_with_data(b"open")
    pictures = _rebinding(monkeypatch, httpserver, ("127.0.0.2",), ("127.0.0.1",))

    assert b"open" == pictures.read(f"http://cdn.example:{httpserver.port}/a.jpg")
    assert [] == httpserver.log


def test_next_request_is_checked_again_although_a_connection_is_open(
    httpserver: HTTPServer, other_server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was right for one request says nothing about the next."""
    other_server.expect_request("/a.jpg").respond_with_data(b"open")
    pictures = _rebinding(monkeypatch, httpserver, ("127.0.0.2",), ("127.0.0.1",))
    address = f"http://cdn.example:{httpserver.port}/a.jpg"
    pictures.read(address)

    with pytest.raises(ImageError, match="private network"):
        pictures.read(address)

    assert [] == httpserver.log


def test_name_with_one_private_address_among_others_is_refused(
    httpserver: HTTPServer, other_server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever comes first."""
    both = ("127.0.0.2", "127.0.0.1")
    pictures = _rebinding(monkeypatch, httpserver, both, both[::-1])
    address = f"http://cdn.example:{httpserver.port}/a.jpg"

    for _ in range(2):
        with pytest.raises(ImageError, match="private network"):
            pictures.read(address)

    assert [] == httpserver.log + other_server.log


def test_redirect_to_a_name_that_changes_its_address_is_refused(
    httpserver: HTTPServer, other_server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each hop resolves and checks for itself."""
    address = f"http://cdn.example:{httpserver.port}/a.jpg"
    other_server.expect_request("/a.jpg").respond_with_data(
        status=302, headers={"Location": address}
    )
    pictures = _rebinding(monkeypatch, httpserver, ("127.0.0.2",), ("127.0.0.1",))

    with pytest.raises(ImageError, match="private network"):
        pictures.read(address)

    assert [] == httpserver.log


def test_name_without_an_address_is_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver may know it later."""

    def unknown(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(UnavailableError, match="cannot be fetched now"):
        WebPictures(["*"]).read("https://cdn.example/a.jpg")


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
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "//169.254.169.254/latest/meta-data",
        "https://localhost/a.jpg",
        "ftp://localhost/a.jpg",
        "file:///etc/passwd",
        "gopher://localhost/",
        "data:image/png;base64,xx",
        "http://user:secret@localhost/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://localhost:1/",
    ],
)
def test_redirect_elsewhere_is_not_followed(httpserver: HTTPServer, location: str) -> None:
    """Another scheme, host or port, or credentials; nothing is asked there."""
    httpserver.expect_request("/a").respond_with_data(status=302, headers={"Location": location})

    with pytest.raises(ImageError, match=r"--image-hosts|credentials|cannot be parsed"):
        _pictures(httpserver).read(httpserver.url_for("/a"))
