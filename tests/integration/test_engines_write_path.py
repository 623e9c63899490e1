"""The write path on each engine: install, load, feed, worker, uninstall, copies."""

from typing import Any

import numpy as np
import pytest
from nodes import EngineCluster
from products import bulk, index_products, update_products
from shop import Bars

from diptych.client import Json, path
from diptych.ingest.backfill import Backfill
from diptych.ingest.enrich import Enricher
from diptych.ingest.feed import Feed
from diptych.ingest.history import History
from diptych.ingest.load import LoadSummary, load_rows
from diptych.ingest.rows import RejectedRow, Row
from diptych.ingest.store import ClusterStore, Outcome, Update
from diptych.mappings.target import Target, read_target
from diptych.plugin.existing import require_existing
from diptych.plugin.install import InstallReport, InstallRequest, install
from diptych.plugin.install import Outcome as Installed
from diptych.plugin.reinstall import reinstall
from diptych.plugin.status import read_status
from diptych.plugin.uninstall import rebuild_without, uninstall
from diptych.testing import FakeEncoder, MemoryPictures, MemoryPublisher
from diptych.vectors import Floats

pytestmark = pytest.mark.integration

ENCODER = FakeEncoder()
PICTURES = MemoryPictures({"red.jpg": b"picture of red"})
RED: Json = {"title": "red dress", "image": "red.jpg"}


def request_for(index: str) -> InstallRequest:
    """Title and picture, with the fake encoder's models."""
    return InstallRequest(index, ("title",), "image", ENCODER.text_model, ENCODER.image_model)


def run_install(node: EngineCluster, index: str) -> InstallReport:
    """Install on the index, or create it."""
    return install(node.cluster, node.engine, request_for(index))


def create_shop(node: EngineCluster, index: str, *, n_shards: int = 1) -> None:
    """A shop's index with a vector field of its own and `_meta`, able to take Diptych."""
    # An index that never refreshes itself: a feed does, so that one look shows everything.
    settings = {"number_of_shards": n_shards, "number_of_replicas": 0, "refresh_interval": "-1"}
    properties = {
        "title": {"type": "text"},
        "image": {"type": "keyword"},
        "colours": node.engine.vector_mapping(4, library="lucene"),
    }
    body = {
        "settings": settings | node.engine.index_settings(),
        "mappings": {"_meta": {"owner": "shop"}, "properties": properties},
    }
    node.cluster.call("PUT", path(index), body=body)


@pytest.fixture
def target(engine_cluster: EngineCluster, engine_index: str) -> Target:
    """An installed index of two shards with three products."""
    create_shop(engine_cluster, engine_index, n_shards=2)
    run_install(engine_cluster, engine_index)
    index_products(engine_cluster.cluster, engine_index, {str(n): RED for n in range(3)})
    return read_target(engine_cluster.cluster, engine_index)


def store_of(node: EngineCluster, target: Target) -> ClusterStore:
    """The documents as a worker sees them."""
    return ClusterStore(node.cluster, node.engine, target)


def enrich(node: EngineCluster, target: Target, *ids: str) -> None:
    """What a worker does with published ids."""
    Enricher(store_of(node, target), ENCODER, PICTURES).start(ids).run()


def vector_of(node: EngineCluster, target: Target, id_: str) -> Floats | None:
    """The stored vector of a product, or None."""
    found = store_of(node, target).read_vectors([id_])
    return found[id_][1] if id_ in found else None


def whole_source(node: EngineCluster, index: str, id_: str, **params: str) -> dict[str, Any]:
    """A document with everything that is stored of it."""
    where = path(index, "_doc", id_)
    answer = node.cluster.call("GET", where, params={**node.engine.vector_params, **params})
    source: dict[str, Any] = answer["_source"]
    return source


