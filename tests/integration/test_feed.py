"""The change feed on a real node: what it publishes, and what it never forgets."""

from datetime import UTC, datetime

import pytest
from products import bulk, create_product_index, index_products, update_products

from diptych.client import Cluster, path
from diptych.ingest.backfill import Backfill
from diptych.ingest.checkpoints import StateIndex
from diptych.ingest.enrich import Enricher
from diptych.ingest.feed import Feed
from diptych.ingest.history import History
from diptych.ingest.lease import LEASE_S, Lease
from diptych.ingest.publishing import Lane
from diptych.ingest.store import ClusterStore
from diptych.mappings.engine import OpenSearch
from diptych.mappings.target import Target, read_target
from diptych.plugin.status import Problem, read_problems, read_status
from diptych.testing import FakeEncoder, MemoryPictures, MemoryPublisher

pytestmark = pytest.mark.integration

ENGINE = OpenSearch()
PICTURES = MemoryPictures({"red.jpg": b"picture of red", "blue.jpg": b"picture of blue"})


@pytest.fixture
def target(cluster: Cluster, index_name: str) -> Target:
    """An index of two shards with three products."""
    target = create_product_index(cluster, index_name, FakeEncoder(), n_shards=2)
    products = {str(n): {"title": f"red dress {n}", "image": "red.jpg"} for n in range(3)}
    index_products(cluster, index_name, products)
    return target


def make_feed(cluster: Cluster, name: str, *, owner: str = "first") -> tuple[Feed, MemoryPublisher]:
    """A feed that publishes into memory."""
    publisher = MemoryPublisher()
    return Feed(cluster, ENGINE, publisher, name=name, owner=owner), publisher


def enrich(cluster: Cluster, target: Target, ids: list[str]) -> None:
    """What a worker does with published ids."""
    store = ClusterStore(cluster, ENGINE, target)
    Enricher(store, FakeEncoder(), PICTURES).start(ids).run()


def test_first_poll_publishes_what_was_there_before(cluster: Cluster, target: Target) -> None:
    """A feed without checkpoints starts at the beginning, on the live lane while that is short."""
    feed, publisher = make_feed(cluster, target.name)

    poll = feed.poll()

    assert (3, 3) == (poll.seen, poll.published)
    assert {"0", "1", "2"} == set(publisher.ids)
    assert {Lane.LIVE} == {lane for _, lane in publisher.messages}


def test_worker_writes_do_not_come_round_again(cluster: Cluster, target: Target) -> None:
    """The feed sees them, compares the hashes and publishes nothing."""
    feed, publisher = make_feed(cluster, target.name)
    feed.poll()
    enrich(cluster, target, publisher.ids)
    publisher.messages.clear()

    poll = feed.poll()

    assert (3, 0, []) == (poll.seen, poll.published, publisher.ids)


def test_bulk_update_of_a_title_is_published_and_of_a_price_is_not(
    cluster: Cluster, target: Target
) -> None:
    """Bulk updates pass no ingest pipeline; the history shows them all the same."""
    feed, publisher = make_feed(cluster, target.name)
    feed.poll()
    enrich(cluster, target, publisher.ids)
    feed.poll()
    publisher.messages.clear()

    update_products(cluster, target.name, {"0": {"title": "blue mug"}, "1": {"price": 9}})
    poll = feed.poll()

    assert (2, ["0"]) == (poll.seen, publisher.ids)


def test_restarted_feed_goes_on_where_the_last_one_stopped(
    cluster: Cluster, target: Target
) -> None:
    """Checkpoints live in the cluster, and a stopped feed leaves its lease at once."""
    first, _ = make_feed(cluster, target.name)
    first.poll()
    first.stop()
    index_products(cluster, target.name, {"new": {"title": "new"}})
    second, publisher = make_feed(cluster, target.name, owner="second")

    poll = second.poll()

    assert (1, ["new"]) == (poll.seen, publisher.ids)


def test_deletes_at_the_end_leave_no_lag(cluster: Cluster, target: Target) -> None:
    """No scan shows a delete, and the checkpoint passes it."""
    feed, _ = make_feed(cluster, target.name)
    feed.poll()
    bulk(cluster, target.name, [(("index", "9"), {"title": "gone"})])
    cluster.call("DELETE", path(target.name, "_doc", "9"))

    feed.poll()

    assert 0 == read_status(cluster, ENGINE, target).lag


def test_second_feed_stays_passive(cluster: Cluster, target: Target) -> None:
    """One feed at a time moves an index's checkpoints."""
    first, _ = make_feed(cluster, target.name)
    first.poll()
    second, publisher = make_feed(cluster, target.name, owner="second")
    index_products(cluster, target.name, {"new": {"title": "new"}})

    poll = second.poll()

    assert (False, []) == (poll.is_leader, publisher.ids)


def test_lease_of_a_dead_feed_ends_by_itself(cluster: Cluster, index_name: str) -> None:
    """A second feed takes over after the lease's time, not before."""
    now_s = 1000.0
    state = StateIndex(cluster)
    dead = Lease(state, index_name, "dead", monotonic_s=lambda: now_s)
    heir = Lease(state, index_name, "heir", monotonic_s=lambda: now_s)
    dead.hold()

    early = heir.hold()
    now_s += LEASE_S
    late = heir.hold()

    assert (False, True) == (early, late)
    assert not dead.hold()


def test_index_that_is_made_again_is_read_from_the_start(cluster: Cluster, target: Target) -> None:
    """Its checkpoints belong to the old index's uuid."""
    feed, publisher = make_feed(cluster, target.name)
    feed.poll()
    cluster.call("DELETE", path(target.name))
    create_product_index(cluster, target.name, FakeEncoder())
    index_products(cluster, target.name, {"other": {"title": "other"}})
    publisher.messages.clear()

    feed.poll()

    assert ["other"] == publisher.ids


