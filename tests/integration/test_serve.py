"""The simple call over HTTP on a real index: answers, problems, keys, limits."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dropping_in import dropin_app
from serving import Server, run_server, shelf_app
from shelf import Shelf

from diptych.client import Cluster
from diptych.errors import UnavailableError
from diptych.plugin.serve.app import make_app
from diptych.plugin.serve.gate import Gate
from diptych.plugin.serve.key_file import create_key
from diptych.plugin.serve.keys import KeyRing
from diptych.plugin.serve.service import Service
from diptych.query.cached_encoder import CachedEncoder
from diptych.query.criteria import Filter
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.remote_encoder import RemoteEncoder
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def server(shelf: Shelf) -> Iterator[Server]:
    """Open to everybody on this machine."""
    app = shelf_app(shelf, cors_origins=["https://shop.example"], hosts=["127.0.0.1"])
    with run_server(app) as server:
        yield server


def test_the_answer_is_the_searchers(server: Server, shelf: Shelf, searcher: Searcher) -> None:
    """Ids and scores are those of the same request in Python."""
    body = {"text": "red dress", "filters": {"colour": ["red", "pink"]}, "size": 3}
    filters = (Filter("colour", "red"), Filter("colour", "pink"))
    expected = searcher.search(
        shelf.index, SearchRequest(text="red dress", filters=filters, size=3)
    )

    status, answer, _ = server.ask(f"/indexes/{shelf.index}/search", body)

    assert 200 == status
    assert [hit.id for hit in expected.hits] == [hit["id"] for hit in answer["hits"]]
    assert [hit.score for hit in expected.hits] == pytest.approx(
        [hit["score"] for hit in answer["hits"]]
    )
    assert (expected.total, False) == (answer["total"], answer["degraded"])
    assert not {"diptych", "diptych_vector"} & set(answer["hits"][0]["source"])


def test_similar_leaves_the_product_itself_out(server: Server, shelf: Shelf) -> None:
    """No body is needed."""
    _, answer, _ = server.ask(f"/indexes/{shelf.index}/similar/p1", method="POST")

    assert 10 == len(answer["hits"])
    assert "p1" not in [hit["id"] for hit in answer["hits"]]


def test_a_photo_in_base64_is_searched_by(server: Server, shelf: Shelf) -> None:
    """And one that is no picture is the caller's mistake."""
    where = f"/indexes/{shelf.index}/search"
    photo, other = (base64.b64encode(data).decode() for data in (b"picture of a hat", b"no"))

    found, _, _ = server.ask(where, {"image": photo})
    refused, answer, headers = server.ask(where, {"image": other})

    assert (200, 400) == (found, refused)
    assert PROBLEM == headers["content-type"]
    assert "Store a JPEG file." == answer["fix"]


def test_suggestions_are_titles_that_begin_so(server: Server, shelf: Shelf) -> None:
    """Each title once, however many products bear it; by body or by address."""
    where = f"/indexes/{shelf.index}/suggest"

    _, by_body, _ = server.ask(where, {"text": "red sh", "size": 3})
    _, by_address, _ = server.ask(f"{where}?text=red%20sh&size=3")

    assert {"suggestions": ["red shirt"]} == by_body == by_address


def test_operators_in_words_to_complete_are_words(server: Server, shelf: Shelf) -> None:
    """Nothing of a query language is understood."""
    _, answer, _ = server.ask(f"/indexes/{shelf.index}/suggest", {"text": 'title:* OR "*'})

    assert {"suggestions": []} == answer


def test_the_index_says_what_can_be_named(server: Server, shelf: Shelf) -> None:
    """Fields with their kinds; nothing of Diptych's own."""
    _, answer, _ = server.ask(f"/indexes/{shelf.index}")

    kinds = {field["name"]: field["kind"] for field in answer["fields"]}
    assert (["title", "description"], "image") == (answer["text_fields"], answer["image_field"])
    expected = {"brand": "words", "colour": "words", "price": "number", "in_stock": "boolean"}
    assert expected.items() <= kinds.items()
    assert [] == [name for name in kinds if name.startswith("diptych")]


def test_health_says_that_the_models_are_away(shelf: Shelf) -> None:
    """One that was named, and does not answer; searches go on by keyword."""
    gone = CachedEncoder(RemoteEncoder("http://127.0.0.1:9"))
    app = shelf_app(shelf, encoder_for=lambda _: gone)
    with run_server(app) as server:
        status, answer, _ = server.ask("/health")

    assert 200 == status
    assert ("degraded", "up", "down") == (answer["status"], answer["cluster"], answer["encoder"])


def test_health_names_what_it_rests_on(server: Server) -> None:
    """Cluster and models are there."""
    status, answer, _ = server.ask("/health")

    assert 200 == status
    assert ("ok", "up", "up") == (answer["status"], answer["cluster"], answer["encoder"])


@pytest.mark.parametrize(
    ("body", "fix"),
    [
        ({"text": "a", "query": {}}, "Correct its name or leave it out; see /openapi.json."),
        ({"text": ["a"]}, "Correct the request; /openapi.json has its form."),
        ({}, "Give words, a picture or a product."),
        (b"{", "Send a JSON object."),
    ],
)
def test_a_wrong_request_is_a_problem_with_its_remedy(
    server: Server, shelf: Shelf, body: object, fix: str
) -> None:
    """RFC 9457, and what to do."""
    status, answer, headers = server.ask(f"/indexes/{shelf.index}/search", body)

    assert (400, PROBLEM) == (status, headers["content-type"])
    assert (400, "Bad Request", fix) == (answer["status"], answer["title"], answer["fix"])


