"""What is not made hybrid goes on as it came; what may not go on is refused."""

import gzip
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from dropping_in import Both, dropin_app, ids, timeless
from serving import run_server
from shelf import Shelf, run_shelf

from diptych.client import Json
from diptych.encoding import EncodedImages, Role
from diptych.errors import UnavailableError
from diptych.testing import FakeEncoder
from diptych.vectors import Floats

pytestmark = pytest.mark.integration

WORDS: Json = {"match": {"title": "red dress"}}


class _DownEncoder(FakeEncoder):
    """An encoder service that does not answer."""

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """No answer."""
        raise UnavailableError("The encoder does not answer: start it.")

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """No answer."""
        raise UnavailableError("The encoder does not answer: start it.")


class _SlowEncoder(FakeEncoder):
    """An encoder that does not answer before the test is over."""

    def __init__(self) -> None:
        """Nothing is let through yet."""
        super().__init__()
        self.done = threading.Event()

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """Too late."""
        self.done.wait(30)
        return super().encode_texts(texts, role=role)


@pytest.fixture(scope="session")
def both(engine_shelf: Shelf) -> Iterator[Both]:
    """Each engine's shelf behind its node and behind Diptych."""
    with run_server(dropin_app(engine_shelf)) as server:
        yield Both(engine_shelf, server)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"query": WORDS, "sort": ["price", "_score"]}, "its sort is not led by _score"),
        ({"query": WORDS, "sort": {"_score": "asc"}}, "its sort is not led by _score"),
        ({"query": WORDS, "size": 0}, "it asks for no hits"),
        ({"query": WORDS, "profile": True}, "it asks for a profile"),
        (
            {"query": WORDS, "sort": ["_score", "price"], "search_after": [1.0, 12]},
            "it continues with search_after",
        ),
        (
            {"query": WORDS, "collapse": {"field": "colour", "inner_hits": {"name": "all"}}},
            "its collapse has inner hits",
        ),
        ({"query": {"match_all": {}}}, "its query scores no text"),
        ({"query": {"bool": {"filter": WORDS}}}, "its query scores no text"),
        ({}, "its query scores no text"),
        (
            {"query": {"query_string": {"query": "title:red AND price:<12"}}},
            "the text of a query_string has operators",
        ),
        (
            {"query": {"bool": {"should": [WORDS, {"match": {"description": "hat"}}]}}},
            "the query holds several texts; name one in ext.diptych.text",
        ),
        ({"query": {"match": {"title": "x" * 600}}}, "its text has over 512 characters"),
        (
            {"query": {"function_score": {"query": WORDS, "min_score": 1}}},
            "a function_score clause has a min_score of its own",
        ),
    ],
)
def test_a_forwarded_body_gets_the_engines_answer(both: Both, body: Json, reason: str) -> None:
    """And the answer says why."""
    answer, said = both.forwarded(body)

    assert reason == said
    assert _stable(both.direct(body)) == _stable(answer)


def _stable(answer: Json) -> Json:
    """Without times, and without the profile, which is made of them."""
    found: Json = timeless(answer)
    found.pop("profile", None)
    return found


def test_a_sort_in_body_and_address_goes_on(both: Both) -> None:
    """The engines join the two."""
    body: Json = {"query": WORDS, "sort": ["_score"]}

    _, reason = both.forwarded(body, "?sort=price:asc")

    assert "'sort' stands in its body and in its address" == reason


def test_one_of_several_texts_can_be_named(both: Both) -> None:
    """The other one is a constraint then."""
    query = {"bool": {"must": [WORDS, {"match": {"description": "hat"}}]}}

    answer = both.hybrid({"query": query, "ext": {"diptych": {"text": "Red dress"}}, "size": 30})

    assert all("hat" in hit["_source"]["description"] for hit in answer["hits"]["hits"])


def test_hybrid_can_be_switched_off(both: Both) -> None:
    """The engine does not see what was meant for Diptych."""
    answer, reason = both.forwarded({"query": WORDS, "ext": {"diptych": {"off": True}}})

    assert "ext.diptych.off is set" == reason
    assert timeless(both.direct({"query": WORDS})) == timeless(answer)


def test_half_a_character_goes_on(both: Both) -> None:
    """A search box that cuts an emoji in two sends one."""
    body = b'{"query": {"match": {"title": "red \\ud83d dress"}}}'

    status, answer, headers = both.server.ask(f"/{both.shelf.index}/_search", body)

    assert 200 == status
    assert headers["x-diptych"].startswith("forwarded")
    assert ids(both.direct({"query": WORDS})) == ids(answer)


