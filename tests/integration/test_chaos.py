"""`kill -9` of every part while another application writes: nothing lost, nothing resurrected."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from brokers import BROKERS, Broker
from chaos import N_PRODUCTS, Shop, run_shop
from commands import runner
from rabbitmq import RabbitMq, run_rabbitmq
from reporting import report
from waiting import wait_until

from diptych.client import path
from diptych.plugin.local.stack import read_state, run_stack

pytestmark = pytest.mark.integration

#: Settings that differ from the shipped ones. A Redis broker gives back a dead worker's messages
#: after 300 s. And a worker takes a message off the list before it notes that it has it
#: (celery#7950): one that is killed in between loses it, until the feed's daily sweep.
_OWN: dict[str, dict[str, float]] = {
    "valkey": {"redis_visibility_s": 5, "sweep_interval_s": 20.0},
    "rabbitmq": {},
}


@pytest.fixture(scope="module")
def home(stack: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a node and a Valkey that may be killed; `stack` says whether there is Java."""
    folder = tmp_path_factory.mktemp("chaos")
    with run_stack(folder):
        yield folder


@pytest.fixture(scope="module")
def doomed_rabbitmq(
    rabbitmq_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RabbitMq]:
    """A server that may be killed."""
    with run_rabbitmq(tmp_path_factory.mktemp("doomed")) as server:
        yield server


@pytest.fixture(params=BROKERS)
def shop(request: pytest.FixtureRequest, home: Path, encoder_url: str) -> Iterator[Shop]:
    """A shop of 1,000 products on each broker in turn."""
    name: str = request.param
    rabbitmq: RabbitMq | None = None
    if name == "rabbitmq":
        rabbitmq = request.getfixturevalue("doomed_rabbitmq")
    state = read_state(home)
    assert state is not None
    broker = Broker(name, rabbitmq.url if rabbitmq else state.broker_url)
    with run_shop(home, f"shop-{name}", broker, rabbitmq, encoder_url, **_OWN[name]) as shop:
        yield shop


def test_nothing_is_lost_or_resurrected_whatever_is_killed(shop: Shop) -> None:
    """2,000 updates and 200 deletes; `verify` and the application's own record agree."""
    recoveries = [
        shop.run("nothing", shop.wait_for_writes, shop.is_idle),
        shop.run("worker", shop.worker.kill, shop.restart(shop.worker), held=shop.to_encoder),
        shop.run("feed", shop.feed.kill, shop.restart(shop.feed), held=shop.to_broker),
        shop.run("broker", shop.kill_broker, shop.start_broker, held=shop.to_encoder),
        shop.run("node", shop.kill_node, shop.start_node, held=shop.to_encoder),
    ]
    wait_until(shop.is_idle, patience_s=60.0)
    verified = runner(shop.settings)("verify", shop.target.name, "--json")

    result = json.loads(verified.stdout)
    assert (0, 0, 0) == (result["stale"], result["missing"], result["orphaned"]), result
    assert (N_PRODUCTS - 200, N_PRODUCTS - 200) == (result["documents"], len(titles_of(shop)))
    assert shop.application.titles == titles_of(shop)
    assert set() == shop.application.deleted & set(titles_of(shop))
    for recovery in recoveries:
        report(**asdict(recovery), settings=_OWN[recovery.broker])


def titles_of(shop: Shop) -> dict[str, str]:
    """What stands in the index, by id."""
    answer = shop.cluster.call(
        "POST", path(shop.target.index, "_search"), body={"size": 2_000, "_source": ["title"]}
    )
    return {hit["_id"]: hit["_source"]["title"] for hit in answer["hits"]["hits"]}
