"""Copying page by page against a cluster that is busy or refuses."""

import json
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.client import Cluster
from diptych.errors import CredentialsError, RefusedError, UnavailableError
from diptych.mappings.engine import Elasticsearch
from diptych.plugin.paging import copy_pages
from diptych.settings import load_settings

_HITS = [
    {"_id": "a", "_source": {"title": "red"}, "sort": [0]},
    {"_id": "b", "_source": {"title": "blue"}, "_routing": "shop", "sort": [1]},
]


@pytest.fixture
def cluster(httpserver: HTTPServer) -> Iterator[Cluster]:
    """A client of the test's own server."""
    cluster = Cluster(load_settings(cluster_url=httpserver.url_for("").rstrip("/")))
    yield cluster
    cluster.close()


class _Node:
    """One page of two documents, and writes that end with the given statuses, in turn."""

    def __init__(self, server: HTTPServer, *statuses: int) -> None:
        self.actions: list[object] = []
        self.waits_s: list[float] = []
        self.n_done: list[int] = []
        self.sources: list[object] = []
        self.is_closed = False
        self._statuses = list(statuses)
        server.expect_request("/old/_pit", method="POST").respond_with_json({"id": "p1"})
        server.expect_request("/_search").respond_with_handler(self._search)
        server.expect_request("/new/_bulk").respond_with_handler(self._bulk)
        server.expect_request("/_pit", method="DELETE").respond_with_handler(self._close)

    def copy(self, cluster: Cluster) -> None:
        copy_pages(
            cluster,
            Elasticsearch((9, 5)),
            "old",
            "new",
            excludes=("diptych",),
            done=self.n_done.append,
            sleep=self.waits_s.append,
        )

    def _search(self, request: Request) -> Response:
        body = json.loads(request.data)
        self.sources.append(body["_source"])
        hits = [] if "search_after" in body else _HITS
        return _json({"pit_id": "p2", "hits": {"hits": hits}})

    def _bulk(self, request: Request) -> Response:
        lines = [json.loads(line) for line in request.data.splitlines()]
        self.actions += lines
        items = []
        for line in lines[::2]:
            status = self._statuses.pop(0) if self._statuses else 201
            error = {"error": {"type": "told", "reason": "as told"}} if status > 299 else {}
            items.append({"index": {"_id": line["index"]["_id"], "status": status, **error}})
        return _json({"items": items})

    def _close(self, request: Request) -> Response:
        self.is_closed = json.loads(request.data) == {"id": "p2"}
        return _json({})


def _json(body: object) -> Response:
    return Response(json.dumps(body), content_type="application/json")


def test_documents_are_written_whole_with_their_routing(
    cluster: Cluster, httpserver: HTTPServer
) -> None:
    """No pipeline runs, vectors are asked for, and the point in time is given back."""
    node = _Node(httpserver)

    node.copy(cluster)

    assert [
        {"index": {"_id": "a", "pipeline": "_none"}},
        {"title": "red"},
        {"index": {"_id": "b", "pipeline": "_none", "routing": "shop"}},
        {"title": "blue"},
    ] == node.actions
    assert {"excludes": ["diptych"], "exclude_vectors": False} == node.sources[0]
    assert ([2], True) == (node.n_done, node.is_closed)


def test_a_busy_cluster_is_asked_again_for_what_it_put_off(
    cluster: Cluster, httpserver: HTTPServer
) -> None:
    """Only that is sent again, after a pause that grows."""
    node = _Node(httpserver, 201, 429, 429)

    node.copy(cluster)

    ids = [
        line["index"]["_id"] for line in node.actions if isinstance(line, dict) and "index" in line
    ]
    assert ["a", "b", "b", "b"] == ids
    assert [0.25, 0.5] == node.waits_s


def test_a_cluster_that_stays_busy_ends_the_copy(cluster: Cluster, httpserver: HTTPServer) -> None:
    """Exit 75: the same can work later."""
    node = _Node(httpserver, *[429] * 100)

    with pytest.raises(UnavailableError, match="put off 2 documents of the copy 'new'"):
        node.copy(cluster)

    assert node.is_closed


@pytest.mark.parametrize(("status", "kind"), [(400, RefusedError), (403, CredentialsError)])
def test_a_document_that_is_refused_ends_the_copy(
    cluster: Cluster, httpserver: HTTPServer, status: int, kind: type[Exception]
) -> None:
    """A copy has every document or is none."""
    node = _Node(httpserver, 201, status)

    with pytest.raises(kind, match="'b' could not be copied: as told"):
        node.copy(cluster)

    assert node.is_closed
