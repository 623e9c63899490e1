"""`diptych feed` over several indexes: names that move, indexes that fail, much to catch up."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from products import create_product_index, index_products
from waiting import wait_until

from diptych.client import Cluster, path
from diptych.errors import CredentialsError
from diptych.ingest.checkpoints import Gap, StateIndex
from diptych.ingest.feed import Feed
from diptych.ingest.history import History
from diptych.ingest.operations import START
from diptych.ingest.publishing import Lane, Message
from diptych.ingest.throttle import Throttle
from diptych.mappings.engine import OpenSearch
from diptych.mappings.target import read_target
from diptych.plugin.following import Following
from diptych.plugin.processes import connect
from diptych.settings import Settings
from diptych.testing import FakeEncoder, MemoryPublisher

pytestmark = pytest.mark.integration

ENGINE = OpenSearch()


@contextmanager
def following(
    settings: Settings,
    publisher: MemoryPublisher,
    *names: str,
    broker_run: Callable[[], str | None] = lambda: None,
) -> Iterator[None]:
    """`diptych feed` in a thread, publishing into memory."""
    stopped = threading.Event()
    follow = Following(
        connect(settings),
        publisher,
        names,
        interval_s=0.05,
        resolve_s=0.2,
        broker_run=broker_run,
    )
    thread = threading.Thread(target=follow.run, args=(stopped,))
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def make_index(cluster: Cluster, name: str, *ids: str) -> None:
    """An installed index with products."""
    create_product_index(cluster, name, FakeEncoder())
    if ids:
        index_products(cluster, name, {id_: {"title": f"red {id_}"} for id_ in ids})


def make_feed(
    cluster: Cluster, name: str, *, owner: str = "first", throttle: Throttle | None = None
) -> tuple[Feed, MemoryPublisher]:
    """A feed for which ten operations are far behind."""
    publisher = MemoryPublisher()
    feed = Feed(
        cluster,
        ENGINE,
        publisher,
        name=name,
        owner=owner,
        throttle=throttle,
        backfill_lag=10,
    )
    return feed, publisher


def published(publisher: MemoryPublisher) -> set[tuple[str, str]]:
    """Index and id of everything that was published."""
    return {(message.index, id_) for message, _ in publisher.messages for id_ in message.ids}


def test_alias_is_followed_when_it_moves(
    settings: Settings, cluster: Cluster, index_name: str
) -> None:
    """A nightly rebuild: the new index is read from its start, the old one no longer."""
    old, new = f"{index_name}-1", f"{index_name}-2"
    make_index(cluster, old, "before")
    make_index(cluster, new, "rebuilt")
    add = {"add": {"index": old, "alias": index_name}}
    cluster.call("POST", "/_aliases", body={"actions": [add]})
    publisher = MemoryPublisher()

    with following(settings, publisher, index_name):
        wait_until(lambda: (old, "before") in published(publisher))
        moves = [
            {"remove": {"index": old, "alias": index_name}},
            {"add": {"index": new, "alias": index_name}},
        ]
        cluster.call("POST", "/_aliases", body={"actions": moves})
        wait_until(lambda: (new, "rebuilt") in published(publisher))
        index_products(cluster, old, {"late": {"title": "nobody's"}})
        index_products(cluster, new, {"live": {"title": "red"}})
        wait_until(lambda: (new, "live") in published(publisher))

    assert (old, "late") not in published(publisher)


def test_pattern_takes_in_new_indexes_and_lets_go_of_old_ones(
    settings: Settings, cluster: Cluster, index_name: str
) -> None:
    """Only those on which Diptych is installed; what is deleted stops nothing."""
    make_index(cluster, f"{index_name}-1", "first")
    cluster.call("PUT", path(f"{index_name}-plain"))
    publisher = MemoryPublisher()

    with following(settings, publisher, f"{index_name}-*"):
        wait_until(lambda: (f"{index_name}-1", "first") in published(publisher))
        cluster.call("DELETE", path(f"{index_name}-1"))
        make_index(cluster, f"{index_name}-2", "second")
        wait_until(lambda: (f"{index_name}-2", "second") in published(publisher))

    assert {f"{index_name}-1", f"{index_name}-2"} == {index for index, _ in published(publisher)}


def test_bad_index_stops_no_other(settings: Settings, cluster: Cluster, index_name: str) -> None:
    """One is not there, one lacks a contract, one refuses its history; the good one is followed."""
    good, bare = f"{index_name}-good", f"{index_name}-bare"
    make_index(cluster, good, "0")
    cluster.call("PUT", path(bare))
    publisher = MemoryPublisher()

    with following(settings, publisher, f"{index_name}-missing", bare, good):
        wait_until(lambda: (good, "0") in published(publisher))
        index_products(cluster, good, {"1": {"title": "later"}})
        wait_until(lambda: (good, "1") in published(publisher))

    assert {(good, "0"), (good, "1")} == published(publisher)


class _Refusing(MemoryPublisher):
    """A broker that refuses what comes from one index, as if the password had been changed."""

    def __init__(self, *indexes: str) -> None:
        super().__init__()
        self._indexes = indexes

    def publish(self, message: Message, lane: Lane) -> None:
        if message.index in self._indexes:
            raise CredentialsError("The broker refuses these credentials.")
        super().publish(message, lane)


def test_feed_ends_only_when_nothing_can_be_done_for_any_index(
    settings: Settings, cluster: Cluster, index_name: str
) -> None:
    """Credentials that are refused for one index stop one index."""
    indexes = [f"{index_name}-{n}" for n in "12"]
    for index in indexes:
        make_index(cluster, index, "0")
    one, all_ = _Refusing(indexes[0]), _Refusing(*indexes)

    with following(settings, one, *indexes):
        wait_until(lambda: (indexes[1], "0") in published(one))
    index_products(cluster, indexes[1], {"1": {"title": "more"}})
    follow = Following(connect(settings), all_, indexes, interval_s=0.05, resolve_s=0.2)
    with pytest.raises(CredentialsError, match="broker refuses"):
        follow.run(threading.Event())

    assert {(indexes[1], "0")} == published(one)


def test_once_enqueues_everything_and_ends(
    settings: Settings, cluster: Cluster, index_name: str
) -> None:
    """With `--from start` whatever needs a worker, whatever the checkpoints say: the repair."""
    make_index(cluster, index_name, "0", "1")
    first, second = MemoryPublisher(), MemoryPublisher()
    connections = connect(settings)

    Following(connections, first, [index_name], interval_s=0.05).run_once()
    Following(connections, second, [index_name], interval_s=0.05, is_from_start=True).run_once()

    assert ({"0", "1"}, {"0", "1"}) == (set(first.ids), set(second.ids))
    assert {Lane.BACKFILL} == {lane for _, lane in second.messages}


def test_live_changes_do_not_wait_for_what_was_missed(cluster: Cluster, index_name: str) -> None:
    """A feed far behind puts the past on the back-fill lane, slowly, and follows at once."""
    make_index(cluster, index_name, *(str(n) for n in range(1200)))
    now_s = 0.0
    throttle = Throttle(100.0, monotonic_s=lambda: now_s)
    feed, publisher = make_feed(cluster, index_name, throttle=throttle)

    first = feed.poll()
    index_products(cluster, index_name, {"live": {"title": "new"}})
    second = feed.poll()
    lanes = {id_: lane for message, lane in publisher.messages for id_ in message.ids}
    now_s = 1000.0
    third = feed.poll()

    assert (500, 1, 500) == (first.published, second.published, third.published)
    assert ((Lane.BACKFILL, Lane.LIVE)) == (lanes["0"], lanes["live"])
    assert (700, 700, 200) == (first.lag, second.lag, third.lag)


def test_catching_up_goes_on_after_a_restart(cluster: Cluster, index_name: str) -> None:
    """Every document is published once, by two feeds one after the other."""
    make_index(cluster, index_name, *(str(n) for n in range(700)))
    first, early = make_feed(cluster, index_name, throttle=Throttle(0.001))
    first.poll()
    first.stop()
    second, late = make_feed(cluster, index_name, owner="second")

    poll = second.poll()

    assert (500, 200, 0) == (len(early.ids), len(late.ids), poll.lag)
    assert {str(n) for n in range(700)} == {*early.ids, *late.ids}


Rewind = Callable[[str, int, int], tuple[str, int]]
REWINDS: dict[str, Rewind] = {
    "restored from a snapshot": lambda history, seq_no, _: (f"not {history}", seq_no),
    "operations lost": lambda history, _, max_seq_no: (history, max_seq_no + 1),
}


@pytest.mark.parametrize("rewind", REWINDS.values(), ids=REWINDS)
def test_rewound_history_is_read_from_the_start(
    cluster: Cluster, index_name: str, rewind: Rewind
) -> None:
    """Checkpoints of another `history_uuid`, or above the last number given out, mean nothing.

    What was left out of the other history is forgotten.
    """
    make_index(cluster, index_name, "0", "1")
    feed, publisher = make_feed(cluster, index_name)
    feed.poll()
    publisher.messages.clear()
    target, state = read_target(cluster, index_name), StateIndex(cluster)
    position = History(cluster, ENGINE, target).position()
    shard = position.shards[0]
    found = rewind(shard.history, shard.checkpoint, shard.max_seq_no)
    gaps = {0: Gap("another history", START, 99)}
    saved = replace(state.load(position.uuid), seq_nos={0: found}, gaps=gaps)
    state.save(saved, index=target.index)

    poll = feed.poll()

    assert ({"0", "1"}, 0) == (set(publisher.ids), poll.lag)


def test_checkpoint_above_the_global_one_waits(cluster: Cluster, index_name: str) -> None:
    """A new primary may not know yet how far the copies are; nothing is read twice."""
    make_index(cluster, index_name, "0", "1")
    feed, _ = make_feed(cluster, index_name)
    feed.poll()
    position = History(cluster, ENGINE, read_target(cluster, index_name)).position()
    behind = replace(position.shards[0], checkpoint=0)

    checkpoints = StateIndex(cluster).load(position.uuid)

    assert (1, 0) == (
        checkpoints.after(behind),
        checkpoints.lag(replace(position, shards=(behind,))),
    )


def test_broker_that_was_started_anew_is_told_everything_again(
    settings: Settings, cluster: Cluster, index_name: str
) -> None:
    """A message that it had handed out, or had not written to its file, is lost with it."""
    make_index(cluster, index_name, "1")
    publisher, runs = MemoryPublisher(), ["first"]
    with following(settings, publisher, index_name, broker_run=lambda: runs[-1]):
        wait_until(lambda: publisher.ids == ["1"])

        runs.append("second")
        wait_until(lambda: publisher.ids == ["1", "1"])

    assert Lane.BACKFILL == publisher.messages[-1][1]
