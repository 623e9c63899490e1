"""Fixtures that several tests share: the one local stack of a test run, its indexes, its models."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from brokers import BROKERS, Broker
from nodes import fresh_name
from rabbitmq import RabbitMq, missing_rabbitmq, run_rabbitmq
from secured import SecuredCluster, run_secured

from diptych.encoding import Encoder
from diptych.errors import LocalStackError
from diptych.plugin.local.engines import ELASTICSEARCH, OPENSEARCH_2, OPENSEARCH_3, LocalEngine
from diptych.plugin.local.java import find_java
from diptych.plugin.local.stack import read_state, run_stack
from diptych.plugin.local.state import StackState

#: A database of the broker that no other fixture uses.
VALKEY_DATABASE = 12


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackState]:
    """A node and a broker of this test run's own; skipped without Java, except on CI.

    `DIPTYCH_TEST_HOME` names the home folder of a stack that runs already, to be used instead.
    """
    home = tmp_path_factory.mktemp("home")
    yield from _run(OPENSEARCH_2, home, "DIPTYCH_TEST_HOME")


@pytest.fixture(scope="session")
def opensearch3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackState]:
    """As `stack`, with OpenSearch 3; `DIPTYCH_TEST_HOME_OPENSEARCH3` names a running one."""
    home = tmp_path_factory.mktemp("opensearch3-home")
    yield from _run(OPENSEARCH_3, home, "DIPTYCH_TEST_HOME_OPENSEARCH3")


@pytest.fixture(scope="session")
def opensearch3_url(opensearch3: StackState) -> str:
    """Address of the test run's OpenSearch 3 node, which has k-NN and no `hybrid` query."""
    return opensearch3.cluster_url


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackState]:
    """As `stack`, with Elasticsearch; `DIPTYCH_TEST_HOME_ELASTICSEARCH` names a running one."""
    home = tmp_path_factory.mktemp("elasticsearch-home")
    yield from _run(ELASTICSEARCH, home, "DIPTYCH_TEST_HOME_ELASTICSEARCH")


@pytest.fixture(scope="session")
def elasticsearch_url(elasticsearch: StackState) -> str:
    """Address of the test run's Elasticsearch node."""
    return elasticsearch.cluster_url


def _run(engine: LocalEngine, home: Path, variable: str) -> Iterator[StackState]:
    """The running stack that the variable names, else a new one, where its Java is installed."""
    running = os.environ.get(variable)
    if running is not None:
        state = read_state(Path(running))
        assert state is not None, f"no local stack runs in {running}"
        yield state
        return
    try:
        find_java(engine.java)
    except LocalStackError as err:
        _go_without(str(err))
    with run_stack(home, engine=engine.name) as state:
        yield state


def _go_without(reason: str) -> NoReturn:
    """Skip what needs a part that is not installed; CI has them all."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def cluster_url(stack: StackState) -> str:
    """Address of the test run's node."""
    return stack.cluster_url


@pytest.fixture(scope="session")
def broker_url(stack: StackState) -> str:
    """Address of the test run's broker; its queues are shared by all tests."""
    return stack.broker_url


@pytest.fixture(scope="session")
def rabbitmq_installed() -> None:
    """Skips where RabbitMQ is not installed, except on CI."""
    reason = missing_rabbitmq()
    if reason is not None:
        _go_without(reason)


@pytest.fixture(scope="session")
def rabbitmq(
    rabbitmq_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RabbitMq]:
    """A RabbitMQ server of this test run's own."""
    with run_rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture
def rabbitmq_url(rabbitmq: RabbitMq) -> Iterator[str]:
    """Address of the test run's RabbitMQ, on which this test finds no message of another."""
    rabbitmq.clear()
    yield rabbitmq.url
    rabbitmq.clear()


@pytest.fixture
def valkey_url(broker_url: str) -> Iterator[str]:
    """Address of a database of the test run's Valkey, empty, that only one test uses at a time."""
    import redis

    url = f"{broker_url.rpartition('/')[0]}/{VALKEY_DATABASE}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Broker:
    """Each broker in turn, with no message in it."""
    return Broker(request.param, request.getfixturevalue(BROKERS[request.param]))


@pytest.fixture
def index_name(cluster_url: str) -> Iterator[str]:
    """A name that no other test has; what it names is deleted afterwards."""
    with fresh_name(cluster_url) as name:
        yield name


@pytest.fixture(scope="session")
def secured_cluster(
    cluster_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecuredCluster]:
    """The same node behind TLS and credentials."""
    folder: Path = tmp_path_factory.mktemp("secured")
    with run_secured(cluster_url, folder) as secured:
        yield secured


@pytest.fixture
def denied(secured_cluster: SecuredCluster) -> Iterator[set[tuple[str, str]]]:
    """(method, start of a path) pairs that the secured cluster refuses during one test."""
    yield secured_cluster.denied
    secured_cluster.denied.clear()


@pytest.fixture(scope="session")
def demo_encoder() -> Encoder:
    """The bundled model on the processor, loaded once in a test run."""
    from diptych.workers.encoders.loading import load_encoder

    return load_encoder(device="cpu")


@pytest.fixture(scope="session")
def encoder_url() -> Iterator[str]:
    """Address of a running encoder service over a `FakeEncoder`."""
    import uvicorn

    from diptych.plugin.encoder_service import encoder_app
    from diptych.plugin.serve.listening import listening
    from diptych.testing import FakeEncoder

    with listening("127.0.0.1", 0) as listener:
        listener.listen()
        config = uvicorn.Config(encoder_app(FakeEncoder()), ws="none", log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()
