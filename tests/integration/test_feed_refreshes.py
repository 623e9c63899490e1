"""When a feed sees a change: after the index's own refreshes, on each engine."""

from collections.abc import Iterator

import pytest
from followed import make_index
from nodes import EngineCluster
from products import index_products
from waiting import wait_until

from diptych.client import Cluster, Json, path
from diptych.ingest.feed import Feed
from diptych.ingest.history import History
from diptych.ingest.operations import Refreshing
from diptych.ingest.visibility import Visibility
from diptych.mappings.target import Target
from diptych.settings import load_settings
from diptych.testing import MemoryPublisher

pytestmark = pytest.mark.integration


class CountingCluster(Cluster):
    """Counts the refreshes that it is asked for."""

    n_refreshes = 0

    def call(self, method: str, path: str, **arguments: object) -> object:
        """As `Cluster.call`."""
        self.n_refreshes += path.endswith("/_refresh")
        return super().call(method, path, **arguments)  # type: ignore[arg-type]


@pytest.fixture
def counting(engine_cluster: EngineCluster) -> Iterator[CountingCluster]:
    """The engine's node."""
    cluster = CountingCluster(load_settings(cluster_url=engine_cluster.state.cluster_url))
    yield cluster
    cluster.close()


@pytest.fixture
def target(engine_cluster: EngineCluster, engine_index: str) -> Target:
    """An installed index of two shards, with the engine's own refresh settings."""
    return make_index(engine_cluster, engine_index, n_shards=2, refresh_interval=None)


def set_refresh(node: EngineCluster, target: Target, settings: Json) -> None:
    """Change how the index refreshes itself."""
    node.cluster.call("PUT", path(target.index, "_settings"), body={"index": settings})


def write(node: EngineCluster, target: Target, *ids: str) -> None:
    """New products, which are not refreshed for."""
    index_products(node.cluster, target.index, {id_: {"title": f"red {id_}"} for id_ in ids})


def test_changes_come_without_a_refresh_of_ours_while_others_follow(
    engine_cluster: EngineCluster, counting: CountingCluster, target: Target
) -> None:
    """An index that refreshes itself is followed by the counts of its own refreshes."""
    set_refresh(engine_cluster, target, {"refresh_interval": "100ms"})
    # An index that stays busy: time alone never makes the feed ask for a refresh.
    feed = Feed(
        counting,
        engine_cluster.engine,
        publisher := MemoryPublisher(),
        name=target.name,
        owner="first",
        monotonic_s=lambda: 0.0,
    )
    n_written = 0

    def is_first_seen() -> bool:
        nonlocal n_written
        write(engine_cluster, target, *(str(n_written + i) for i in range(8)))
        n_written += 8
        feed.poll()
        return set(map(str, range(8))) <= set(publisher.ids)

    wait_until(is_first_seen)

    assert 0 == counting.n_refreshes


def test_nothing_is_passed_over_that_no_refresh_has_shown(
    engine_cluster: EngineCluster, counting: CountingCluster, target: Target
) -> None:
    """Written, acknowledged and invisible: the checkpoint stays below until it can be seen."""
    set_refresh(engine_cluster, target, {"refresh_interval": "1h"})
    publisher = MemoryPublisher()
    now_s = 0.0
    feed = Feed(
        counting,
        engine_cluster.engine,
        publisher,
        name=target.name,
        owner="first",
        monotonic_s=lambda: now_s,
    )
    write(engine_cluster, target, "0", "1")

    polls = [feed.poll() for _ in range(3)]
    n_early, early = counting.n_refreshes, list(publisher.ids)
    now_s = 3601.0
    late = feed.poll()

    assert (0, [], [2, 2, 2]) == (n_early, early, [poll.lag for poll in polls])
    assert (1, {"0", "1"}, 0) == (counting.n_refreshes, set(publisher.ids), late.lag)


def test_index_that_never_refreshes_is_refreshed_for_when_something_changed(
    engine_cluster: EngineCluster, counting: CountingCluster, target: Target
) -> None:
    """`refresh_interval: -1`: at once, and never while nothing happens."""
    set_refresh(engine_cluster, target, {"refresh_interval": "-1"})
    publisher = MemoryPublisher()
    feed = Feed(counting, engine_cluster.engine, publisher, name=target.name, owner="first")
    write(engine_cluster, target, "0")

    polls = [feed.poll() for _ in range(3)]

    assert ([1, 0, 0], ["0"]) == ([poll.published for poll in polls], publisher.ids)
    assert 1 == counting.n_refreshes


def test_a_search_wakes_shards_that_nobody_searches(
    engine_cluster: EngineCluster, counting: CountingCluster, target: Target
) -> None:
    """A shard that is idle does not refresh itself; the feed's searches make it go on."""
    set_refresh(engine_cluster, target, {"search.idle.after": "1ms"})
    # Nothing but two refreshes of the shard's own can show the change: our clock stands still.
    history = History(counting, engine_cluster.engine, target)
    visibility = Visibility(history, monotonic_s=lambda: 0.0)
    n_written = 0

    def is_visible() -> bool:
        nonlocal n_written
        write(engine_cluster, target, f"more-{n_written}")
        n_written += 1
        return all(upto >= 0 for upto in visibility.upto(history.position()).values())

    wait_until(is_visible)

    assert (0, False) == (counting.n_refreshes, history.refreshing().is_explicit)


def test_settings_tell_how_an_index_refreshes(
    engine_cluster: EngineCluster, target: Target
) -> None:
    """Times as the cluster writes them, in seconds."""
    history = History(engine_cluster.cluster, engine_cluster.engine, target)

    default = history.refreshing()
    set_refresh(engine_cluster, target, {"refresh_interval": "500ms"})
    fast = history.refreshing()
    set_refresh(engine_cluster, target, {"refresh_interval": "-1"})
    never = history.refreshing()

    assert Refreshing(1.0, is_explicit=False) == default
    assert Refreshing(0.5, is_explicit=True) == fast
    assert Refreshing(None, is_explicit=True) == never
