"""`diptych verify` on each engine, and as a command."""

import json

import pytest
from commands import RunDiptych
from followed import enrich, make_index
from nodes import EngineCluster
from products import bulk, create_product_index, index_products, update_products

from diptych.client import Cluster, path
from diptych.ingest.clock import utc_now
from diptych.ingest.history import History
from diptych.ingest.verifying import Report, Verdict, Verification
from diptych.mappings.target import Target
from diptych.testing import FakeEncoder, MemoryPublisher

pytestmark = pytest.mark.integration


def run(node: EngineCluster, target: Target, publisher: MemoryPublisher | None = None) -> Report:
    """One pass."""
    history = History(node.cluster, node.engine, target)
    verification = Verification(history, target.index, now=utc_now())
    list(verification.run(publisher))
    return verification.report


def test_everything_that_is_wrong_is_found_and_mended(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """Whatever an application did behind the feed's back; a second pass finds nothing."""
    target = make_index(engine_cluster, engine_index, n_shards=2)
    cluster, name = engine_cluster.cluster, engine_index
    good = {"title": "red dress", "image": "red.jpg"}
    ids = ("fine", "stale", "bare", "orphan", "wordless")
    index_products(cluster, name, dict.fromkeys(ids, good) | {"empty": {}})
    enrich(engine_cluster, target, *ids, "empty")
    index_products(cluster, name, {"new": good})
    update_products(cluster, name, {"stale": {"title": "blue mug"}, "wordless": {"title": None}})
    update_products(cluster, name, {"orphan": {"title": None, "image": None}})
    dropped = {"doc": {target.contract.vector_field: None}}
    bulk(cluster, name, [(("update", "bare"), dropped)])
    enrich(engine_cluster, target, "wordless")
    publisher = MemoryPublisher()

    before = run(engine_cluster, target, publisher)
    for message, _ in publisher.messages:
        enrich(engine_cluster, target, *message.ids, is_forced=message.is_forced)
    after = run(engine_cluster, target)

    assert {
        Verdict.READY: 1,
        Verdict.PARTIAL: 1,
        Verdict.FAILED: 1,
        Verdict.STALE: 1,
        Verdict.MISSING: 2,
        Verdict.ORPHANED: 1,
    } == before.counts
    assert {"stale", "new", "bare", "orphan"} == set(publisher.ids)
    assert (0, 4, 2) == (after.n_wrong, after.counts[Verdict.READY], after.counts[Verdict.FAILED])
    assert 4 == before.published


def test_command_ends_with_one_while_something_is_wrong(
    run_diptych: RunDiptych, cluster: Cluster, index_name: str
) -> None:
    """Counts and ids on stdout, the remedy on stderr, and the queue where asked for."""
    create_product_index(cluster, index_name, FakeEncoder())
    index_products(cluster, index_name, {"a": {"title": "red"}, "b": {"title": "blue"}})

    shown = run_diptych("verify", index_name)
    repaired = run_diptych("verify", index_name, "--repair", "--json")
    for id_ in "ab":
        cluster.call("DELETE", path(index_name, "_doc", id_))
    empty = run_diptych("verify", index_name, "--json")

    assert (1, 1, 0) == (shown.returncode, repaired.returncode, empty.returncode), shown.stderr
    assert "missing              2  a, b" in shown.stdout
    assert f"diptych verify {index_name} --repair" in shown.stderr
    result = json.loads(repaired.stdout)
    assert (2, 2, ["a", "b"]) == (
        result["documents"],
        result["enqueued"],
        result["examples"]["missing"],
    )
    assert 0 == json.loads(empty.stdout)["documents"]