def test_a_compressed_body_is_read_and_passed_on(both: Both) -> None:
    """Whether it becomes hybrid or not."""
    where = f"/{both.shelf.index}/_search"
    for body, verdict in (
        ({"query": WORDS}, "hybrid"),
        ({"query": {"match_all": {}}}, "forwarded"),
    ):
        sent = gzip.compress(json.dumps(body).encode())

        status, answer, headers = both.server.ask(where, sent, headers={"content-encoding": "gzip"})

        assert 200 == status
        assert headers["x-diptych"].startswith(verdict)
        assert 10 == len(answer["hits"]["hits"])


def test_a_compressed_answer_stays_compressed(both: Both) -> None:
    """The client asked for it, and decodes it."""
    where = f"/{both.shelf.index}/_search?size=100"

    _, answer, headers = both.server.ask(
        where, {"query": {"match_all": {}}}, headers={"accept-encoding": "gzip"}
    )

    assert "gzip" == headers["content-encoding"]
    assert 100 == len(answer["hits"]["hits"])


def test_several_searches_are_answered_in_their_order(both: Both) -> None:
    """Hybrid ones and forwarded ones, in one request, each as if it were alone."""
    index = both.shelf.index
    bodies: list[Json] = [
        {"query": WORDS, "size": 3},
        {"query": {"match_all": {}}, "size": 2, "sort": ["price"]},
        {"query": WORDS, "sort": ["_score", "price"], "size": 2, "ext": {"diptych": {}}},
        {"query": WORDS, "collapse": {"field": "title"}},
    ]
    lines = [line for body in bodies for line in ({"index": index, "preference": "_local"}, body)]
    sent = "\n".join([*map(json.dumps, lines), ""]).encode()

    status, answer, headers = both.server.ask(
        "/_msearch", sent, headers={"content-type": "application/x-ndjson"}
    )

    assert 200 == status
    assert 'mixed; hybrid="0 2 3"; reason="its sort is not led by _score"' == headers["x-diptych"]
    first, second, third, fourth = answer["responses"]
    assert timeless(both.hybrid(bodies[0]))["hits"] == first["hits"]
    assert timeless(both.direct(bodies[1]))["hits"] == second["hits"]
    assert both.hybrid(bodies[2])["hits"] == third["hits"]
    assert [200, 200, 200, 400] == [response["status"] for response in answer["responses"]]
    assert "error" in fourth


def test_several_searches_that_are_not_hybrid_go_on_together(both: Both) -> None:
    """The index of the path holds where a header names none."""
    lines: list[Json] = [{}, {"query": {"match_all": {}}, "size": 1}] * 2
    sent = "\n".join([*map(json.dumps, lines), ""]).encode()

    _, answer, headers = both.server.ask(
        f"/{both.shelf.index}/_msearch", sent, headers={"content-type": "application/x-ndjson"}
    )

    assert 'forwarded; reason="its query scores no text"' == headers["x-diptych"]
    assert [1, 1] == [len(response["hits"]["hits"]) for response in answer["responses"]]


def test_reads_are_passed_on(both: Both) -> None:
    """Documents by id, counts, the existence of an index, the cluster's health."""
    index = both.shelf.index
    ask = both.server.ask
    source = both.shelf.sources["p1"]

    assert source == ask(f"/{index}/_doc/p1?_source_excludes=diptych*")[1]["_source"]
    assert source["title"] == ask(f"/{index}/_source/p1")[1]["title"]
    assert 404 == ask(f"/{index}/_doc/none")[0]
    assert 50 == ask(f"/{index}/_count", {"query": {"term": {"colour": "red"}}})[1]["count"]
    found = ask(f"/{index}/_mget", {"ids": ["p1", "none"]})[1]["docs"]
    assert [True, False] == [doc["found"] for doc in found]
    assert [200, 200] == [ask(f"/{it}", method="HEAD")[0] for it in (index, f"{index}/_doc/p1")]
    assert "status" in ask("/_cluster/health")[1]


