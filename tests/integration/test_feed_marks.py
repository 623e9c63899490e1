"""The feed on clusters that refuse an index's history: it polls marks, and says so."""

import logging
from collections.abc import Iterator

import pytest
from followed import enrich, make_index, refresh
from nodes import EngineCluster
from products import bulk, index_products
from reticent import ReticentCluster

from diptych.client import Cluster
from diptych.errors import CredentialsError, RefusedError
from diptych.ingest.feed import Feed
from diptych.mappings.target import Target
from diptych.settings import load_settings
from diptych.testing import MemoryPublisher

pytestmark = pytest.mark.integration


@pytest.fixture
def reticent(engine_cluster: EngineCluster) -> Iterator[ReticentCluster]:
    """The engine's node."""
    cluster = ReticentCluster(load_settings(cluster_url=engine_cluster.state.cluster_url))
    yield cluster
    cluster.close()


@pytest.fixture
def target(engine_cluster: EngineCluster, engine_index: str) -> Target:
    """An installed index with two products."""
    target = make_index(engine_cluster, engine_index)
    products = {id_: {"title": f"red {id_}", "image": "red.jpg"} for id_ in "01"}
    index_products(engine_cluster.cluster, engine_index, products)
    return target


def make_feed(
    node: EngineCluster, cluster: Cluster, target: Target
) -> tuple[Feed, MemoryPublisher]:
    """A feed that publishes into memory."""
    publisher = MemoryPublisher()
    return Feed(cluster, node.engine, publisher, name=target.name, owner="first"), publisher


def test_feed_polls_marks_where_stats_are_refused(
    engine_cluster: EngineCluster,
    reticent: ReticentCluster,
    target: Target,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each product is published once, again when it is written again, and the log says how."""
    feed, publisher = make_feed(engine_cluster, reticent, target)
    refresh(engine_cluster, target)

    with caplog.at_level(logging.WARNING):
        polls = [feed.poll().published for _ in range(2)]
    enrich(engine_cluster, target, *publisher.ids)
    index_products(engine_cluster.cluster, target.index, {"1": {"title": "blue"}})
    refresh(engine_cluster, target)
    later = feed.poll().published

    assert ([2, 0], 1) == (polls, later)
    assert ["0", "1", "1"] == publisher.ids
    assert ["partial updates" in record.getMessage() for record in caplog.records] == [True]


def test_feed_polls_marks_where_seq_no_is_refused(
    engine_cluster: EngineCluster, reticent: ReticentCluster, target: Target
) -> None:
    """A cluster that does not sort by `_seq_no` is served the same way."""
    reticent.refusal = RefusedError("No mapping found for [_seq_no] in order to sort on.")
    reticent.refused = "'range': {'_seq_no'"
    feed, publisher = make_feed(engine_cluster, reticent, target)

    feed.poll()

    assert {"0", "1"} == set(publisher.ids)


def test_vector_that_an_application_dropped_is_seen_without_history(
    engine_cluster: EngineCluster, reticent: ReticentCluster, target: Target
) -> None:
    """A product that says `ready` and has no vector is published, and made anew."""
    feed, publisher = make_feed(engine_cluster, reticent, target)
    enrich(engine_cluster, target, "0", "1")
    change = {"doc": {target.contract.vector_field: None}}
    bulk(engine_cluster.cluster, target.index, [(("update", "1"), change)])
    refresh(engine_cluster, target)

    feed.poll()

    assert [(("1",), True)] == [(m.ids, m.is_forced) for m, _ in publisher.messages]


def test_credentials_that_are_wrong_for_all_are_no_reason_for_marks(
    engine_cluster: EngineCluster, reticent: ReticentCluster, target: Target
) -> None:
    """Where the marks are refused too, the feed says what is wrong."""
    feed, publisher = make_feed(engine_cluster, reticent, target)
    feed.poll()
    reticent.refused = f"/{target.index}/_s"

    with pytest.raises(CredentialsError):
        Feed(reticent, engine_cluster.engine, publisher, name=target.name, owner="first").poll()
