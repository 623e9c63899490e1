"""What Diptych expects of a broker, on each of them: confirmed, on its lane, never lost."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from brokers import DEAD, Broker, n_waiting, take, take_and_die
from commands import RunDiptych, runner
from followed import ENCODER
from products import create_product_index, has_vector, index_products
from reporting import report
from supervised import Supervised
from waiting import wait_until

from diptych.client import Cluster
from diptych.errors import CredentialsError, UnavailableError
from diptych.ingest.dead_letters import DeadLetter
from diptych.ingest.publishing import Lane, Message, publish_ids
from diptych.plugin.local.ports import LOOPBACK, choose_port
from diptych.settings import Settings
from diptych.testing import MemoryDeadLetters
from diptych.workers.app import CeleryPublisher, dead_queue, make_app, prepare_broker, queue_name
from diptych.workers.dead_queue import drain
from diptych.workers.queues import broker_run, queue_lengths

pytestmark = pytest.mark.integration

#: Short, so that a test sees a message return; the setting's default is 300 s.
_VISIBILITY_S = 2
_MESSAGE = Message("products", ("1", "2"))


@pytest.fixture
def publisher(broker: Broker) -> CeleryPublisher:
    """Publishes to a broker as feed and worker do."""
    return CeleryPublisher(make_app(broker.url))


@pytest.fixture
def worker_settings(settings: Settings, broker: Broker, encoder_url: str) -> Settings:
    """Of a worker on this broker; the encoder is a service, so that it starts at once."""
    changed = {
        "broker_url": broker.url,
        "encoder_url": encoder_url,
        "redis_visibility_s": _VISIBILITY_S,
    }
    return Settings(**(settings.model_dump() | changed))


def test_message_is_on_its_lane_when_publish_returns(
    broker: Broker, publisher: CeleryPublisher
) -> None:
    """The feed moves its checkpoint then; the other lane has nothing of it."""
    publisher.publish(_MESSAGE, Lane.BACKFILL)

    assert (0, 1) == (broker.n_waiting(Lane.LIVE), broker.n_waiting(Lane.BACKFILL))
    assert _MESSAGE.to_json() == take(broker.url, queue_name(Lane.BACKFILL))


def test_broker_that_can_lose_messages_says_which_run_it_is(broker: Broker) -> None:
    """RabbitMQ loses none that it has confirmed."""
    app = make_app(broker.url)

    runs = [broker_run(app), broker_run(app)]

    assert runs[0] == runs[1]
    assert broker.is_rabbitmq == (runs[0] is None)


def test_wrong_password_is_an_error_of_credentials(broker: Broker) -> None:
    """A supervisor must not start it again for ever, and the message names no password."""
    stranger = CeleryPublisher(make_app(broker.strangers_url))

    with pytest.raises(CredentialsError, match="DIPTYCH_BROKER_URL") as caught:
        stranger.publish(_MESSAGE, Lane.LIVE)

    assert "wrong" not in str(caught.value)


def test_worker_with_a_wrong_password_stops(
    broker: Broker, worker_settings: Settings, tmp_path: Path
) -> None:
    """Status 78 tells its supervisor that a person has to look."""
    wrong = Settings(**(worker_settings.model_dump() | {"broker_url": broker.strangers_url}))
    worker = Supervised(wrong, "worker", log_file=tmp_path / "worker.log")

    wait_until(lambda: not worker.is_running, patience_s=30.0)

    assert 78 == worker.stop()[0]
    assert "refuses these credentials" in worker.log


def test_broker_that_is_away_is_unavailable(broker: Broker) -> None:
    """The feed keeps its checkpoint and tries again."""
    scheme = broker.url.partition("://")[0]
    nobody = CeleryPublisher(make_app(f"{scheme}://{LOOPBACK}:{choose_port([])}/"))

    with pytest.raises(UnavailableError, match="does not answer"):
        nobody.publish(_MESSAGE, Lane.LIVE)


def test_message_of_a_killed_worker_comes_back(
    broker: Broker, cluster: Cluster, worker_settings: Settings, index_name: str, tmp_path: Path
) -> None:
    """A worker is killed while it encodes; another one does what it held."""
    create_product_index(cluster, index_name, ENCODER)
    index_products(cluster, index_name, {"1": {"title": "red"}})
    publisher = CeleryPublisher(make_app(broker.url))
    publish_ids(publisher, index_name, ["1"], Lane.LIVE)
    with silent_encoder() as (url, listener):
        hanging = Settings(**(worker_settings.model_dump() | {"encoder_url": url}))
        doomed = Supervised(hanging, "worker", log_file=tmp_path / "doomed.log")
        connection, _ = listener.accept()
        doomed.kill()
        connection.close()

    worker = Supervised(worker_settings, "worker", log_file=tmp_path / "worker.log")
    try:
        took_s = wait_until(lambda: has_vector(cluster, index_name, "1"))
    finally:
        worker.stop()

    assert took_s < 30.0


def test_worker_asked_to_stop_loses_nothing_and_repeats_nothing(
    broker: Broker, cluster: Cluster, worker_settings: Settings, index_name: str, tmp_path: Path
) -> None:
    """SIGTERM with messages in hand and more on the queue; the next worker does the rest."""
    # The time that is shipped: whatever it gave back late would be missing below.
    shipped = Settings(**(worker_settings.model_dump() | {"redis_visibility_s": 300}))
    create_product_index(cluster, index_name, ENCODER)
    ids = [str(n) for n in range(200)]
    index_products(cluster, index_name, {id_: {"title": f"red {id_}"} for id_ in ids})
    publisher = CeleryPublisher(make_app(broker.url))
    for id_ in ids:
        # Forced, so that whatever is done twice is written twice.
        publish_ids(publisher, index_name, [id_], Lane.LIVE, is_forced=True)
    worker = Supervised(shipped, "worker", log_file=tmp_path / "worker.log")
    wait_until(lambda: worker.log.count(" 1 written") >= 20)

    status, took_s = worker.stop()
    n_before = worker.log.count(" 1 written")
    worker.start()
    wait_until(lambda: worker.log.count(" 1 written") >= 200)
    worker.stop()

    report(broker=broker.name, stopped="worker", took_s=round(took_s, 1))
    assert (0, True) == (status, took_s < 25.0)
    assert n_before < 200, "it was asked too late"
    assert 200 == worker.log.count(" 1 written")
    assert 0 == broker.n_waiting(Lane.LIVE) + broker.n_held()


def test_message_that_ended_five_workers_is_kept_as_a_dead_letter(rabbitmq_url: str) -> None:
    """It may come back four times; RabbitMQ then moves it, and the queue goes on."""
    app = make_app(rabbitmq_url)
    prepare_broker(app)
    CeleryPublisher(app).publish(_MESSAGE, Lane.LIVE)
    live = queue_name(Lane.LIVE)

    n_deliveries = 0
    while n_waiting(rabbitmq_url, DEAD) == 0:
        n_deliveries += take_and_die(rabbitmq_url, live)

    letters = MemoryDeadLetters()
    n_drained = drain(app, letters)

    assert (5, 1) == (n_deliveries, n_drained)
    assert [("1", "DeliveryLimitError"), ("2", "DeliveryLimitError")] == [
        (letter.id, letter.error_class) for letter in letters.letters
    ]
    assert (0, 0) == (n_waiting(rabbitmq_url, DEAD), n_waiting(rabbitmq_url, live))


class FullLetters(MemoryDeadLetters):
    """A disk without room."""

    def record(self, letter: DeadLetter) -> None:
        """Not now."""
        raise UnavailableError("no room")


def test_dead_message_that_cannot_be_recorded_stays(rabbitmq_url: str) -> None:
    """Nothing is dropped without a record; nor is a stranger's message."""
    app = make_app(rabbitmq_url)
    prepare_broker(app)
    with app.connection_for_write() as connection:
        dead_queue()(connection.default_channel).declare()
        producer = connection.Producer(serializer="json")
        producer.publish({"schema": 99}, exchange=DEAD, routing_key="")
    letters = MemoryDeadLetters()

    with pytest.raises(UnavailableError):
        drain(app, FullLetters())
    n_drained = drain(app, letters)

    assert (1, ["message"]) == (n_drained, [letter.stage for letter in letters.letters])


