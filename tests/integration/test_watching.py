"""What a real worker and a real feed tell those who watch them, in good days and in bad ones."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from brokers import DEAD
from followed import ENCODER
from products import create_product_index, index_products
from proxies import proxy_to
from waiting import wait_until
from watching import Watched, watched_process

from diptych.client import Cluster, path
from diptych.ingest.dead_letter_index import DeadLetterIndex
from diptych.ingest.publishing import Lane, Message, publish_ids
from diptych.plugin.local.stack import run_stack
from diptych.plugin.local.state import BROKER, CLUSTER, StackFolder
from diptych.plugin.watch.reaching import cluster_check
from diptych.settings import Settings, load_settings
from diptych.workers.app import CeleryPublisher, make_app, prepare_broker

pytestmark = pytest.mark.integration

_HANGING = Path(__file__).parents[1] / "hanging"
#: A database of the broker that no other test uses.
_DATABASE = "10"


@pytest.fixture
def own(settings: Settings, broker_url: str, encoder_url: str) -> Iterator[Settings]:
    """Settings with empty queues of this test's own."""
    url = f"{broker_url.rpartition('/')[0]}/{_DATABASE}"
    client = redis.Redis.from_url(url)
    client.flushdb()
    yield _changed(settings, broker_url=url, encoder_url=encoder_url)
    client.flushdb()
    client.close()


def test_counts_are_those_of_the_work_done(
    own: Settings, cluster: Cluster, index_name: str, tmp_path: Path
) -> None:
    """30 products, a third of which have a picture, of which one is missing and one is broken."""
    create_product_index(cluster, index_name, ENCODER)
    for number in range(8):
        (tmp_path / f"{number}.jpg").write_bytes(b"picture %d" % number)
    (tmp_path / "8.jpg").write_bytes(b"no picture")
    products = {str(n): {"title": f"dress {n}"} for n in range(30)}
    for number in range(10):
        products[str(number)]["image"] = f"{number}.jpg"
    with ExitStack() as processes:
        worker = processes.enter_context(watched_process(own, tmp_path / "worker.log", "worker"))
        feed = processes.enter_context(
            watched_process(own, tmp_path / "feed.log", "feed", index_name, "--interval-s", "0.2")
        )
        wait_until(lambda: 200 == worker.ask("/readyz").status == feed.ask("/readyz").status)
        index_products(cluster, index_name, products)
        lag = "diptych_feed_change_to_searchable_seconds"
        wait_until(lambda: feed.value(f"{lag}_count", index=index_name) == 30)
        lag_s = feed.value(f"{lag}_sum", index=index_name)
        wait_until(lambda: feed.value("diptych_feed_unread_operations", index=index_name) == 0)
        published = feed.value(
            "diptych_feed_published_documents_total", index=index_name, lane="live"
        )
        is_leader = feed.value("diptych_feed_is_leader", index=index_name)
        counts = _counts(worker, index_name)
        lines = worker.lines(), feed.lines()

    assert {
        "written": 30,
        "unchanged": 0,
        "done": counts["messages"],
        "messages": counts["messages"],
        "in messages": 30,
        "in hand": 0,
        "texts": 30,
        "words": 30,
        "pictures": 9,
        "broken": 1,
        "ok": 9,
        "missing": 1,
        "conflicts": 0,
        "loaded": 1,
    } == counts
    assert (30, 1) == (published, is_leader)
    assert 0 < lag_s < 30 * 60
    of_worker, of_feed = ({line["trace"] for line in found if "trace" in line} for found in lines)
    assert of_worker
    assert of_worker == of_feed
    assert "dress" not in str(lines)


def _counts(worker: Watched, index: str) -> dict[str, float]:
    documents = "diptych_documents_total"
    fetches = {
        how: worker.value("diptych_picture_fetches_total", **{"class": how})
        for how in ("ok", "missing")
    }
    inputs = {
        kind: worker.value("diptych_encode_inputs_sum", input=kind)
        for kind in ("texts", "words", "pictures")
    }
    return (
        {
            kind: worker.value(documents, index=index, outcome=kind)
            for kind in ("written", "unchanged")
        }
        | {"done": worker.value("diptych_messages_total", lane="live", verdict="done")}
        | {"messages": worker.value("diptych_message_documents_count")}
        | {"in messages": worker.value("diptych_message_documents_sum")}
        | {"in hand": worker.value("diptych_documents_in_hand")}
        | inputs
        | {"broken": worker.value("diptych_pictures_broken_total")}
        | fetches
        | {"conflicts": worker.value("diptych_conflicts_total", index=index)}
        | {"loaded": worker.value("diptych_models_loaded")}
    )


