"""Unmodified clients: the same application against its cluster and against Diptych."""

from collections.abc import Iterator
from typing import Any

import elasticsearch
import opensearchpy
import opensearchpy.helpers
import pytest
from alike import SEARCHES, WORDS, check_alike
from dropping_in import dropin_app
from serving import run_server
from shelf import Shelf, run_shelf

from diptych.client import Cluster, Json
from diptych.mappings.engine import detect_engine
from diptych.settings import load_settings

pytestmark = pytest.mark.integration


def _shop(client: Any, index: str, *, bodies: bool) -> dict[str, Any]:
    """What a shop's back-end does with either Python client."""

    def search(body: Json) -> Any:
        given = {"body": body} if bodies else body
        return client.search(index=index, **given)

    found: dict[str, Any] = {name: _plain(search(body)) for name, body in SEARCHES.items()}
    found["count"] = _plain(client.count(index=index, **_query(WORDS, bodies)))
    found["get"] = _plain(client.get(index=index, id="p1", _source_includes=["title"]))
    found["mget"] = _plain(client.mget(index=index, **_named({"ids": ["p1", "p2"]}, bodies)))
    found["exists"] = {"found": bool(client.exists(index=index, id="p1"))}
    found["index"] = {"found": bool(client.indices.exists(index=index))}
    lines = [{"index": index}, SEARCHES["plain"], {"index": index}, SEARCHES["cheapest"]]
    answer = _plain(client.msearch(**({"body": lines} if bodies else {"searches": lines})))
    found["plain"], found["cheapest"] = answer["responses"]
    return found


def _plain(answer: Any) -> Any:
    return answer.body if hasattr(answer, "body") else answer


def _query(query: Json, bodies: bool) -> Json:
    return {"body": {"query": query}} if bodies else {"query": query}


def _named(body: Json, bodies: bool) -> Json:
    return {"body": body} if bodies else body


def test_opensearch_py_does_not_notice(shelf: Shelf) -> None:
    """It finds the same, and more; it pings, scans, and is told that it may not write."""
    with run_server(dropin_app(shelf)) as server:
        direct = opensearchpy.OpenSearch(shelf.cluster.url)
        ours = opensearchpy.OpenSearch(server.url, http_compress=True)

        assert ours.ping()
        assert direct.info() == ours.info()
        check_alike(_shop(direct, shelf.index, bodies=True), _shop(ours, shelf.index, bodies=True))
        scanned = opensearchpy.helpers.scan(ours, index=shelf.index, query={"query": WORDS})
        assert 85 == len({hit["_id"] for hit in scanned})
        page = ours.search(index=shelf.index, body={"query": WORDS}, size=3, from_=2)
        assert 3 == len(page["hits"]["hits"])
        with pytest.raises(opensearchpy.AuthorizationException, match="--proxy-writes"):
            ours.index(index=shelf.index, id="q", body={})
        for client in (direct, ours):
            client.close()


@pytest.fixture
def elastic_shelf(elasticsearch_url: str) -> Iterator[Shelf]:
    """The shelf on Elasticsearch."""
    cluster = Cluster(load_settings(cluster_url=elasticsearch_url))
    with run_shelf(cluster, engine=detect_engine(cluster)) as shelf:
        yield shelf
    cluster.close()


def test_elasticsearch_py_does_not_notice(elastic_shelf: Shelf) -> None:
    """Neither by the form of the answers nor by the header that it looks for."""
    index = elastic_shelf.index
    with run_server(dropin_app(elastic_shelf)) as server:
        direct = elasticsearch.Elasticsearch(elastic_shelf.cluster.url)
        ours = elasticsearch.Elasticsearch(server.url, http_compress=True)

        check_alike(_shop(direct, index, bodies=False), _shop(ours, index, bodies=False))
        context = ours.open_point_in_time(index=index, keep_alive="1m")["id"]
        read = ours.search(pit={"id": context}, query=WORDS, size=3)
        ours.close_point_in_time(id=context)
        assert 3 == len(read["hits"]["hits"])
        with pytest.raises(elasticsearch.AuthorizationException, match="--proxy-writes"):
            ours.index(index=index, id="q", document={})
        with pytest.raises(elasticsearch.BadRequestError):
            ours.search(index=index, query={"match": {"title": {"query": "x", "odd": 1}}})
        for client in (direct, ours):
            client.close()
