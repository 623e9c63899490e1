"""A document that kills whatever process encodes it, with real workers, queue and journal."""

import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from brokers import Broker
from followed import ENCODER
from products import create_product_index, index_products
from waiting import wait_until

from diptych.client import Cluster, path
from diptych.ingest.dead_letter_index import DeadLetterIndex
from diptych.ingest.publishing import Lane, publish_ids
from diptych.plugin.children import settings_environment
from diptych.settings import Settings
from diptych.workers.app import CeleryPublisher, make_app

pytestmark = pytest.mark.integration

_KILLING = Path(__file__).parents[1] / "killing"


@pytest.fixture
def worker_settings(settings: Settings, broker: Broker, encoder_url: str) -> Settings:
    """Of a worker on this broker; Redis gives its messages to another after two seconds."""
    changed = {"broker_url": broker.url, "encoder_url": encoder_url, "redis_visibility_s": 2}
    return Settings(**(settings.model_dump() | changed))


@contextmanager
def mortal_worker(settings: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker to which some texts are deadly; stopped in the end, if it lives."""
    environment = os.environ | settings_environment(settings) | {"PYTHONPATH": str(_KILLING)}
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "diptych", "worker"], env=environment, stderr=file, stdout=file
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def publish(settings: Settings, index: str, ids: Collection[str]) -> None:
    """As a feed does."""
    assert settings.broker_url is not None
    publisher = CeleryPublisher(make_app(settings.broker_url.get_secret_value()))
    publish_ids(publisher, index, list(ids), Lane.LIVE)


@pytest.mark.parametrize("is_same_machine", [True, False])
def test_deadly_document_ends_one_worker_and_costs_its_neighbours_one_restart(
    worker_settings: Settings,
    cluster: Cluster,
    index_name: str,
    tmp_path: Path,
    is_same_machine: bool,
) -> None:
    """The next worker finds the message in the journal, or is told that it was delivered before."""
    create_product_index(cluster, index_name, ENCODER)
    products = {str(n): {"title": f"red dress {n}"} for n in range(20)}
    products["7"] = {"title": "a deadly dress"}
    index_products(cluster, index_name, products)
    log = tmp_path / "worker.log"
    with mortal_worker(worker_settings, log) as first:
        publish(worker_settings, index_name, products)
        wait_until(lambda: first.poll() is not None)

    home = worker_settings.home_dir if is_same_machine else tmp_path / "elsewhere"
    with mortal_worker(worker_settings.model_copy(update={"home_dir": home}), log) as second:
        wait_until(lambda: len(states(cluster, index_name)) == 20)
        index_products(cluster, index_name, {"later": {"title": "blue mug"}})
        publish(worker_settings, index_name, ["7", "later"])
        wait_until(lambda: "later" in states(cluster, index_name))
        is_alive = second.poll() is None

    found = states(cluster, index_name)
    assert (-9, True) == (first.returncode, is_alive)
    assert {"7": "failed"} == {id_: state for id_, state in found.items() if state != "partial"}
    letters = DeadLetterIndex(cluster).select([{"term": {"index": index_name}}])
    assert [("7", "CrashError")] == [(letter.id, letter.error_class) for letter, _ in letters]


def states(cluster: Cluster, index: str) -> dict[str, str]:
    """What workers said of each document."""
    cluster.call("POST", path(index, "_refresh"))
    body = {"size": 100, "query": {"terms": {"diptych.state": ["ready", "partial", "failed"]}}}
    hits = cluster.call("POST", path(index, "_search"), body=body)["hits"]["hits"]
    return {hit["_id"]: hit["_source"]["diptych"]["state"] for hit in hits}