def test_message_that_the_broker_gave_up_is_counted_with_the_dead_letters(
    own: Settings, rabbitmq_url: str, tmp_path: Path
) -> None:
    """Two documents of a message that was delivered too often."""
    settings = _changed(own, broker_url=rabbitmq_url)
    app = make_app(rabbitmq_url)
    prepare_broker(app)
    with app.connection_for_write() as connection:
        producer = connection.Producer(serializer="json")
        message = Message("no-such-index", ("1", "2"))
        producer.publish([[message.to_json()], {}, {}], exchange=DEAD)
    app.close()
    letters = {"stage": "delivery", "class": "DeliveryLimitError"}

    with watched_process(settings, tmp_path / "worker.log", "worker") as worker:
        wait_until(lambda: worker.ask("/readyz").status == 200)
        wait_until(lambda: worker.value("diptych_dead_letters_total", **letters) == 2)


def test_elasticsearch_that_answers_is_ready(settings: Settings, elasticsearch_url: str) -> None:
    """The local one has no handler for `GET /`."""
    check = cluster_check(_changed(settings, cluster_url=elasticsearch_url))

    check()


def test_port_in_use_stops_the_command_with_a_sentence(own: Settings, tmp_path: Path) -> None:
    """Status 78: a person has to look."""
    with watched_process(own, tmp_path / "first.log", "worker") as first:
        wait_until(lambda: first.ask("/livez").status == 200)
        log = tmp_path / "second.log"
        with watched_process(own, log, "worker", "--metrics-port", str(first.port)) as second:
            status = second.process.wait(60)

    assert 78 == status
    assert f"The address 127.0.0.1:{first.port} of the metrics" in log.read_text("utf-8")


def test_probes_answer_at_once_while_broker_and_cluster_are_silent(
    encoder_url: str, tmp_path: Path
) -> None:
    """Both servers are halted, not closed: every connection to them hangs."""
    with run_stack(tmp_path / "stack") as stack, ExitStack() as processes:
        folder = StackFolder.of(tmp_path / "stack")
        settings = load_settings(
            cluster_url=stack.cluster_url,
            broker_url=stack.broker_url,
            home_dir=tmp_path / "home",
            encoder_url=encoder_url,
        )
        cluster = Cluster(settings)
        create_product_index(cluster, "products", ENCODER)
        cluster.close()
        watched = [
            processes.enter_context(watched_process(settings, tmp_path / "w.log", "worker")),
            processes.enter_context(
                watched_process(settings, tmp_path / "f.log", "feed", "products")
            ),
        ]
        wait_until(lambda: all(it.ask("/readyz").status == 200 for it in watched))
        parts = folder.live_parts()
        for name in (BROKER, CLUSTER):
            os.kill(parts[name].process.pid, signal.SIGSTOP)
            try:
                wait_until(lambda name=name: all(_fails(it, name) for it in watched))  # type: ignore[misc]
                probes = [it.ask(page) for it in watched for page in ("/livez", "/readyz")]
                scrapes = [it.value("diptych_check_ok", check=name) for it in watched]
            finally:
                os.kill(parts[name].process.pid, signal.SIGCONT)
            wait_until(lambda: all(it.ask("/readyz").status == 200 for it in watched))

            assert [200, 503, 200, 503] == [probe.status for probe in probes]
            assert all(probe.duration_s < 1 for probe in probes)
            assert [0, 0] == scrapes


def _fails(watched: Watched, check: str) -> bool:
    answer = watched.ask("/readyz")
    return answer.status == 503 and answer.checks[check] != "ok"


def test_worker_that_hangs_starts_again_and_finishes_what_it_had(
    own: Settings, cluster: Cluster, index_name: str, tmp_path: Path
) -> None:
    """An encoder that never ends, once; the process is the same, its work is not lost."""
    create_product_index(cluster, index_name, ENCODER)
    index_products(cluster, index_name, {"1": {"title": "endless"}, "2": {"title": "red"}})
    settings = _changed(own, watchdog_s=3.0)
    hanging = {"PYTHONPATH": str(_HANGING), "HUNG_ONCE": str(tmp_path / "hung")}
    with watched_process(settings, tmp_path / "worker.log", "worker", **hanging) as worker:
        _publish(own, index_name, "1", "2")
        wait_until(lambda: _n_settled(cluster, index_name) == 2)
        is_same_process = worker.process.poll() is None
        errors = [line for line in worker.lines() if "Starting again" in line["message"]]

    assert is_same_process
    assert 1 == len(errors)
    assert "ERROR" == errors[0]["level"]
    assert "1 messages are in hand, and nothing happened for" in errors[0]["message"]
    assert "_encode_or_hang" in errors[0]["message"]
    assert "endless" not in errors[0]["message"]