def load(node: EngineCluster, target: Target, *rows: Row) -> LoadSummary:
    """Load rows, all of which must be taken."""
    rejected: list[RejectedRow] = []
    summary = load_rows(
        node.cluster,
        node.engine,
        target,
        rows,
        on_batch=lambda _: None,
        on_rejected=rejected.append,
    )
    assert not rejected
    return summary


def test_installing_twice_changes_nothing(engine_cluster: EngineCluster, engine_index: str) -> None:
    """The contract is read back as it was reported, and the second run finds all of it there."""
    first = run_install(engine_cluster, engine_index)
    second = run_install(engine_cluster, engine_index)

    assert (Installed.CREATED, Installed.UNCHANGED) == (first.outcome, second.outcome)
    assert first.contract == read_target(engine_cluster.cluster, engine_index).contract


def test_install_says_where_writes_are_not_marked(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """A cluster without scripts relies on the feed; any other marks what is written."""
    create_shop(engine_cluster, engine_index)

    report = run_install(engine_cluster, engine_index)
    index_products(engine_cluster.cluster, engine_index, {"1": RED})

    state = whole_source(engine_cluster, engine_index, "1").get("diptych", {}).get("state")
    if engine_cluster.has_scripts:
        assert (f"diptych-{engine_index}", "pending", ()) == (
            report.contract.pipeline,
            state,
            report.warnings,
        )
    else:
        assert (None, None) == (report.contract.pipeline, state)
        assert "Changes are found by `diptych feed` alone" in report.warnings[0]


def test_new_index_takes_the_best_analysis_there_is(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """Chinese by pairs where the cluster knows how, and a word to the user where it does not."""
    report = run_install(engine_cluster, engine_index)

    title = read_target(engine_cluster.cluster, engine_index).properties["title"]
    said = [warning for warning in report.warnings if "no analyzer" in warning]
    if engine_cluster.name == "elasticsearch":
        assert ("standard", {"keyword"}) == (title["analyzer"], title["fields"].keys())
        assert "no analyzer cjk and no english" in said[0]
    else:
        assert ("cjk", {"english", "keyword"}) == (title["analyzer"], title["fields"].keys())
        assert [] == said


def test_loading_keeps_vectors_and_skips_what_is_there(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """A changed price replaces the document; its vector is carried over, to the last bit."""
    rows = [Row(n + 1, str(n), {**RED, "price": 5}) for n in range(2)]
    load(engine_cluster, target, *rows)
    enrich(engine_cluster, target, "0", "1")
    before = vector_of(engine_cluster, target, "0")

    cheaper = Row(1, "0", {**RED, "price": 4, "colours": [1.0, 0.0, 0.5, 0.25]})
    summary = load(engine_cluster, target, cheaper, rows[1])
    again = load(engine_cluster, target, cheaper, rows[1])

    after = vector_of(engine_cluster, target, "0")
    assert LoadSummary(updated=1, unchanged=1) == summary
    assert LoadSummary(unchanged=2) == again
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before, after)


def test_feed_publishes_changes_once(engine_cluster: EngineCluster, target: Target) -> None:
    """New products and a new title; neither a worker's writes nor a new price."""
    cluster = engine_cluster.cluster
    publisher = MemoryPublisher()
    feed = Feed(cluster, engine_cluster.engine, publisher, name=target.name, owner="first")
    feed.poll()
    first = set(publisher.ids)
    enrich(engine_cluster, target, *first)
    publisher.messages.clear()

    quiet = feed.poll()
    update_products(cluster, target.name, {"0": {"title": "blue mug"}, "1": {"price": 9}})
    busy = feed.poll()

    assert {"0", "1", "2"} == first
    assert (3, 0) == (quiet.seen, quiet.published)
    assert (2, ["0"]) == (busy.seen, publisher.ids)
    assert 0 == read_status(cluster, engine_cluster.engine, target).lag


def test_vector_that_an_application_dropped_is_made_again(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """It read the product without the vector, and wrote it back whole."""
    publisher = MemoryPublisher()
    engine, cluster = engine_cluster.engine, engine_cluster.cluster
    feed = Feed(cluster, engine, publisher, name=target.name, owner="first")
    enrich(engine_cluster, target, "0", "1", "2")
    feed.poll()
    bare = whole_source(engine_cluster, target.name, "0", _source_excludes="diptych_vector")
    index_products(cluster, target.name, {"0": bare})

    feed.poll()

    assert [(("0",), True)] == [(m.ids, m.is_forced) for m, _ in publisher.messages]


def test_partial_updates_of_an_application_keep_the_vector(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """By `_update` and by `_bulk`, before and after a refresh."""
    cluster = engine_cluster.cluster
    enrich(engine_cluster, target, "0")
    before = vector_of(engine_cluster, target, "0")

    cluster.call("POST", path(target.name, "_update", "0"), body={"doc": {"price": 1}})
    cluster.call("POST", path(target.name, "_refresh"))
    update_products(cluster, target.name, {"0": {"price": 2}})

    after = vector_of(engine_cluster, target, "0")
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before, after)


def test_worker_never_writes_over_a_newer_document(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """A write that comes second is a conflict, and one to a deleted product is in vain."""
    cluster, store = engine_cluster.cluster, store_of(engine_cluster, target)
    read = {document.id: document for document in store.read(["0", "1", "2"])}
    vector = np.zeros(target.contract.layout.dimension, np.float32)
    updates = [Update(read[id_], "ready", vector, None, "2026-01-01") for id_ in ("0", "1", "2")]

    update_products(cluster, target.name, {"0": {"title": "blue"}})
    bulk(cluster, target.name, [(("index", "1"), RED)])
    cluster.call("DELETE", path(target.name, "_doc", "1"))
    written = store.write(updates)

    outcomes = [result.outcome for result in written]
    assert [Outcome.CONFLICT, Outcome.GONE, Outcome.WRITTEN] == outcomes
    assert vector_of(engine_cluster, target, "0") is None


def test_product_with_a_routing_of_its_own_is_found_and_written(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """The feed's message says where it lives; by its id alone it would count as gone."""
    bulk_with_routing(
        engine_cluster, target.index, ({"index": {"_id": "own", "routing": "a"}}, RED)
    )
    publisher = MemoryPublisher()
    Feed(
        engine_cluster.cluster, engine_cluster.engine, publisher, name=target.name, owner="first"
    ).poll()
    enricher = Enricher(store_of(engine_cluster, target), ENCODER, PICTURES)

    for message, _ in publisher.messages:
        enricher.start(message.ids, routing=message.routing).run()

    messages = [message for message, _ in publisher.messages]
    assert [{"own": "a"}] == [dict(m.routing) for m in messages if "own" in m.ids]
    assert {target.contract.fingerprint} == {message.contract for message in messages}
    vectors = store_of(engine_cluster, target).read_vectors(["own"], {"own": "a"})
    assert ["own"] == list(vectors)


def test_failed_products_have_no_vector(engine_cluster: EngineCluster, target: Target) -> None:
    """What is written as absent is absent to every question."""
    enrich(engine_cluster, target, "0")
    store = store_of(engine_cluster, target)
    update = Update(store.read(["0"])[0], "failed", None, "broken", "2026-01-01")

    store.write([update])

    history = History(engine_cluster.cluster, engine_cluster.engine, target)
    history.refresh()
    pages = [
        page
        for shard in history.position().shards
        for page in history.scan(shard.shard, after=-1, upto=shard.checkpoint)
    ]
    assert vector_of(engine_cluster, target, "0") is None
    assert frozenset() == frozenset().union(*(page.with_vector for page in pages))


def test_backfill_counts_what_is_still_to_be_done(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """A worker's write, and nothing else of ours, brings the count down."""
    history = History(engine_cluster.cluster, engine_cluster.engine, target)
    publisher = MemoryPublisher()
    backfill = Backfill(history, publisher, target.index)
    enrich(engine_cluster, target, "0")

    pass_ = backfill.run()
    before = backfill.remaining(pass_)
    enrich(engine_cluster, target, *publisher.ids)
    backfill.refresh()

    assert (3, 2, 2, 0) == (pass_.seen, pass_.published, before, backfill.remaining(pass_))
    assert 0 == backfill.unfinished(pass_)


def test_status_counts_by_state(engine_cluster: EngineCluster, target: Target) -> None:
    """A product without a picture is partial, one that nobody tried is pending."""
    index_products(engine_cluster.cluster, target.name, {"bare": {"title": "no picture"}})
    enrich(engine_cluster, target, "0", "bare")

    status = read_status(engine_cluster.cluster, engine_cluster.engine, target)

    assert (4, 1, 1, 0, 2) == (
        status.documents,
        status.ready,
        status.partial,
        status.failed,
        status.pending,
    )


SHOPS_OWN: Json = {**RED, "price": 1, "colours": [1.0, 0.0, 0.5, 0.25]}


def test_uninstall_leaves_what_the_shop_wrote(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """Contract and values go; another vector field and the user's `_meta` stay."""
    cluster = engine_cluster.cluster
    lines = {"index": {"_id": "own", "routing": "a"}}, SHOPS_OWN
    bulk_with_routing(engine_cluster, target.index, lines)
    enrich(engine_cluster, target, "0", "1", "2")
    bulk_with_routing(engine_cluster, target.index, mark_ready("own", "a", target))

    report = uninstall(
        cluster, engine_cluster.engine, require_existing(cluster, target.name), bar=Bars()
    )
    again = uninstall(
        cluster, engine_cluster.engine, require_existing(cluster, target.name), bar=Bars()
    )

    assert (4, 0) == (report.n_cleaned, again.n_cleaned)
    assert SHOPS_OWN == whole_source(engine_cluster, target.index, "own", routing="a")
    assert {"owner": "shop"} == require_existing(cluster, target.index).meta


def test_copy_has_every_document_with_its_routing_and_vectors_of_its_own(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """Diptych's values are left out of a copy, in either direction."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    lines = {"index": {"_id": "own", "routing": "a"}}, SHOPS_OWN
    bulk_with_routing(engine_cluster, target.index, lines)
    bulk_with_routing(engine_cluster, target.index, mark_ready("own", "a", target))
    bars = Bars()

    request = request_for(target.name)
    found = require_existing(cluster, target.name)
    rebuilt, report = reinstall(cluster, engine, request, found, is_replaced=True, bar=bars)
    with_diptych = whole_source(engine_cluster, target.name, "own", routing="a")
    found = require_existing(cluster, target.name)
    clean = rebuild_without(cluster, engine, found, is_replaced=True, bar=Bars())

    assert (4, 4) == (rebuilt.n_documents, clean.n_documents)
    assert ("Copying", 4, 4) == bars.seen[-1]
    assert Installed.REBUILT == report.outcome
    assert SHOPS_OWN == with_diptych
    assert SHOPS_OWN == whole_source(engine_cluster, target.name, "own", routing="a")
    assert {"owner": "shop"} == require_existing(cluster, target.name).meta
    assert [] == list(require_existing(cluster, target.name).own_fields)


def bulk_with_routing(node: EngineCluster, index: str, lines: tuple[Json, Json]) -> None:
    """One action whose line names a routing; it must succeed."""
    from diptych.client import to_ndjson

    answer = node.cluster.call(
        "POST", path(index, "_bulk"), body=to_ndjson(lines), params={"refresh": "true"}
    )
    assert not answer["errors"], answer


def mark_ready(id_: str, routing: str, target: Target) -> tuple[Json, Json]:
    """A worker's values on a document with a routing."""
    vector = [0.5] * target.contract.layout.dimension
    values = {"diptych": {"state": "ready"}, target.contract.vector_field: vector}
    return {"update": {"_id": id_, "routing": routing}}, {"doc": values}