def test_a_scroll_is_passed_on_to_its_end(both: Both) -> None:
    """From its first search to its clearing."""
    where = f"/{both.shelf.index}/_search?scroll=1m&size=200"
    _, first, headers = both.server.ask(where, {"query": WORDS, "sort": ["_doc"]})
    context = {"scroll_id": first["_scroll_id"]}

    _, second, _ = both.server.ask("/_search/scroll", {**context, "scroll": "1m"})
    cleared, _, _ = both.server.ask("/_search/scroll", context, method="DELETE")

    assert "the parameter 'scroll'" in headers["x-diptych"]
    assert not set(ids(first)) & set(ids(second))
    assert 200 == cleared


def test_a_search_goes_on_while_the_encoder_is_away(engine_shelf: Shelf) -> None:
    """By keyword alone, and the answer says so."""
    with run_server(dropin_app(engine_shelf, encoder=_DownEncoder())) as server:
        both = Both(engine_shelf, server)
        _, answer, headers = server.ask(f"/{engine_shelf.index}/_search", {"query": WORDS})

    assert headers["x-diptych"].startswith("forwarded")
    assert "The encoder does not answer: start it." == headers["x-diptych-degraded"]
    assert timeless(both.direct({"query": WORDS})) == timeless(answer)


def test_an_index_without_vectors_is_searched_by_keyword(engine_shelf: Shelf) -> None:
    """As it is before the first embedding."""
    with run_shelf(engine_shelf.cluster, 5, engine=engine_shelf.engine) as shelf:
        shelf.cluster.call("DELETE", f"/{shelf.index}/_doc/p1", params={"refresh": "true"})
        for name in ("p2", "p3", "p4"):
            where = f"/{shelf.index}/_doc/{name}"
            shelf.cluster.call("PUT", where, body=shelf.sources[name], params={"refresh": "true"})
        with run_server(dropin_app(shelf)) as server:
            body = {"query": {"match": {"title": "dress"}}}
            _, answer, headers = server.ask(f"/{shelf.index}/_search", body)
            direct = Both(shelf, server).direct(body)

    assert "No product that this query finds has a vector yet." == headers["x-diptych-degraded"]
    assert sorted(ids(direct)) == sorted(ids(answer))


LOOKUP: Json = {"terms": {"colour": {"index": "secret", "id": "1", "path": "colour"}}}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/secret/_search", {"query": WORDS}),
        ("/_search", {"query": WORDS}),
        ("/_all/_search", {"query": WORDS}),
        ("/*/_search", {"query": WORDS}),
        ("/{index},secret/_search", {"query": WORDS}),
        ("/{index},-secret/_search", {"query": WORDS}),
        ("/diptych-state/_search", {"query": WORDS}),
        ("/%2A/_search", {"query": WORDS}),
        ("/%64iptych-state/_search", {"query": WORDS}),
        ("/%3Csecret-%7Bnow%2Fd%7D%3E/_search", {"query": WORDS}),
        ("/remote:secret/_search", {"query": WORDS}),
        ("/{index}/_search?index=secret", {"query": WORDS}),
        ("/{index}/_search", {"query": {"bool": {"must": WORDS, "filter": LOOKUP}}}),
        ("/{index}/_count", {"query": LOOKUP}),
        (
            "/{index}/_search",
            {"query": {"more_like_this": {"like": [{"_index": "secret", "_id": "1"}]}}},
        ),
        ("/{index}/_search", {"aggs": {"a": {"filter": LOOKUP}}}),
        ("/{index}/_mget", {"docs": [{"_index": "secret", "_id": "1"}]}),
        ("/_mget", {"docs": [{"_id": "1"}]}),
        ("/secret/_doc/1", None),
        ("/{index}/_doc/..", None),
        ("/{index}/_mapping", None),
        ("/_cat/indices", None),
        ("/_cluster/health?level=indices", None),
        ("/{index}/_search/template", {"source": {}}),
        ("/_search/scroll", {"scroll_id": "_all"}),
        ("/_plugins/_security/api/roles", None),
    ],
)
def test_what_is_not_served_is_refused(both: Both, path: str, body: Json | None) -> None:
    """However it is written, and before the cluster hears of it."""
    status, answer, _ = both.server.ask(path.format(index=both.shelf.index), body)

    assert 403 == status == answer["status"]
    assert "diptych_exception" == answer["error"]["type"]


