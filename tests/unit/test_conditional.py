"""Pictures that need not be sent again, and hosts that need not be asked."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.errors import BusyError, ImageError, UnavailableError
from diptych.ingest.cache_file import CacheFile
from diptych.ingest.fetching import WebPictures
from diptych.ingest.pictures import KnownPicture, content_hash
from diptych.ingest.visits import Visits


class _Clock:
    now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


def _pictures(server: HTTPServer, visits: Visits | None = None) -> WebPictures:
    return WebPictures(
        [f"http://localhost:{server.port}"], networks=["127.0.0.0/8", "::1/128"], visits=visits
    )


def _serve(server: HTTPServer, data: bytes, headers: dict[str, str]) -> None:
    """Answer as RFC 9110, 13.2.2 asks for."""

    def answer(request: Request) -> Response:
        asked = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
        known = headers.get("ETag"), headers.get("Last-Modified")
        is_same = (
            asked[0] == known[0] if asked[0] else asked[1] is not None and asked[1] == known[1]
        )
        return Response(b"" if is_same else data, 304 if is_same else 200, headers)

    server.clear()
    server.expect_request("/a.jpg").respond_with_handler(answer)


@pytest.mark.parametrize(
    "headers", [{"ETag": '"1"'}, {"Last-Modified": "Tue, 24 Nov 2026 00:00:00 GMT"}]
)
def test_unchanged_picture_costs_a_304(
    httpserver: HTTPServer, tmp_path: Path, headers: dict[str, str]
) -> None:
    """A worker that starts later knows it too."""
    _serve(httpserver, b"jpeg", headers)
    file = tmp_path / "vectors.sqlite"
    first = _pictures(httpserver, Visits(CacheFile(file, max_bytes=1_000_000)))
    later = _pictures(httpserver, Visits(CacheFile(file, max_bytes=1_000_000)))
    address = httpserver.url_for("/a.jpg")
    first.read(address)

    answer = later.ask(address, is_known=lambda content: content == content_hash(b"jpeg"))

    assert KnownPicture(content_hash(b"jpeg")) == answer
    assert 304 == httpserver.log[-1][1].status_code


def test_changed_picture_behind_an_unchanged_address_is_sent(httpserver: HTTPServer) -> None:
    """And the next question is about the new one."""
    pictures = _pictures(httpserver)
    address = httpserver.url_for("/a.jpg")
    _serve(httpserver, b"old", {"ETag": '"1"'})
    pictures.read(address)
    _serve(httpserver, b"new", {"ETag": '"2"'})

    answers = [pictures.ask(address, is_known=lambda _: True) for _ in range(2)]

    assert [b"new", KnownPicture(content_hash(b"new"))] == answers


def test_picture_whose_vector_is_forgotten_is_asked_for_without_conditions(
    httpserver: HTTPServer,
) -> None:
    """An answer of 304 would be of no use."""
    pictures = _pictures(httpserver)
    _serve(httpserver, b"jpeg", {"ETag": '"1"'})
    address = httpserver.url_for("/a.jpg")
    pictures.read(address)

    assert b"jpeg" == pictures.ask(address, is_known=lambda _: False)


def test_conditions_go_to_the_address_that_gave_them(httpserver: HTTPServer) -> None:
    """Of a redirected picture that is the last one."""
    _serve(httpserver, b"jpeg", {"ETag": '"1"'})
    httpserver.expect_request("/old").respond_with_data(status=302, headers={"Location": "/a.jpg"})
    pictures = _pictures(httpserver)
    address = httpserver.url_for("/old")
    pictures.read(address)
    n_before = len(httpserver.log)

    answer = pictures.ask(address, is_known=lambda _: True)

    asked = [request.headers.get("If-None-Match") for request, _ in httpserver.log[n_before:]]
    assert ([None, '"1"'], KnownPicture(content_hash(b"jpeg"))) == (asked, answer)


def test_answer_of_304_that_nobody_asked_for_is_refused(httpserver: HTTPServer) -> None:
    """There is no picture in it."""
    httpserver.expect_request("/a.jpg").respond_with_data(b"", status=304)

    with pytest.raises(ImageError, match="304"):
        _pictures(httpserver).read(httpserver.url_for("/a.jpg"))


@pytest.mark.parametrize(("status", "hours"), [(404, 1), (410, 24)])
def test_missing_picture_is_not_asked_for_again_at_once(
    httpserver: HTTPServer, status: int, hours: int
) -> None:
    """For an hour after 404, for a day after 410; whoever wants it fresh asks all the same."""
    clock = _Clock()
    httpserver.expect_request("/a.jpg").respond_with_data(b"", status=status)
    pictures = _pictures(httpserver, Visits(now_s=clock))
    address = httpserver.url_for("/a.jpg")

    for _ in range(3):
        with pytest.raises(ImageError, match=str(status)):
            pictures.read(address)
    assert 1 == len(httpserver.log)

    with pytest.raises(ImageError, match=str(status)):
        pictures.ask(address, is_known=lambda _: False, is_fresh=True)
    clock.now_s += hours * 3600
    with pytest.raises(ImageError, match=str(status)):
        pictures.read(address)
    assert 3 == len(httpserver.log)


def test_other_refusals_are_asked_again(httpserver: HTTPServer) -> None:
    """A 403 is a setting of the host, which is mended sooner or later."""
    httpserver.expect_request("/a.jpg").respond_with_data(b"", status=403)
    pictures = _pictures(httpserver)

    for _ in range(2):
        with pytest.raises(ImageError, match="403"):
            pictures.read(httpserver.url_for("/a.jpg"))

    assert 2 == len(httpserver.log)


def test_host_that_asks_for_a_pause_gets_it(httpserver: HTTPServer) -> None:
    """429 with Retry-After: nothing is asked meanwhile."""
    httpserver.expect_request("/a.jpg").respond_with_data(
        b"", status=429, headers={"Retry-After": "40"}
    )
    pictures = _pictures(httpserver)
    address = httpserver.url_for("/a.jpg")
    with pytest.raises(BusyError, match="429"):
        pictures.read(address)

    with pytest.raises(UnavailableError, match=r"again in (40|39) s"):
        pictures.read(address)

    assert 1 == len(httpserver.log)


def test_visit_of_another_version_is_none() -> None:
    """What cannot be read is not known."""
    cache = CacheFile(None, max_bytes=1_000_000)
    visits = Visits(cache)
    cache.put({b"visit" + content_hash(b"https://cdn/a.jpg"): b"{}"})

    assert visits.last("https://cdn/a.jpg") is None
