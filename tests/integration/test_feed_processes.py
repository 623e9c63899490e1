"""Feeds and workers as processes, with the real broker: take-over, and lanes side by side."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from followed import ENCODER
from products import create_product_index, has_vector, index_products
from waiting import wait_until

from diptych.client import Cluster
from diptych.ingest.publishing import Lane, publish_ids
from diptych.plugin.children import Child, settings_environment
from diptych.settings import Settings
from diptych.workers.app import CeleryPublisher, make_app, queue_name

pytestmark = pytest.mark.integration

#: A database of the broker that no other test uses.
_DATABASE = "11"


@dataclass(frozen=True, slots=True)
class Queues:
    """The lanes of a broker of this test's own, and the settings that name it."""

    settings: Settings
    client: redis.Redis

    def length(self, lane: Lane) -> int:
        """Messages that wait."""
        return int(self.client.llen(queue_name(lane)))

    def ids(self, lane: Lane) -> set[str]:
        """Ids in the messages that wait."""
        raw = self.client.lrange(queue_name(lane), 0, -1)
        bodies = [json.loads(base64.b64decode(json.loads(message)["body"])) for message in raw]
        return {id_ for (message,), *_ in bodies for id_ in message["ids"]}


@pytest.fixture
def queues(settings: Settings, broker_url: str, encoder_url: str) -> Iterator[Queues]:
    """Empty queues."""
    url = f"{broker_url.rpartition('/')[0]}/{_DATABASE}"
    client = redis.Redis.from_url(url)
    client.flushdb()
    changed = {"broker_url": url, "encoder_url": encoder_url}
    yield Queues(Settings(**(settings.model_dump() | changed)), client)
    client.flushdb()
    client.close()


@contextmanager
def feed_process(queues: Queues, index: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A feed in a process of its own, which ends with the test."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "diptych", "feed", index, "--interval-s", "0.2"],
            env=os.environ | settings_environment(queues.settings),
            stderr=file,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def test_second_feed_takes_over_within_seconds_when_the_first_is_killed(
    queues: Queues, cluster: Cluster, index_name: str, tmp_path: Path
) -> None:
    """`kill -9` of the one that works; what was written meanwhile is enqueued by the other."""
    create_product_index(cluster, index_name, ENCODER)
    index_products(cluster, index_name, {"before": {"title": "red"}})
    passive = tmp_path / "second.log"
    with feed_process(queues, index_name, tmp_path / "first.log") as first:
        wait_until(lambda: "before" in queues.ids(Lane.LIVE))
        with feed_process(queues, index_name, passive):
            wait_until(lambda: "another feed follows" in passive.read_text("utf-8"))
            first.kill()
            index_products(cluster, index_name, {"after": {"title": "blue"}})

            took_s = wait_until(lambda: "after" in queues.ids(Lane.LIVE))

    # The lease's five seconds, and a look on either side; a busy machine needs some more.
    assert took_s < 15.0


def test_backfill_never_starves_live_changes(
    queues: Queues, cluster: Cluster, index_name: str
) -> None:
    """A change of now is done while most of a long back-fill still waits."""
    create_product_index(cluster, index_name, ENCODER)
    ids = [str(n) for n in range(2_000)]
    index_products(cluster, index_name, {id_: {"title": f"red {id_}"} for id_ in ids})
    broker = queues.settings.broker_url
    assert broker is not None
    publisher = CeleryPublisher(make_app(broker.get_secret_value()))
    for start in range(0, len(ids), 10):
        publish_ids(publisher, index_name, ids[start : start + 10], Lane.BACKFILL, is_forced=True)
    worker = Child(["worker"], queues.settings)
    try:
        wait_until(lambda: queues.length(Lane.BACKFILL) < 195)
        index_products(cluster, index_name, {"live": {"title": "blue"}})
        waiting = queues.length(Lane.BACKFILL)
        publish_ids(publisher, index_name, ["live"], Lane.LIVE)

        wait_until(lambda: has_vector(cluster, index_name, "live"))
        left = queues.length(Lane.BACKFILL)
    finally:
        worker.stop()

    assert left > waiting - 50, f"{waiting - left} of {waiting} messages went first"
