"""Shops that make a new index each night: a template carries Diptych, a gate opens the swap."""

import json
from pathlib import Path

import pytest
from commands import RunDiptych
from followed import ENCODER, make_index
from nodes import EngineCluster
from products import has_vector
from shop import put
from waiting import wait_until
from watching import watched_process

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.plugin.children import Child
from diptych.plugin.readiness import Readiness, read_readiness
from diptych.plugin.templates import template_name
from diptych.settings import Settings

pytestmark = pytest.mark.integration


def test_two_nights_of_a_shop(
    run_diptych: RunDiptych,
    settings: Settings,
    cluster: Cluster,
    index_name: str,
    encoder_url: str,
    tmp_path: Path,
) -> None:
    """Install once; load, embed, swap, twice; the second night misses nothing in the cache."""
    alias, pattern = f"{index_name}-live", f"{index_name}-2*"
    installed = run_diptych(
        "install", "--template", pattern, "--text-field", "title", "--image-field", "image"
    )
    embedded, missed = [], []
    feed = Child(["feed", f"{index_name}-2*"], settings)
    try:
        with watched_process(settings, tmp_path / "worker.log", "worker") as worker:
            wait_until(lambda: worker.ask("/readyz").status == 200)
            for night in ("2026-01-01", "2026-01-02"):
                index = f"{index_name}-{night}"
                load(cluster, index, n=30)
                embedded.append(
                    run_diptych("embed", index, "--wait", "--min-ready", "0.99", "--json")
                )
                swap(cluster, alias, f"{index_name}-2*", index)
                missed.append(worker.value("diptych_cache_misses_total"))
            found = worker.value("diptych_cache_hits_total")
            put(cluster, alias, "late", {"title": "a late product"})
            wait_until(lambda: has_vector(cluster, alias, "late"))
    finally:
        feed.stop()
        cluster.call("DELETE", path("_index_template", template_name(pattern)))
        cluster.call("DELETE", path("_component_template", template_name(pattern)))

    assert 0 == installed.returncode, installed.stderr
    assert [0, 0] == [done.returncode for done in embedded], embedded[0].stderr
    assert [30, 30] == [json.loads(done.stdout)["documents"] for done in embedded]
    assert missed[0] >= 30
    assert missed[0] == missed[1]
    assert found >= 30


def swap(cluster: Cluster, alias: str, pattern: str, index: str) -> None:
    """The alias leads to the index, and to none of the earlier ones."""
    actions = [
        {"remove": {"index": pattern, "alias": alias, "must_exist": False}},
        {"add": {"index": index, "alias": alias}},
    ]
    cluster.call("POST", path("_aliases"), body={"actions": actions})


def test_gate_stays_shut_for_an_index_that_lacks_vectors(
    run_diptych: RunDiptych, cluster: Cluster, index_name: str
) -> None:
    """An empty index, and a share without waiting."""
    run_diptych("install", index_name, "--text-field", "title", "--image-field", "image")

    empty = run_diptych("embed", index_name, "--wait", "--min-ready", "0.5")
    hasty = run_diptych("embed", index_name, "--min-ready", "0.5")

    assert (1, True) == (empty.returncode, "has no documents" in empty.stderr)
    assert (2, True) == (hasty.returncode, "add --wait" in hasty.stderr)


def test_document_whose_picture_is_away_is_not_complete(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """Ready, partial for ever, partial for now, failed, pending: two of five are complete."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    index = engine_index
    target = make_index(engine_cluster, index)
    vector = engine.vector_value(ENCODER.encode_words(["x"])[0].repeat(3)[:40])
    states: dict[str, Json] = {
        "1": {"diptych": {"state": "ready"}, "diptych_vector": vector},
        "2": {"diptych": {"state": "partial"}, "diptych_vector": vector},
        "3": {
            "diptych": {"state": "partial", "retry_at": "2026-01-01T00:00:00Z"},
            "diptych_vector": vector,
        },
        "4": {"diptych": {"state": "failed"}},
        "5": {},
    }
    for id_ in states:
        put(cluster, index, id_, {"title": "red"})
    lines = [
        line for id_, doc in states.items() for line in ({"update": {"_id": id_}}, {"doc": doc})
    ]
    answer = cluster.call(
        "POST", path(index, "_bulk"), params={"refresh": "true"}, body=to_ndjson(lines)
    )
    assert not answer["errors"], answer

    readiness = read_readiness(cluster, target)

    assert Readiness(index, 5, 2) == readiness
    assert [True, False] == [readiness.reaches(0.4), readiness.reaches(0.41)]
    assert "5 documents" in readiness.sentence(0.5)


def load(cluster: Cluster, index: str, *, n: int) -> None:
    """What a shop's nightly job does; the first document makes the index."""
    lines = [
        line for i in range(n) for line in ({"index": {"_id": str(i)}}, {"title": f"product {i}"})
    ]
    cluster.call("POST", path(index, "_bulk"), params={"refresh": "true"}, body=to_ndjson(lines))