def test_document_that_hangs_every_time_is_given_up_and_its_neighbours_get_their_vectors(
    own: Settings, cluster: Cluster, index_name: str, tmp_path: Path
) -> None:
    """All five run apart and end that process, then one by one, and the guilty one twice."""
    create_product_index(cluster, index_name, ENCODER)
    products = {str(n): {"title": f"red dress {n}"} for n in range(5)}
    products["3"] = {"title": "a hopeless dress"}
    index_products(cluster, index_name, products)
    settings = _changed(own, watchdog_s=3.0)
    log = tmp_path / "worker.log"
    with watched_process(settings, log, "worker", PYTHONPATH=str(_HANGING)) as worker:
        _publish(own, index_name, *products)
        wait_until(lambda: _n_settled(cluster, index_name) == 5)
        letter = {"stage": "enrich", "class": "CrashError"}
        wait_until(lambda: worker.value("diptych_dead_letters_total", **letter) == 1)
        apart = {
            how: worker.value("diptych_messages_apart_total", how=how)
            for how in ("done", "crashed", "broken")
        }
        documents = {
            outcome: worker.value("diptych_documents_total", index=index_name, outcome=outcome)
            for outcome in ("written", "given_up")
        }

    failed = {"query": {"term": {"diptych.state": "failed"}}}
    hits = cluster.call("POST", path(index_name, "_search"), body=failed)["hits"]["hits"]
    letters = DeadLetterIndex(cluster).select([{"term": {"index": index_name}}])
    assert ["3"] == [hit["_id"] for hit in hits]
    assert [("3", "CrashError")] == [(it.id, it.error_class) for it, _ in letters]
    assert {"done": 4, "crashed": 3, "broken": 0} == apart
    assert {"written": 4, "given_up": 1} == documents
    assert "hopeless" not in log.read_text("utf-8")


def test_worker_whose_connection_is_dead_starts_again_and_takes_what_waits(
    own: Settings, cluster: Cluster, index_name: str, tmp_path: Path
) -> None:
    """The consumer waits on a connection that leads nowhere, and nobody tells it."""
    create_product_index(cluster, index_name, ENCODER)
    index_products(cluster, index_name, {"1": {"title": "red"}, "2": {"title": "blue"}})
    assert own.broker_url is not None
    address = urlsplit(own.broker_url.get_secret_value())
    assert address.hostname is not None and address.port is not None
    with proxy_to(address.hostname, address.port) as proxy:
        through = f"redis://127.0.0.1:{proxy.port}/{_DATABASE}"
        settings = _changed(own, watchdog_s=4.0, broker_url=through)
        with watched_process(settings, tmp_path / "worker.log", "worker") as worker:
            _publish(own, index_name, "1")
            wait_until(lambda: _n_settled(cluster, index_name) == 1)
            proxy.swallow()
            # The broker answers the consumer's last question into the void, a second later.
            wait_until(lambda: _n_blocked(own) == 0)
            _publish(own, index_name, "2")
            wait_until(lambda: _n_settled(cluster, index_name) == 2)
            said = [line["message"] for line in worker.lines() if "Starting" in line["message"]]

    assert 1 == len(said)
    assert "messages wait in the queue, and none came for" in said[0]


def _changed(settings: Settings, **changes: object) -> Settings:
    return Settings(**(settings.model_dump() | changes))


def _publish(settings: Settings, index: str, *ids: str) -> None:
    assert settings.broker_url is not None
    app = make_app(settings.broker_url.get_secret_value())
    publish_ids(CeleryPublisher(app), index, ids, Lane.LIVE)
    app.close()


def _n_blocked(settings: Settings) -> int:
    """Consumers for which the broker keeps a question open."""
    assert settings.broker_url is not None
    with redis.Redis.from_url(settings.broker_url.get_secret_value()) as client:
        return int(client.info("clients")["blocked_clients"])


def _n_settled(cluster: Cluster, index: str) -> int:
    cluster.call("POST", path(index, "_refresh"))
    body = {"query": {"terms": {"diptych.state": ["ready", "partial", "failed"]}}}
    count: int = cluster.call("POST", path(index, "_count"), body=body)["count"]
    return count
