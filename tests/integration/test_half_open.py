"""Connections that stand and say nothing any more: noticed, and gone round."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from blackhole import Blackhole, run_blackhole
from brokers import Broker
from followed import ENCODER
from products import create_product_index, has_vector, index_products
from reporting import report
from supervised import Supervised
from waiting import wait_until

from diptych.client import Cluster
from diptych.ingest.publishing import Lane, publish_ids
from diptych.plugin.local.ports import LOOPBACK
from diptych.settings import Settings
from diptych.workers.app import CeleryPublisher, make_app

pytestmark = pytest.mark.integration

#: In the address of RabbitMQ, so that a test sees the worker notice; 20 s are shipped.
_HEARTBEAT_S = 4

#: Class 60, method 10: how much a client takes at once (AMQP 0-9-1, basic.qos).
_QOS = b"\x00\x3c\x00\x0a"


@pytest.fixture
def products(cluster: Cluster, index_name: str) -> str:
    """An index of two products without vectors."""
    create_product_index(cluster, index_name, ENCODER)
    index_products(cluster, index_name, {"before": {"title": "red"}, "after": {"title": "blue"}})
    return index_name


@pytest.fixture
def publisher(broker: Broker) -> CeleryPublisher:
    """Publishes without any proxy."""
    return CeleryPublisher(make_app(broker.url))


@pytest.fixture
def worker_settings(settings: Settings, broker: Broker, encoder_url: str) -> Settings:
    """Of a worker that loads no models."""
    changed = {"broker_url": broker.url, "encoder_url": encoder_url, "timeout_s": 3.0}
    return Settings(**(settings.model_dump() | changed))


@pytest.fixture
def to_broker(broker: Broker) -> Iterator[Blackhole]:
    """A proxy before the broker."""
    with run_blackhole(_port(broker.url)) as proxy:
        yield proxy


def test_worker_leaves_a_broker_connection_that_went_silent(
    broker: Broker,
    publisher: CeleryPublisher,
    to_broker: Blackhole,
    worker_settings: Settings,
    cluster: Cluster,
    products: str,
    tmp_path: Path,
) -> None:
    """Nobody closed it, and nothing comes; the worker connects anew and goes on."""
    settings = Settings(**(worker_settings.model_dump() | {"broker_url": _by(broker, to_broker)}))
    worker = Supervised(settings, "worker", log_file=tmp_path / "worker.log")
    try:
        publish_ids(publisher, products, ["before"], Lane.LIVE)
        wait_until(lambda: has_vector(cluster, products, "before"))
        to_broker.silence()
        # A message that the server has sent into the silence is another matter.
        wait_until(lambda: is_unattended(broker))
        publish_ids(publisher, products, ["after"], Lane.LIVE)

        took_s = wait_until(lambda: has_vector(cluster, products, "after"), patience_s=90.0)
        report(broker=broker.name, silent="worker-broker", right_s=round(took_s, 1))
    finally:
        worker.kill()


@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_worker_leaves_a_broker_connection_that_went_silent_while_it_started(
    broker: Broker,
    publisher: CeleryPublisher,
    to_broker: Blackhole,
    worker_settings: Settings,
    cluster: Cluster,
    products: str,
    tmp_path: Path,
) -> None:
    """It asked something and got no answer, before it looked at any heartbeat."""
    settings = Settings(**(worker_settings.model_dump() | {"broker_url": _by(broker, to_broker)}))
    to_broker.silence_once_at(_QOS)
    publish_ids(publisher, products, ["before"], Lane.LIVE)
    worker = Supervised(settings, "worker", log_file=tmp_path / "worker.log")
    try:
        wait_until(lambda: has_vector(cluster, products, "before"), patience_s=90.0)
    finally:
        worker.kill()


def test_worker_leaves_a_cluster_connection_that_went_silent(
    broker: Broker,
    publisher: CeleryPublisher,
    worker_settings: Settings,
    cluster: Cluster,
    products: str,
    tmp_path: Path,
) -> None:
    """It waits for an answer as long as `timeout_s`, then asks on a new one."""
    assert worker_settings.cluster_url is not None
    with run_blackhole(_port(worker_settings.cluster_url)) as proxy:
        # One thread: a second one would go on at once with a connection of its own.
        behind = {"cluster_url": f"http://{LOOPBACK}:{proxy.port}", "concurrency": 1}
        settings = Settings(**(worker_settings.model_dump() | behind))
        worker = Supervised(settings, "worker", log_file=tmp_path / "worker.log")
        try:
            publish_ids(publisher, products, ["before"], Lane.LIVE)
            wait_until(lambda: has_vector(cluster, products, "before"))
            proxy.silence()
            publish_ids(publisher, products, ["after"], Lane.LIVE)

            took_s = wait_until(lambda: has_vector(cluster, products, "after"))
            report(broker=broker.name, silent="worker-cluster", right_s=round(took_s, 1))
        finally:
            worker.kill()


def test_publisher_leaves_a_broker_connection_that_went_silent(
    broker: Broker, to_broker: Blackhole
) -> None:
    """A feed would wait for the confirmation for ever."""
    publisher = CeleryPublisher(make_app(_by(broker, to_broker)))
    publish_ids(publisher, "products", ["1"], Lane.LIVE)
    to_broker.silence()

    publish_ids(publisher, "products", ["2"], Lane.LIVE)

    assert 2 == broker.n_waiting(Lane.LIVE)


def is_unattended(broker: Broker) -> bool:
    """Whether the broker sends no message to a silent worker: Redis asks for the next one only."""
    if broker.is_rabbitmq:
        return True
    with redis.Redis.from_url(broker.url) as client:
        return bool(client.info("clients")["blocked_clients"] == 0)


def _by(broker: Broker, proxy: Blackhole) -> str:
    url = broker.url.replace(f":{_port(broker.url)}/", f":{proxy.port}/")
    return f"{url}?heartbeat={_HEARTBEAT_S}" if broker.is_rabbitmq else url


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
