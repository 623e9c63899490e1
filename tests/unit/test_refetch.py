"""Changed pictures behind unchanged addresses."""

from pathlib import Path

import numpy as np
import pytest
from enriching import BLUE, NOW, RED, CountingEncoder, block, make_contract
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.errors import UnavailableError
from diptych.ingest.cache_file import CacheFile
from diptych.ingest.enrich import Enricher
from diptych.ingest.fetching import WebPictures
from diptych.ingest.picture_vectors import PictureVectors
from diptych.ingest.refetch import Refetch
from diptych.ingest.remembering import RememberingEncoder
from diptych.ingest.visits import Visits
from diptych.layout import IMAGE
from diptych.testing import FakeEncoder, MemoryPictures, MemoryStore


@pytest.fixture
def cache(tmp_path: Path) -> CacheFile:
    """A worker's cache."""
    return CacheFile(tmp_path / "vectors.sqlite", max_bytes=1_000_000)


def _serve(server: HTTPServer, pictures: dict[str, bytes]) -> None:
    """A host that answers conditional requests."""

    def answer(request: Request) -> Response:
        data = pictures.get(request.path)
        if data is None:
            return Response(b"", 404)
        etag = f'"{hash(data)}"'
        is_same = request.headers.get("If-None-Match") == etag
        return Response(b"" if is_same else data, 304 if is_same else 200, {"ETag": etag})

    server.clear()
    for path in ("/1.jpg", "/2.jpg"):
        server.expect_request(path).respond_with_handler(answer)


def _web(server: HTTPServer, cache: CacheFile | None) -> WebPictures:
    return WebPictures(
        [f"http://localhost:{server.port}"],
        networks=["127.0.0.0/8", "::1/128"],
        visits=Visits(cache),
    )


def _shop(server: HTTPServer, encoder: FakeEncoder) -> MemoryStore:
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "one", "image": server.url_for("/1.jpg")})
    store.index("2", {"title": "two", "image": server.url_for("/2.jpg")})
    store.index("words", {"title": "words"})
    return store


def test_changed_picture_is_found_and_the_others_cost_a_304(
    httpserver: HTTPServer, cache: CacheFile
) -> None:
    """Only the changed one is sent and encoded."""
    counting = CountingEncoder()
    encoder, web = RememberingEncoder(counting, cache), _web(httpserver, cache)
    store = _shop(httpserver, counting)
    _serve(httpserver, {"/1.jpg": RED, "/2.jpg": RED})
    Enricher(store, encoder, web, now=lambda: NOW).start(["1", "2", "words"]).run()
    _serve(httpserver, {"/1.jpg": BLUE, "/2.jpg": RED})

    enricher = Enricher(store, encoder, web, now=lambda: NOW)
    summary = enricher.start(["1", "2", "words"], is_refetch=True).run()

    statuses: dict[str, set[int]] = {}
    for request, answer in httpserver.log:
        statuses.setdefault(request.path, set()).add(answer.status_code)
    assert 1 == summary.written
    assert {"/1.jpg": {200, 304}, "/2.jpg": {304}} == statuses
    assert 2 == counting.n_images
    np.testing.assert_allclose(
        counting.encode_images([BLUE]).vectors[0], block(store, "1", IMAGE), rtol=1e-6
    )


def test_without_a_cache_every_picture_is_sent_and_compared(httpserver: HTTPServer) -> None:
    """It costs more and finds the same."""
    encoder = CountingEncoder()
    store, web = _shop(httpserver, encoder), _web(httpserver, None)
    _serve(httpserver, {"/1.jpg": RED, "/2.jpg": RED})
    Enricher(store, encoder, web, now=lambda: NOW).start(["1", "2"]).run()
    _serve(httpserver, {"/1.jpg": BLUE, "/2.jpg": RED})

    assert ["1"] == Refetch(store, encoder, web).changed(["1", "2"], now=NOW)


def test_document_of_an_earlier_picture_is_found_although_the_host_says_unchanged(
    httpserver: HTTPServer, cache: CacheFile
) -> None:
    """Another document with the same address was embedded since: the index decides, not the 304."""
    counting = CountingEncoder()
    encoder, web = RememberingEncoder(counting, cache), _web(httpserver, cache)
    store = _shop(httpserver, counting)
    _serve(httpserver, {"/1.jpg": RED, "/2.jpg": RED})
    enricher = Enricher(store, encoder, web, now=lambda: NOW)
    enricher.start(["1"]).run()
    _serve(httpserver, {"/1.jpg": BLUE, "/2.jpg": RED})
    store.index("twin", {"title": "twin", "image": httpserver.url_for("/1.jpg")})
    enricher.start(["twin"]).run()

    assert ["1"] == Refetch(store, encoder, web).changed(["1", "twin"], now=NOW)
    assert 304 == httpserver.log[-1][1].status_code


def test_picture_that_is_gone_is_a_change_and_one_whose_host_is_away_is_not(
    httpserver: HTTPServer,
) -> None:
    """An outage must not cost vectors."""
    encoder = CountingEncoder()
    store, web = _shop(httpserver, encoder), _web(httpserver, None)
    _serve(httpserver, {"/1.jpg": RED, "/2.jpg": RED})
    Enricher(store, encoder, web, now=lambda: NOW).start(["1", "2"]).run()
    _serve(httpserver, {"/2.jpg": RED})
    address = httpserver.url_for("/1.jpg")
    away = MemoryPictures({address: UnavailableError("away")})

    assert ["1"] == Refetch(store, encoder, web).changed(["1"], now=NOW)
    assert [] == Refetch(store, encoder, away).changed(["1"], now=NOW)


def test_unsettled_document_needs_a_worker_anyway() -> None:
    """A refetch repairs what else it meets."""
    encoder = CountingEncoder()
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "words"})

    assert ["1"] == Refetch(store, encoder, MemoryPictures({})).changed(["1", "gone"], now=NOW)


def test_several_pictures_are_their_mean_and_a_bad_one_leaves_the_others() -> None:
    """The reason of the bad one stands with the document, which is partial."""
    encoder = FakeEncoder()
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "two", "image": ["red", "broken", "blue", "missing"]})
    pictures = MemoryPictures({"red": RED, "blue": BLUE, "broken": b"no image"})

    Enricher(store, encoder, pictures, now=lambda: NOW).start(["1"]).run()

    red, blue = encoder.encode_images([RED, BLUE]).vectors
    mean = (red + blue) / np.linalg.norm(red + blue)
    state = store.sources["1"]["diptych"]
    np.testing.assert_allclose(mean, block(store, "1", IMAGE), rtol=1e-5)
    assert "partial" == state["state"]
    assert "broken" in state["error"] and "missing" in state["error"]


def test_pictures_are_encoded_once_each() -> None:
    """Errors and vectors by reference, in one call of the encoder."""
    encoder = CountingEncoder()
    away = UnavailableError("away")
    source = MemoryPictures({"red": RED, "bad": b"none", "away": away})

    found = PictureVectors(encoder, source).encode(["red", "bad", "away"])

    assert (["red"], {"away"}, 2) == (list(found.vectors), found.passing, encoder.n_images)
    assert {"bad", "away"} == set(found.errors)
