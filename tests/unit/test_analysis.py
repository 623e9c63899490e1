"""Which analysis a new index gets, by what its cluster has."""

from collections.abc import Collection

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.client import Cluster, Json, to_json
from diptych.mappings.languages import chinese_mapping, words_mapping
from diptych.settings import load_settings

IK = {"type": "text", "analyzer": "ik_max_word", "search_analyzer": "ik_smart"}
SMARTCN = {"type": "text", "analyzer": "smartcn", "search_analyzer": "smartcn"}


def cluster_with(server: HTTPServer, analyzers: Collection[str], *, status: int = 400) -> Cluster:
    """A cluster that analyses by these alone."""

    def analyze(request: Request) -> Response:
        name = request.get_json()["analyzer"]
        reason = f"failed to find global analyzer [{name}]"
        error: Json = {"error": {"type": "illegal_argument_exception", "reason": reason}}
        if name in analyzers:
            return Response(to_json({"tokens": []}), mimetype="application/json")
        return Response(to_json(error), status, mimetype="application/json")

    server.expect_request("/_analyze").respond_with_handler(analyze)
    return Cluster(load_settings(cluster_url=server.url_for("").rstrip("/")))


@pytest.mark.parametrize(
    ("analyzers", "expected"),
    [
        ({"ik_max_word", "ik_smart", "smartcn"}, IK),
        ({"smartcn"}, SMARTCN),
        ({"ik_smart", "smartcn"}, SMARTCN),
        ({"cjk", "english"}, None),
    ],
)
def test_chinese_words_are_known_by_the_best_plugin_that_is_installed(
    httpserver: HTTPServer, analyzers: Collection[str], expected: Json | None
) -> None:
    """IK before smartcn before none; IK only where both of its analyzers are there."""
    assert expected == chinese_mapping(cluster_with(httpserver, analyzers))


def test_a_user_who_may_not_ask_gets_what_every_cluster_has(httpserver: HTTPServer) -> None:
    """`_analyze` is a privilege of its own, and an install does without it."""
    assert chinese_mapping(cluster_with(httpserver, (), status=403)) is None


def test_the_chinese_subfield_stands_beside_the_others() -> None:
    """The field itself keeps pairs of characters, which miss nothing."""
    mapping = words_mapping((), chinese=SMARTCN)

    assert "cjk" == mapping["analyzer"]
    assert ["english", "keyword", "chinese"] == list(mapping["fields"])
    assert "chinese" not in words_mapping((), chinese=None)["fields"]


def test_a_cluster_without_language_analyzers_gets_standard() -> None:
    """Single characters, and no second field that would repeat the first."""
    mapping = words_mapping(("cjk", "english"), chinese=None)

    assert "standard" == mapping["analyzer"]
    assert ["keyword"] == list(mapping["fields"])
