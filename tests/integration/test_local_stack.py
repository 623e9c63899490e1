"""The life of a local stack on the real servers."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import urllib3
from click.testing import CliRunner

from diptych.plugin.cli import diptych
from diptych.plugin.local.processes import is_alive
from diptych.plugin.local.stack import read_state, run_stack, start_stack
from diptych.plugin.local.state import BROKER, CLUSTER, StackFolder, StackState

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def home(stack: StackState, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home folder of a stack that these tests may stop and kill."""
    folder = tmp_path_factory.mktemp("own-home")
    with run_stack(folder):
        yield folder


def _home_of(stack: StackState) -> Path:
    return stack.data_dir.parent.parent


def _up(home: Path, *, fresh: bool = False) -> StackState:
    return start_stack(
        home, fresh=fresh, heap="512m", stop_with_parent=True, uses_usual_ports=False
    )


def _call(url: str, method: str, path: str, body: object = None) -> Any:
    with urllib3.PoolManager() as pool:
        headers = {"content-type": "application/json"}
        answer = pool.request(
            method, url + path, body=None if body is None else json.dumps(body), headers=headers
        )
        return answer.json()


def _write(state: StackState, value: str) -> None:
    """A document in the node, and a key in the broker."""
    _call(state.cluster_url, "PUT", "/kept/_doc/1?refresh=true", {"value": value})
    with redis.Redis.from_url(state.broker_url) as broker:
        broker.set("kept", value)


def _read(state: StackState) -> tuple[str, str]:
    document = _call(state.cluster_url, "GET", "/kept/_doc/1")
    with redis.Redis.from_url(state.broker_url) as broker:
        return document["_source"]["value"], str(broker.get("kept"), "utf-8")


def test_up_on_a_running_stack_changes_nothing(stack: StackState) -> None:
    """The same addresses, the same processes."""
    folder = StackFolder.of(_home_of(stack))
    before = folder.live_parts()

    assert stack == _up(_home_of(stack))
    assert before == folder.live_parts()


def test_up_by_command_says_that_the_stack_already_runs(stack: StackState) -> None:
    """On stderr; the addresses go to stdout."""
    result = CliRunner().invoke(diptych, ["local", "up", "--home-dir", str(_home_of(stack))])

    assert 0 == result.exit_code
    assert "already runs" in result.stderr
    assert stack.cluster_url in result.stdout


def test_status_as_json_has_the_addresses(stack: StackState) -> None:
    """What scripts read."""
    arguments = ["local", "status", "--json", "--home-dir", str(_home_of(stack))]

    shown = json.loads(CliRunner().invoke(diptych, arguments).stdout)

    assert shown["running"]
    assert (stack.cluster_url, stack.broker_url) == (shown["cluster_url"], shown["broker_url"])
    assert ("opensearch-2", "2.19.1") == (shown["engine"], shown["version"])
    assert Path(shown["log_file"]).is_file()


def test_status_of_a_stopped_stack_exits_0(tmp_path: Path) -> None:
    """Asking is no failure."""
    result = CliRunner().invoke(diptych, ["local", "status", "--json", "--home-dir", str(tmp_path)])

    assert 0 == result.exit_code
    assert json.loads(result.stdout)["running"] is False


def test_the_node_blends_a_hybrid_query_by_an_inline_pipeline(
    cluster_url: str, index_name: str
) -> None:
    """The two plugins are there and work together.

    Scores by hand, from the inner products 1, 0.5, 0 and one match: min-max gives the vector
    leg 1, 0.5 and 0.001 (the processor's floor), the keyword leg 1; halves of each are added.
    """
    method = {"name": "hnsw", "engine": "lucene", "space_type": "innerproduct"}
    vector = {"type": "knn_vector", "dimension": 2, "method": method}
    mappings = {"properties": {"v": vector, "title": {"type": "text"}}}
    settings = {"index.knn": True, "number_of_shards": 1}
    _call(cluster_url, "PUT", f"/{index_name}", {"settings": settings, "mappings": mappings})
    documents = [("a", [1.0, 0.0], "red"), ("b", [0.5, 0.0], "blue"), ("c", [0.0, 1.0], "green")]
    for number, v, title in documents:
        document = {"v": v, "title": title}
        _call(cluster_url, "PUT", f"/{index_name}/_doc/{number}?refresh=true", document)
    legs = [{"match": {"title": "blue"}}, {"knn": {"v": {"vector": [1.0, 0.0], "k": 3}}}]
    normalization = {
        "normalization": {"technique": "min_max"},
        "combination": {"technique": "arithmetic_mean", "parameters": {"weights": [0.5, 0.5]}},
    }
    body = {
        "query": {"hybrid": {"queries": legs}},
        "search_pipeline": {
            "phase_results_processors": [{"normalization-processor": normalization}]
        },
    }

    hits = _call(cluster_url, "POST", f"/{index_name}/_search", body)["hits"]["hits"]

    assert ["b", "a", "c"] == [hit["_id"] for hit in hits]
    assert pytest.approx([0.75, 0.5, 0.0005]) == [hit["_score"] for hit in hits]


def test_a_killed_node_is_healed_and_the_broker_left_alone(home: Path) -> None:
    """At the same address, with what it had stored."""
    state = _up(home)
    _write(state, "before the crash")
    before = StackFolder.of(home).live_parts()
    os.kill(before[CLUSTER].process.pid, signal.SIGKILL)
    while is_alive(before[CLUSTER].process):
        pass
    assert read_state(home) is None

    healed = _up(home)

    assert state == healed
    assert ("before the crash", "before the crash") == _read(healed)
    assert before[BROKER] == StackFolder.of(home).live_parts()[BROKER]


def test_data_outlives_down_and_up(home: Path) -> None:
    """`down` ends both processes and keeps their files."""
    _write(_up(home), "kept")
    processes = [part.process for part in StackFolder.of(home).live_parts().values()]

    result = CliRunner().invoke(diptych, ["local", "down", "--home-dir", str(home)])

    assert "The local stack is stopped.\n" == result.stderr
    assert [False, False] == [is_alive(process) for process in processes]
    assert {} == StackFolder.of(home).read_parts()
    assert ("kept", "kept") == _read(_up(home))


def test_fresh_empties_node_and_broker(home: Path) -> None:
    """A running stack is stopped first."""
    _write(_up(home), "gone soon")

    state = _up(home, fresh=True)

    assert {} == _call(state.cluster_url, "GET", "/_all")
    with redis.Redis.from_url(state.broker_url) as broker:
        assert broker.dbsize() == 0