def test_a_shops_index_may_be_called_like_our_own(shelf: Shelf) -> None:
    """The demonstration's index is: what has a contract holds products."""
    name = f"diptych-{shelf.index}"
    alias = {"index": shelf.index, "alias": name}
    shelf.cluster.call("POST", "/_aliases", body={"actions": [{"add": alias}]})

    with run_server(dropin_app(replace(shelf, index=name))) as server:
        status, _, headers = server.ask(f"/{name}/_search", {"query": WORDS})
    shelf.cluster.call("POST", "/_aliases", body={"actions": [{"remove": alias}]})

    assert (200, "hybrid") == (status, headers["x-diptych"])


@pytest.mark.parametrize(
    "lines",
    [
        [{"index": "secret"}, {"query": WORDS}],
        [{"index": ["{index}", "secret"]}, {"query": WORDS}],
        [{"index": []}, {"query": WORDS}],
        [{"index": ""}, {"query": WORDS}],
        [{}, {"query": WORDS}],
        [{"index": "{index}", "indices": "secret"}, {"query": WORDS}],
        [{"index": "{index}"}, {"query": LOOKUP}],
    ],
)
def test_no_line_of_several_searches_reaches_another_index(both: Both, lines: list[Json]) -> None:
    """Nor all of them, by naming none."""
    text = "\n".join([*map(json.dumps, lines), ""]).replace("{index}", both.shelf.index)

    status, answer, _ = both.server.ask(
        "/_msearch", text.encode(), headers={"content-type": "application/x-ndjson"}
    )

    assert 403 == status == answer["status"]


@pytest.mark.parametrize("kind", ["application/yaml", "application/smile", "text/plain", ""])
def test_only_json_is_taken(both: Both, kind: str) -> None:
    """What cannot be read here could name anything."""
    where = f"/{both.shelf.index}/_search"

    status, _, _ = both.server.ask(
        where, b"query:\n  match_all: {}", headers={"content-type": kind}
    )

    assert 415 == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/{index}/_doc/p1"),
        ("POST", "/{index}/_doc"),
        ("DELETE", "/{index}/_doc/p1"),
        ("POST", "/{index}/_update/p1"),
        ("POST", "/_bulk"),
        ("POST", "/{index}/_delete_by_query"),
        ("DELETE", "/{index}"),
        ("PUT", "/{index}/_settings"),
    ],
)
def test_writes_are_refused(both: Both, method: str, path: str) -> None:
    """In the engines' own form, so that a client raises its own error."""
    status, answer, _ = both.server.ask(path.format(index=both.shelf.index), {}, method=method)

    assert 403 == status == answer["status"]


def test_writes_are_passed_on_where_that_is_wanted(engine_shelf: Shelf) -> None:
    """To the served indexes alone."""
    with (
        run_shelf(engine_shelf.cluster, 3, engine=engine_shelf.engine) as shelf,
        run_server(dropin_app(shelf, proxy_writes=True)) as server,
    ):
        index, lines = shelf.index, {"content-type": "application/x-ndjson"}
        product = {"title": "blue boat"}
        bulk: list[Json] = [
            {"index": {"_id": "q2"}},
            product,
            {"delete": {"_index": index, "_id": "p0"}},
        ]
        stray: list[Json] = [{"index": {"_index": "secret"}}, product]

        created = server.ask(f"/{index}/_doc/q1", product, method="PUT")
        loaded = server.ask(f"/{index}/_bulk?refresh=true", _lines(bulk), headers=lines)
        refused = server.ask(f"/{index}/_bulk", _lines(stray), headers=lines)
        count = server.ask(f"/{index}/_count")
        deleted = server.ask(f"/{index}", method="DELETE")

    assert (201, 200, 403, 403) == (created[0], loaded[0], refused[0], deleted[0])
    assert [201, 200] == [next(iter(item.values()))["status"] for item in loaded[1]["items"]]
    assert 4 == count[1]["count"]


def _lines(values: Sequence[Json]) -> bytes:
    return "\n".join([*map(json.dumps, values), ""]).encode()


def test_a_slow_encoder_is_not_waited_for(shelf: Shelf) -> None:
    """The time budget of the service holds here too."""
    encoder = _SlowEncoder()
    try:
        with run_server(dropin_app(shelf, encoder=encoder, timeout_s=0.2)) as server:
            _, answer, headers = server.ask(f"/{shelf.index}/_search", {"query": WORDS})
    finally:
        encoder.done.set()

    assert headers["x-diptych"].startswith("forwarded")
    assert "x-diptych-degraded" in headers
    assert 10 == len(answer["hits"]["hits"])
