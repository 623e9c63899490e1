"""What the marking pipeline does to documents on a real node."""

import pytest
from shop import bulk, create_shop, put, run_install, source

from diptych.client import Cluster, Json, path
from diptych.mappings.pipeline import mark_pipeline, pipeline_name
from diptych.settings import load_settings

pytestmark = pytest.mark.integration


@pytest.fixture
def cluster(cluster_url: str) -> Cluster:
    """The test run's node."""
    return Cluster(load_settings(cluster_url=cluster_url))


@pytest.fixture
def index(cluster: Cluster, index_name: str) -> str:
    """An installed index whose words are in `title` and `spec.cut`."""
    create_shop(cluster, index_name)
    run_install(cluster, index_name, "title", "spec.cut")
    return index_name


def state(document: Json) -> str:
    """What the document says about its vector."""
    found: str = document["diptych"]["state"]
    return found


def settle(cluster: Cluster, index: str, id_: str) -> None:
    """Say `ready`, as a worker does."""
    bulk(cluster, index, {"update": {"_id": id_}}, {"doc": {"diptych": {"state": "ready"}}})


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"title": None},
        {"title": 5},
        {"title": ["red", "dress"]},
        {"title": {"en": "red"}},
        {"spec": {"cut": "long"}},
        {"spec": "long"},
        {"spec": [{"cut": "long"}, {"cut": None}, 7]},
        {"spec.cut": "long"},
    ],
    ids=str,
)
def test_any_form_of_words_is_marked_and_left_alone(
    cluster: Cluster, index_name: str, words: Json
) -> None:
    """Missing, empty, number, list, object, nested: pending, and otherwise as it was written."""
    fields = {"title": {"type": "object", "enabled": False}} | {
        "spec": {"type": "object", "enabled": False}
    }
    create_shop(cluster, index_name, mappings={"properties": fields})
    body = mark_pipeline(index_name, ["title", "spec.cut"], previous=None)
    cluster.call("PUT", path("_ingest", "pipeline", pipeline_name(index_name)), body=body)
    setting = {"index.final_pipeline": pipeline_name(index_name)}
    cluster.call("PUT", path(index_name, "_settings"), body=setting)

    stored = put(cluster, index_name, "1", {"price": 9.5, "tags": ["a"], **words})

    assert "pending" == state(stored)
    del stored["diptych"]
    assert {"price": 9.5, "tags": ["a"], **words} == stored


@pytest.mark.parametrize("value", ["x", ["x"], 3, None], ids=str)
def test_value_of_another_form_in_our_field_is_replaced(
    cluster: Cluster, index: str, value: object
) -> None:
    """An application that writes nonsense into `diptych` loses no document."""
    stored = put(cluster, index, "1", {"title": "red", "diptych": value})

    assert {"state", "input_hash"} == stored["diptych"].keys()


def test_full_write_with_the_stored_state_keeps_it(cluster: Cluster, index: str) -> None:
    """An application that reads, changes the price and writes back keeps its vector's state."""
    stored = put(cluster, index, "1", {"title": "red", "price": 1})
    stored["diptych"]["state"] = "ready"

    again = put(cluster, index, "1", stored | {"price": 2})

    assert "ready" == state(again)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"price": 2}, "ready"),
        ({"title": "blue"}, "pending"),
        ({"spec": {"cut": "long"}}, "pending"),
        ({"image": "b.jpg"}, "pending"),
    ],
)
def test_single_update_is_marked_where_an_input_changed(
    cluster: Cluster, index: str, change: Json, expected: str
) -> None:
    """2.19 runs the final pipeline on the merged document."""
    put(cluster, index, "1", {"title": "red", "image": "a.jpg"})
    settle(cluster, index, "1")

    cluster.call("POST", path(index, "_update", "1"), body={"doc": change})

    assert expected == state(source(cluster, index, "1"))


def test_bulk_index_is_marked(cluster: Cluster, index: str) -> None:
    """The way in which catalogues are loaded."""
    bulk(cluster, index, {"index": {"_id": "1"}}, {"title": "red"})

    assert "pending" == state(source(cluster, index, "1"))


def test_bulk_update_passes_no_pipeline(cluster: Cluster, index: str) -> None:
    """A limit of the engine, and the reason why there is a feed."""
    put(cluster, index, "1", {"title": "red"})
    settle(cluster, index, "1")

    bulk(cluster, index, {"update": {"_id": "1"}}, {"doc": {"title": "blue"}})

    assert "ready" == state(source(cluster, index, "1"))


def test_marking_that_fails_keeps_the_write(cluster: Cluster, index: str) -> None:
    """The feed finds the document anyway; the shop must not suffer."""
    body = mark_pipeline(index, ["title"], previous=None)
    body["processors"][0]["script"]["params"]["fields"] = 5
    cluster.call("PUT", path("_ingest", "pipeline", pipeline_name(index)), body=body)

    stored = put(cluster, index, "1", {"title": "red"})

    assert {"title": "red"} == stored


def test_every_index_shares_one_compiled_script(
    cluster: Cluster, index: str, cluster_url: str
) -> None:
    """Fields are parameters, so a hundred indexes are one compilation, not a hundred."""
    before = _compilations(cluster)

    for number in range(5):
        body = mark_pipeline(f"{index}-{number}", [f"field{number}"], previous=None)
        cluster.call("PUT", path("_ingest", "pipeline", f"{index}-{number}"), body=body)

    assert before == _compilations(cluster)


def _compilations(cluster: Cluster) -> int:
    nodes = cluster.call("GET", path("_nodes", "stats", "script"))["nodes"]
    return sum(node["script"]["compilations"] for node in nodes.values())
