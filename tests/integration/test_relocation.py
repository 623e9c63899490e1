"""A primary that moves to another node under a running feed: no operation is skipped."""

import threading
from collections.abc import Iterator

import pytest
from application import Application
from followed import ENCODER, PICTURES
from products import create_product_index
from two_nodes import run_two_nodes
from waiting import wait_until

from diptych.client import Cluster, path
from diptych.errors import ConflictError, UnavailableError
from diptych.ingest.clock import utc_now
from diptych.ingest.enrich import Enricher
from diptych.ingest.feed import Feed
from diptych.ingest.history import History
from diptych.ingest.publishing import Lane, Message
from diptych.ingest.store import ClusterStore
from diptych.ingest.verifying import Verdict, Verification
from diptych.mappings.engine import OpenSearch
from diptych.mappings.target import Target
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

INDEX = "products"
#: A primary goes there and back twice.
_N_MOVES = 4


class Worker:
    """A publisher that does at once what it is told: a change that nobody published is seen."""

    def __init__(self, cluster: Cluster, target: Target) -> None:
        """Writes to the index of the feed."""
        store = ClusterStore(cluster, OpenSearch(), target)
        self._enricher = Enricher(store, ENCODER, PICTURES)

    def publish(self, message: Message, lane: Lane) -> None:
        """Return when the documents have their vectors."""
        self._enricher.start(message.ids).run()


@pytest.fixture
def two_nodes(
    stack: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Cluster, str]]:
    """A cluster of two nodes and its address; `stack` says whether there is a Java."""
    with run_two_nodes(tmp_path_factory.mktemp("two-nodes")) as url:
        cluster = Cluster(load_settings(cluster_url=url))
        yield cluster, url
        cluster.close()


def test_moving_primary_loses_no_operation_for_the_feed(two_nodes: tuple[Cluster, str]) -> None:
    """Documents are written all the while; afterwards every vector agrees with its document."""
    cluster, url = two_nodes
    target = create_product_index(cluster, INDEX, ENCODER, refresh_interval="500ms")
    application = Application(url, INDEX, n_products=200)
    feed = Feed(cluster, OpenSearch(), Worker(cluster, target), name=INDEX, owner="first")
    is_over = threading.Event()
    following = threading.Thread(target=follow, args=(feed, is_over))
    following.start()
    application.start(n_updates=1_600, n_deletes=100)
    try:
        nodes = [move_primary(cluster) for _ in range(_N_MOVES)]
        n_written = application.n_done
        application.join()
        history = History(cluster, OpenSearch(), target)

        wait_until(lambda: n_wrong(history, target) == 0)
    finally:
        is_over.set()
        following.join()

    assert {"node-1", "node-2"} == set(nodes)
    assert n_written < 200 + 1_700, "the application was done before the primary had moved"
    assert titles_of(cluster) == application.titles


def follow(feed: Feed, is_over: threading.Event) -> None:
    """What the command does: look again, also after an error that a wait mends."""
    while not is_over.wait(0.1):
        try:
            feed.poll()
        except (UnavailableError, ConflictError):
            continue


def move_primary(cluster: Cluster) -> str:
    """Move the index's one shard to the other node; its name, when the shard works there."""
    source = primary_node(cluster)
    assert source is not None
    target = "node-2" if source == "node-1" else "node-1"
    move = {"index": INDEX, "shard": 0, "from_node": source, "to_node": target}
    cluster.call("POST", path("_cluster", "reroute"), body={"commands": [{"move": move}]})
    wait_until(lambda: primary_node(cluster) == target)
    return target


def primary_node(cluster: Cluster) -> str | None:
    """The node of the shard; None while it is on its way."""
    params = {"format": "json", "h": "node,state"}
    (shard,) = cluster.call("GET", path("_cat", "shards", INDEX), params=params)
    return str(shard["node"]) if shard["state"] == "STARTED" else None


def n_wrong(history: History, target: Target) -> int:
    """Documents whose vector is stale, missing or orphaned."""
    verification = Verification(history, target.index, now=utc_now())
    list(verification.run())
    assert 0 == verification.report.counts[Verdict.FAILED]
    return verification.report.n_wrong


def titles_of(cluster: Cluster) -> dict[str, str]:
    """What stands in the index, by id."""
    body = {"size": 500, "_source": ["title"]}
    answer = cluster.call("POST", path(INDEX, "_search"), body=body)
    return {hit["_id"]: hit["_source"]["title"] for hit in answer["hits"]["hits"]}
