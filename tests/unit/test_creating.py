"""A new index where the cluster lacks what its words want."""

import json
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.client import Cluster, Json
from diptych.errors import RefusedError
from diptych.mappings.engine import OpenSearch
from diptych.plugin.creating import create_index
from diptych.settings import load_settings

_REFUSAL = {"error": {"type": "mapper_parsing_exception", "reason": "no"}, "status": 400}


@pytest.fixture
def cluster(httpserver: HTTPServer) -> Iterator[Cluster]:
    """A client of the test's own server."""
    cluster = Cluster(load_settings(cluster_url=httpserver.url_for("").rstrip("/")))
    yield cluster
    cluster.close()


class _Node:
    """Knows the given analyzers and takes an index whose fields use no other."""

    def __init__(self, server: HTTPServer, *analyzers: str, is_willing: bool = True) -> None:
        self.created: list[Json] = []
        self._analyzers = analyzers
        self._is_willing = is_willing
        server.expect_request("/_analyze").respond_with_handler(self._analyze)
        server.expect_request("/shop", method="PUT").respond_with_handler(self._create)

    def _analyze(self, request: Request) -> Response:
        return self._answer(json.loads(request.data)["analyzer"] in self._analyzers)

    def _create(self, request: Request) -> Response:
        title = json.loads(request.data)["mappings"]["properties"]["title"]
        wanted = {field.get("analyzer") for field in (title, *title["fields"].values())}
        is_able = self._is_willing and wanted <= {None, "standard", *self._analyzers}
        self.created += [title] if is_able else []
        return self._answer(is_able)

    def _answer(self, is_good: bool) -> Response:
        body = json.dumps({} if is_good else _REFUSAL)
        return Response(body, 200 if is_good else 400, content_type="application/json")


def create(cluster: Cluster) -> tuple[str, ...]:
    """The sentences about a new index with titles."""
    return create_index(cluster, OpenSearch(), "shop", text_fields=("title",), image_field=None)


def test_a_refusal_for_another_reason_stays_a_refusal(
    cluster: Cluster, httpserver: HTTPServer
) -> None:
    """Where no analyzer is missing, a second try would end alike."""
    node = _Node(httpserver, "cjk", "english", is_willing=False)

    with pytest.raises(RefusedError, match="mapper_parsing_exception"):
        create(cluster)

    assert [] == node.created


def test_only_the_analyzer_that_is_missing_is_replaced(
    cluster: Cluster, httpserver: HTTPServer
) -> None:
    """A cluster without `english` still splits Chinese into pairs."""
    node = _Node(httpserver, "cjk")

    (said,) = create(cluster)

    assert ["cjk"] == [title["analyzer"] for title in node.created]
    assert "english" not in node.created[0]["fields"]
    assert "no analyzer english, so in this index English is found only with" in said


def test_standard_takes_the_place_of_cjk(cluster: Cluster, httpserver: HTTPServer) -> None:
    """Every cluster has it."""
    node = _Node(httpserver, "english")

    create(cluster)

    assert [("standard", True)] == [(t["analyzer"], "english" in t["fields"]) for t in node.created]
