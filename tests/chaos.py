"""Everything that a shop runs, each part in a process that tests kill and start again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from application import Application
from blackhole import Blackhole, run_blackhole
from brokers import Broker
from followed import ENCODER
from products import create_product_index
from rabbitmq import RabbitMq
from supervised import Supervised
from waiting import wait_until

from diptych.client import Cluster
from diptych.errors import UnavailableError
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.history import History
from diptych.ingest.operations import START
from diptych.ingest.publishing import Lane
from diptych.ingest.verifying import WRONG, judge
from diptych.mappings.engine import OpenSearch
from diptych.mappings.target import Target
from diptych.plugin.local.ports import LOOPBACK
from diptych.plugin.local.processes import is_alive
from diptych.plugin.local.stack import start_stack
from diptych.plugin.local.state import StackFolder
from diptych.settings import Settings, load_settings

N_PRODUCTS = 1_000


@dataclass(frozen=True, slots=True)
class Recovery:
    """What one part of a run took, in seconds since the kill.

    `restarted_s` is when the part was there again, `written_s` when the application had written
    its last change, `right_s` when every change was searchable with its vector. `repeated` counts
    the application's own tries beside the first, and `ended` the processes that ended by
    themselves and were started again: on Redis a worker that holds messages can, when its
    connection breaks (kombu 5.7: `'NoneType' object has no attribute 'hostname'`).
    """

    broker: str
    killed: str
    restarted_s: float
    written_s: float
    right_s: float
    repeated: int
    ended: int


@dataclass(slots=True)
class Shop:
    """An index, an application that changes it, a feed and a worker."""

    home: Path
    target: Target
    cluster: Cluster
    broker: Broker
    rabbitmq: RabbitMq | None
    application: Application
    feed: Supervised
    worker: Supervised
    settings: Settings
    to_encoder: Blackhole
    to_broker: Blackhole

    def run(
        self,
        killed: str,
        kill: Callable[[], object],
        restart: Callable[[], object],
        *,
        held: Blackhole | None = None,
        n_updates: int = 400,
        n_deletes: int = 40,
    ) -> Recovery:
        """Kill something while the application writes; returns when everything is right again.

        Args:
            held: what is sent there is held until after the kill, which comes when something is:
                a worker then has messages that it encodes, a feed some that are not confirmed.
        """
        before, repeated = self.application.n_done, self.application.n_retries
        self.application.start(n_updates=n_updates, n_deletes=n_deletes)
        early = before + (n_updates + n_deletes) // 4
        wait_until(lambda: self.application.n_done >= early)
        if held is not None:
            held.hold()
            wait_until(lambda: held.n_held > 0, patience_s=30.0)
        killed_s = time.monotonic()
        kill()
        if held is not None:
            held.release()
        restart()
        restarted_s = time.monotonic() - killed_s
        self.application.join()
        written_s = time.monotonic() - killed_s
        n_ended = 0

        def is_right() -> bool:
            nonlocal n_ended
            n_ended += self.supervise()
            return self.is_right()

        wait_until(is_right, patience_s=200.0, pause_s=0.2)
        return Recovery(
            self.broker.name,
            killed,
            round(restarted_s, 1),
            round(written_s, 1),
            round(time.monotonic() - killed_s, 1),
            self.application.n_retries - repeated,
            n_ended,
        )

    def wait_for_writes(self, n: int = 40) -> None:
        """A moment: so many more changes of the application, or its last one."""
        wanted = self.application.n_done + n
        wait_until(lambda: self.application.n_done >= wanted or not self.application.is_writing)

    def restart(self, process: Supervised) -> Callable[[], None]:
        """Starts a process after a moment, as a supervisor does."""

        def start() -> None:
            self.wait_for_writes()
            process.start()

        return start

    def supervise(self) -> int:
        """Start what has ended; how many those were."""
        ended = [process for process in (self.feed, self.worker) if not process.is_running]
        for process in ended:
            process.start()
        return len(ended)

    def is_right(self) -> bool:
        """Whether a search sees every acknowledged change, each with its vector, and no more.

        Refreshes nothing: how fast the index does is part of what is measured.
        """
        history = History(self.cluster, OpenSearch(), self.target)
        now = timestamp(utc_now())
        found: dict[str, str] = {}
        try:
            for shard in history.position().shards:
                for page in history.scan(shard.shard, after=START, upto=shard.checkpoint):
                    for document in page.documents:
                        has_vector = document.id in page.with_vector
                        if judge(document, has_vector=has_vector, now=now) in WRONG:
                            return False
                        found[document.id] = document.inputs.text
        except UnavailableError:
            return False
        return found == self.application.titles

    def is_idle(self) -> bool:
        """Whether no message waits, and no worker holds one."""
        return self.broker.n_held() + sum(self.broker.n_waiting(lane) for lane in Lane) == 0

    def kill_node(self) -> None:
        """`kill -9` of the node."""
        _kill_part(self.home, "cluster")

    def kill_broker(self) -> None:
        """`kill -9` of the broker."""
        if self.rabbitmq is not None:
            self.rabbitmq.kill()
        else:
            _kill_part(self.home, "broker")

    def start_broker(self) -> None:
        """Start it again on its data, once the others have noticed."""
        self.wait_for_writes()
        if self.rabbitmq is not None:
            self.rabbitmq.start()
        else:
            self.start_node()

    def start_node(self) -> None:
        """Start the node again on its data, at once; returns when it answers."""
        start_stack(self.home, heap="512m", stop_with_parent=True, uses_usual_ports=False)


@contextmanager
def run_shop(
    home: Path,
    index: str,
    broker: Broker,
    rabbitmq: RabbitMq | None,
    encoder_url: str,
    **own: float,
) -> Iterator[Shop]:
    """A shop with all its vectors, on the running stack in `home`.

    Args:
        own: settings of feed and worker that differ from the shipped ones.
    """
    state = start_stack(home, heap="512m", stop_with_parent=True, uses_usual_ports=False)
    with ExitStack() as stack:
        to_encoder = stack.enter_context(run_blackhole(_port_of(encoder_url)))
        to_broker = stack.enter_context(run_blackhole(_port_of(broker.url)))
        settings = load_settings(
            cluster_url=state.cluster_url,
            broker_url=broker.url,
            encoder_url=f"http://{LOOPBACK}:{to_encoder.port}",
            home_dir=home,
            cache_max_bytes=0,
            **own,
        )
        behind = broker.url.replace(str(_port_of(broker.url)), str(to_broker.port))
        of_feed = Settings(**(settings.model_dump() | {"broker_url": behind}))
        cluster = Cluster(settings)
        stack.callback(cluster.close)
        target = create_product_index(cluster, index, ENCODER, n_shards=2, refresh_interval="1s")
        application = Application(state.cluster_url, index, n_products=N_PRODUCTS)
        stack.callback(application.close)
        feed = Supervised(of_feed, "feed", index, log_file=home / f"{index}-feed.log")
        stack.callback(feed.stop)
        worker = Supervised(settings, "worker", log_file=home / f"{index}-worker.log")
        stack.callback(worker.stop)
        shop = Shop(
            home,
            target,
            cluster,
            broker,
            rabbitmq,
            application,
            feed,
            worker,
            settings,
            to_encoder,
            to_broker,
        )
        wait_until(shop.is_right, pause_s=0.2)
        yield shop


def _port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def _kill_part(home: Path, name: str) -> None:
    process = StackFolder.of(home).live_parts()[name].process
    os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(process))