def test_backfill_counts_what_is_still_to_be_done(cluster: Cluster, target: Target) -> None:
    """A worker's write, and nothing else of ours, brings the count down."""
    history = History(cluster, ENGINE, target)
    publisher = MemoryPublisher()
    backfill = Backfill(history, publisher, target.index)
    enrich(cluster, target, ["0"])

    pass_ = backfill.run()
    before = backfill.remaining(pass_)
    enrich(cluster, target, publisher.ids)
    backfill.refresh()
    after = backfill.remaining(pass_)

    assert (3, 2, 2, 0) == (pass_.seen, pass_.published, before, after)
    assert 0 == backfill.unfinished(pass_)
    assert {Lane.BACKFILL} == {lane for _, lane in publisher.messages}


def test_feed_goes_on_after_a_backfill(cluster: Cluster, target: Target) -> None:
    """What a pass published is not published again by a feed that starts afterwards."""
    history = History(cluster, ENGINE, target)
    pass_ = Backfill(history, MemoryPublisher(), target.index).run()
    feed, publisher = make_feed(cluster, target.name)

    StateIndex(cluster).advance(pass_.position, index=target.index)
    index_products(cluster, target.name, {"new": {"title": "new"}})
    feed.poll()

    assert ["new"] == publisher.ids


def test_position_of_an_old_pass_never_moves_a_feed_back(cluster: Cluster, target: Target) -> None:
    """The feed came further while the pass ran."""
    pass_ = Backfill(History(cluster, ENGINE, target), MemoryPublisher(), target.index).run()
    index_products(cluster, target.name, {"new": {"title": "new"}})
    feed, publisher = make_feed(cluster, target.name)
    feed.poll()
    publisher.messages.clear()

    StateIndex(cluster).advance(pass_.position, index=target.index)
    feed.poll()

    assert [] == publisher.ids


def test_backfill_sees_what_an_application_changed_meanwhile(
    cluster: Cluster, target: Target
) -> None:
    """Writes to documents that were skipped bring the count down, not the truth."""
    history = History(cluster, ENGINE, target)
    publisher = MemoryPublisher()
    backfill = Backfill(history, publisher, target.index)
    enrich(cluster, target, ["0", "1"])
    pass_ = backfill.run()

    update_products(cluster, target.name, {"0": {"price": 1}, "1": {"price": 1}})
    backfill.refresh()

    assert (0, 1) == (backfill.remaining(pass_), backfill.unfinished(pass_))


def test_vector_that_an_application_dropped_is_made_again(cluster: Cluster, target: Target) -> None:
    """It read the product without the vector, and wrote it back whole."""
    feed, publisher = make_feed(cluster, target.name)
    feed.poll()
    enrich(cluster, target, publisher.ids)
    feed.poll()
    answer = cluster.call(
        "GET", path(target.name, "_doc", "0"), params={"_source_excludes": "diptych_vector"}
    )
    index_products(cluster, target.name, {"0": answer["_source"]})
    publisher.messages.clear()

    feed.poll()

    assert [(("0",), True)] == [(m.ids, m.is_forced) for m, _ in publisher.messages]


def test_pictures_are_asked_for_again_when_they_are_due(cluster: Cluster, target: Target) -> None:
    """A worker left the time with the document; the feed keeps no list of its own."""
    due = {"state": "partial", "retry_at": "2026-01-01T00:01:00.000+00:00"}
    later = {"state": "partial", "retry_at": "2026-01-01T00:09:00.000+00:00"}
    update_products(cluster, target.name, {"0": {"diptych": due}, "1": {"diptych": later}})
    publisher = MemoryPublisher()
    now = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
    feed = Feed(cluster, ENGINE, publisher, name=target.name, owner="first", now=lambda: now)
    feed.poll()
    publisher.messages.clear()

    n_published = feed.retry()

    assert (1, ["0"]) == (n_published, publisher.ids)


def test_sweep_brings_back_what_a_broker_lost(cluster: Cluster, target: Target) -> None:
    """It starts from the beginning, whatever the checkpoints say."""
    feed, publisher = make_feed(cluster, target.name)
    feed.poll()
    publisher.messages.clear()

    feed.sweep()
    poll = feed.poll()

    assert (3, {"0", "1", "2"}) == (poll.published, set(publisher.ids))
    assert {Lane.BACKFILL} == {lane for _, lane in publisher.messages}


def test_forced_backfill_publishes_everything(cluster: Cluster, target: Target) -> None:
    """`embed --all` does not look at the stored hashes."""
    publisher = MemoryPublisher()
    enrich(cluster, target, ["0", "1", "2"])

    pass_ = Backfill(History(cluster, ENGINE, target), publisher, target.index).run(is_forced=True)

    assert 3 == pass_.published
    assert all(message.is_forced for message, _ in publisher.messages)


def test_status_counts_by_state(cluster: Cluster, target: Target) -> None:
    """A product without a picture is partial, one that nobody tried is pending."""
    index_products(cluster, target.name, {"bare": {"title": "no picture"}})
    enrich(cluster, target, ["0", "bare"])

    status = read_status(cluster, ENGINE, read_target(cluster, target.name))
    problems = read_problems(cluster, target, limit=10)

    assert (4, 1, 1, 0, 2) == (
        status.documents,
        status.ready,
        status.partial,
        status.failed,
        status.pending,
    )
    assert [Problem("bare", "partial", "It has no picture.")] == problems