STRANGERS = {
    "bytes": (b"\x80\x04N.", "application/json"),
    "pickle": (b"\x80\x04N.", "application/x-python-serialize"),
    "text": (b'"text"', "application/json"),
    "number in a list": (b"[5]", "application/json"),
    "object in a list": (b'[{"a": 1}]', "application/json"),
    "half a character": (b'"\\ud800"', "application/json"),
}


@pytest.mark.parametrize(("body", "kind"), STRANGERS.values(), ids=STRANGERS)
def test_dead_message_of_a_stranger_holds_up_no_other(
    rabbitmq_url: str, body: bytes, kind: str
) -> None:
    """Whatever it is, it is recorded, and the message behind it too."""
    app = make_app(rabbitmq_url)
    prepare_broker(app)
    with app.connection_for_write() as connection:
        producer = connection.Producer(serializer="json")
        producer.publish(body, exchange=DEAD, content_type=kind, content_encoding="utf-8")
        producer.publish([[_MESSAGE.to_json()], {}, {}], exchange=DEAD)
    letters = MemoryDeadLetters()

    n_drained = drain(app, letters)

    assert (2, 0) == (n_drained, n_waiting(rabbitmq_url, DEAD))
    assert ["message", "delivery", "delivery"] == [letter.stage for letter in letters.letters]


def test_embed_starts_feed_and_worker_on_any_broker(
    worker_settings: Settings, broker: Broker, cluster: Cluster, index_name: str
) -> None:
    """From an index without vectors to one with all of them, in one command."""
    run_diptych: RunDiptych = runner(worker_settings)
    create_product_index(cluster, index_name, ENCODER)
    products = {str(n): {"title": f"red dress {n}"} for n in range(600)}
    index_products(cluster, index_name, products)

    embedded = run_diptych("embed", index_name, "--wait", "--json")
    verified = run_diptych("verify", index_name, "--json")

    assert 0 == embedded.returncode, embedded.stderr
    assert (600, 0) == (json.loads(embedded.stdout)["enqueued"], verified.returncode)
    assert 0 == broker.n_waiting(Lane.LIVE) + broker.n_waiting(Lane.BACKFILL)


def test_lengths_of_queues_count_what_waits_and_nothing_where_no_queue_is(
    broker: Broker, publisher: CeleryPublisher
) -> None:
    """Before the first message there are no queues, and RabbitMQ closes a channel for that."""
    app = make_app(broker.url)
    before = queue_lengths(app)
    publisher.publish(_MESSAGE, Lane.BACKFILL)

    assert {Lane.LIVE: 0, Lane.BACKFILL: 0} == before
    assert {Lane.LIVE: 0, Lane.BACKFILL: 1} == queue_lengths(app)


@contextmanager
def silent_encoder() -> Iterator[tuple[str, socket.socket]]:
    """A service that takes connections and never answers."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        listener.settimeout(60.0)
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}", listener