def test_a_body_without_its_content_type_is_told_so(server: Server, shelf: Shelf) -> None:
    """As curl's `-d` sends it."""
    form = {"content-type": "application/x-www-form-urlencoded"}

    status, answer, _ = server.ask(f"/indexes/{shelf.index}/search", {"text": "red"}, headers=form)

    assert (400, "Send the header `content-type: application/json`.") == (status, answer["fix"])


@pytest.mark.parametrize("index", ["diptych-state", ".kibana", "*", "_all", "nosuch", "a%2Fb"])
def test_only_served_indexes_are_there(server: Server, index: str) -> None:
    """Whatever the name would mean to the cluster."""
    status, _, headers = server.ask(f"/indexes/{index}/search", {"text": "a"})

    assert (404, PROBLEM) == (status, headers["content-type"])


def test_a_slip_in_an_address_is_not_taken_for_the_clusters(shelf: Shelf) -> None:
    """The drop-in address, which takes every other path, would speak of the cluster."""
    with run_server(dropin_app(shelf)) as server:
        slip, answer, headers = server.ask(f"/indexes/{shelf.index}/serch", {"text": "a"})
        read, _, allowed = server.ask(f"/indexes/{shelf.index}/search")

    assert (404, PROBLEM) == (slip, headers["content-type"])
    assert "See /openapi.json for the addresses and their methods." == answer["fix"]
    assert (405, "POST") == (read, allowed["allow"])


def test_a_key_is_asked_for_and_limits_what_is_seen(shelf: Shelf, tmp_path: Path) -> None:
    """401 without; with it, its own fields, in hits, counts and descriptions."""
    secret = create_key(tmp_path / "keys.json", "shop", fields=["title", "colour"])
    headers = {"x-api-key": secret}
    where = f"/indexes/{shelf.index}"
    with run_server(shelf_app(shelf, keys=KeyRing(tmp_path / "keys.json"))) as server:
        without, _, _ = server.ask(f"{where}/search", {"text": "red"})
        _, found, _ = server.ask(f"{where}/search", {"text": "red"}, headers=headers)
        spying, _, _ = server.ask(
            f"{where}/search", {"text": "red", "facets": ["cost"]}, headers=headers
        )
        _, description, _ = server.ask(where, headers=headers)

    assert (401, 400) == (without, spying)
    assert {"title", "colour"} == set(found["hits"][0]["source"])
    assert "highlight" not in found["hits"][0]
    assert ["colour"] == [field["name"] for field in description["fields"]]


def test_a_shop_of_another_address_may_search_from_a_browser(server: Server, shelf: Shelf) -> None:
    """Those that are set, and no other."""
    where = f"/indexes/{shelf.index}/search"
    preflight = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-api-key",
    }
    allowed = []
    for origin in ("https://shop.example", "https://evil.example"):
        headers = {"origin": origin, **preflight}
        answer = server.pool.request("OPTIONS", server.url + where, headers=headers)
        allowed.append(answer.headers.get("access-control-allow-origin"))

    assert ["https://shop.example", None] == allowed


def test_the_log_has_no_words_of_the_shopper(
    server: Server, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """Method, path, status, time."""
    with caplog.at_level(logging.INFO, logger="diptych.plugin.serve.access_log"):
        server.ask(f"/indexes/{shelf.index}/suggest?text=secret")

    lines = [record.getMessage() for record in caplog.records if "/suggest" in record.getMessage()]
    logged = [line for line in lines if line.startswith(f"GET /indexes/{shelf.index}/suggest 200")]
    assert 1 == len(logged)
    assert "secret" not in logged[0]


def test_another_name_of_this_machine_is_refused(server: Server) -> None:
    """A site whose name is pointed here reads nothing."""
    status, _, _ = server.ask("/health", headers={"host": "evil.example"})

    assert 421 == status


class _Unplugged(Cluster):
    """A cluster that goes away when it is told to."""

    is_away = False

    def call(self, *given: Any, **named: Any) -> Any:
        if self.is_away:
            raise UnavailableError(f"The cluster at {self.url} does not answer: start it.")
        return super().call(*given, **named)


def test_a_cluster_that_goes_away_is_told_from_a_server_that_does(shelf: Shelf) -> None:
    """The process lives, says what is missing, and tells nobody where the cluster was."""
    cluster = _Unplugged(load_settings(cluster_url=shelf.cluster.url))
    service = Service(cluster, shelf.engine, [shelf.index], lambda _: shelf.encoder)
    with run_server(make_app(service, Gate([shelf.index]))) as server:
        cluster.is_away = True
        status, answer, headers = server.ask(f"/indexes/{shelf.index}/search", {"text": "red"})
        alive, health, _ = server.ask("/health")
    cluster.close()

    assert (503, "2") == (status, headers["retry-after"])
    assert shelf.cluster.url not in str(answer)
    assert (200, "degraded", "down") == (alive, health["status"], health["cluster"])
