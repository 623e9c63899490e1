"""Nodes of other engines than the usual one: each starts, searches by vector, and restarts."""

import json
from typing import Any

import pytest
import urllib3
from click.testing import CliRunner

from diptych.plugin.cli import diptych
from diptych.plugin.local.processes import stop_process
from diptych.plugin.local.stack import start_stack
from diptych.plugin.local.state import BROKER, CLUSTER, StackFolder, StackState

pytestmark = pytest.mark.integration


@pytest.fixture(params=["opensearch3", "elasticsearch"])
def other_stack(request: pytest.FixtureRequest) -> StackState:
    """The stack of each further engine in turn."""
    state: StackState = request.getfixturevalue(request.param)
    return state


def _call(url: str, method: str, path: str, body: object = None) -> Any:
    with urllib3.PoolManager() as pool:
        headers = {"content-type": "application/json"}
        answer = pool.request(
            method, url + path, body=None if body is None else json.dumps(body), headers=headers
        )
        return answer.json()


def _search_two(url: str, name: str, index: dict[str, Any], query: dict[str, Any]) -> Any:
    """(id, score) of what the query finds among the vectors (0.5, 0) and (0, 1)."""
    _call(url, "PUT", f"/{name}", index)
    for number, v in (("a", [0.5, 0.0]), ("b", [0.0, 1.0])):
        _call(url, "PUT", f"/{name}/_doc/{number}?refresh=true", {"v": v})
    hits = _call(url, "POST", f"/{name}/_search", query)["hits"]["hits"]
    _call(url, "DELETE", f"/{name}")
    return [(hit["_id"], hit["_score"]) for hit in hits]


def test_elasticsearch_finds_the_nearest_vector(elasticsearch_url: str) -> None:
    """The score of an inner product of 0.5 is 1.5, by the engine's rule."""
    method = {"similarity": "max_inner_product", "index_options": {"type": "hnsw"}}
    vector = {"type": "dense_vector", "dims": 2, **method}
    index = {"mappings": {"properties": {"v": vector}}}
    knn = {"field": "v", "query_vector": [1.0, 0.0], "k": 1, "num_candidates": 10}

    found = _search_two(elasticsearch_url, "test-local-nearest", index, {"knn": knn})

    assert [("a", pytest.approx(1.5))] == found


def test_opensearch_3_finds_the_nearest_vector(opensearch3_url: str) -> None:
    """The score of an inner product of 0.5 is 1.5, by the engine's rule."""
    method = {"name": "hnsw", "engine": "lucene", "space_type": "innerproduct"}
    vector = {"type": "knn_vector", "dimension": 2, "method": method}
    index = {"settings": {"index.knn": True}, "mappings": {"properties": {"v": vector}}}
    knn = {"knn": {"v": {"vector": [1.0, 0.0], "k": 1}}}

    found = _search_two(opensearch3_url, "test-local-nearest", index, {"query": knn})

    assert [("a", pytest.approx(1.5))] == found


def test_status_names_the_engine(other_stack: StackState) -> None:
    """With its version, as the node itself says it."""
    home = other_stack.data_dir.parent.parent
    arguments = ["local", "status", "--json", "--home-dir", str(home)]

    shown = json.loads(CliRunner().invoke(diptych, arguments).stdout)

    nodes = _call(other_stack.cluster_url, "GET", "/_nodes/_local?filter_path=nodes.*.version")
    assert other_stack.engine == shown["engine"]
    assert [shown["version"]] == [node["version"] for node in nodes["nodes"].values()]


def test_a_folder_with_data_of_another_engine_is_refused(other_stack: StackState) -> None:
    """The sentence names both engines and both ways out; what runs is left alone."""
    home = other_stack.data_dir.parent.parent
    before = StackFolder.of(home).live_parts()
    arguments = ["local", "up", "--engine", "opensearch-2", "--home-dir", str(home)]

    error = str(CliRunner().invoke(diptych, arguments).exception)

    assert f"holds the data of {other_stack.engine}, not of opensearch-2" in error
    assert "--home-dir" in error
    assert "--fresh" in error
    assert before == StackFolder.of(home).live_parts()


def test_a_restarted_node_has_its_data(
    other_stack: StackState, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It ends on SIGTERM; `up` without a name starts the folder's engine at the same address."""
    home = other_stack.data_dir.parent.parent
    if not home.is_relative_to(tmp_path_factory.getbasetemp()):
        pytest.skip("a node that others use is not restarted")
    before = StackFolder.of(home).live_parts()
    _call(other_stack.cluster_url, "PUT", "/test-local-kept/_doc/1", {"value": "kept"})
    stop_process(before[CLUSTER].process)

    state = start_stack(home, heap="512m", stop_with_parent=True, uses_usual_ports=False)

    kept = _call(state.cluster_url, "GET", "/test-local-kept/_doc/1")
    _call(state.cluster_url, "DELETE", "/test-local-kept")
    assert other_stack == state
    assert "kept" == kept["_source"]["value"]
    assert before[BROKER] == StackFolder.of(home).live_parts()[BROKER]
