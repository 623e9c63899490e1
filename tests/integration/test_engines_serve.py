"""The server over each engine: the simple call, suggestions, and what an index can name."""

from collections.abc import Iterator

import pytest
from serving import Server, run_server, shelf_app
from shelf import Shelf

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server(engine_shelf: Shelf) -> Iterator[Server]:
    """Open to everybody on this machine."""
    with run_server(shelf_app(engine_shelf)) as server:
        yield server


def test_the_simple_call_answers_over_http(server: Server, engine_shelf: Shelf) -> None:
    """Words, filters, facets, highlights and explanations in one answer, and its neighbours."""
    where = f"/indexes/{engine_shelf.index}"
    body = {
        "text": "red dress",
        "filters": {"colour": "red", "price": {"gte": 10}},
        "facets": ["brand"],
        "highlight": True,
        "explain": True,
    }

    status, answer, _ = server.ask(f"{where}/search", body)
    _, similar, _ = server.ask(f"{where}/similar/{answer['hits'][0]['id']}", method="POST")

    first = answer["hits"][0]
    assert (200, False) == (status, answer["degraded"])
    assert ("red dress", {"red"}) == (
        first["source"]["title"],
        {hit["source"]["colour"] for hit in answer["hits"]},
    )
    assert "<em>red</em>" in first["highlight"]["title"][0]
    assert first["score"] == pytest.approx(sum(first["explain"]["parts"].values()), abs=1e-3)
    assert {f"Maker {i}" for i in range(5)} == {
        value["value"] for value in answer["facets"]["brand"]
    }
    assert first["id"] not in [hit["id"] for hit in similar["hits"]]


def test_titles_are_suggested_while_words_are_typed(server: Server, engine_shelf: Shelf) -> None:
    """By the beginning of the last word."""
    _, answer, _ = server.ask(f"/indexes/{engine_shelf.index}/suggest", {"text": "red sh"})

    assert {"suggestions": ["red shirt"]} == answer
