"""Feeds and workers: the real ones, on simulated clocks, brokers, clusters and journals."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from simulation.broker import Delivery, SimulatedPublisher
from simulation.checks import KILLER, POISON
from simulation.day import ALIAS, Day
from simulation.isolation import ChildEnds, SimulatedIsolation
from simulation.machine import Process
from simulation.stormy import SlowEncoder, StormyPictures

from diptych.errors import DiptychError
from diptych.ingest.feed import Feed
from diptych.mappings.engine import OpenSearch
from diptych.testing import MemoryJournal
from diptych.workers.enrichers import Enrichers
from diptych.workers.handling import Handler
from diptych.workers.journal import Entry
from diptych.workers.patience import Patience
from diptych.workers.recovering import recover


class Processes:
    """Starts feeds and workers, ends them, and starts them again."""

    def __init__(
        self, day: Day, disturb: Callable[[str], None], *, is_isolating: bool = True
    ) -> None:
        """Starts one or two of each kind.

        Args:
            disturb: called while a worker has a document in its hands.
            is_isolating: whether workers run apart what one may have died of.
        """
        self.is_sweeping = False
        #: How often each text was encoded.
        self.executions: Counter[str] = Counter()
        self._is_isolating = is_isolating
        self._day = day
        self._disturb = disturb
        self._machine = day.machine
        self._rng = day.machine.rng
        self._feeds: list[Process] = []
        self._workers: list[Process] = []
        #: What the workers' one disk remembers.
        self._kept: list[tuple[MemoryJournal, Entry]] = []
        for _ in range(self._rng.randrange(1, 3)):
            self._start_feed()
        for _ in range(self._rng.randrange(1, 3)):
            self._start_worker()

    def crash_worker(self) -> None:
        """One of them, wherever it stands."""
        if self._workers:
            self._end_worker(self._rng.choice(self._workers))

    def crash_feed(self) -> None:
        """One of them; another one starts at once."""
        process = self._feeds.pop(self._rng.randrange(len(self._feeds)))
        self._machine.say(f"{process.name} dies")
        process.kill()
        self._start_feed()

    def sweep(self) -> None:
        """Have everything looked at once more."""
        self.is_sweeping = True
        process = self._machine.process("sweep")
        process.spawn(partial(self._sweep, self._feed(process)))

    def _sweep(self, feed: Feed) -> None:
        while self.is_sweeping:
            try:
                feed.sweep()
                self.is_sweeping = False
            except DiptychError as err:
                self._machine.say(f"sweep: {err}")
            self._machine.pause(1.0)

    def _name(self, kind: str) -> Process:
        return self._machine.process(f"{kind}-{self._rng.randrange(10**6)}")

    def _publisher(self) -> SimulatedPublisher:
        return SimulatedPublisher(self._day.broker, self._machine, self._day.weather)

    def _feed(self, process: Process) -> Feed:
        return Feed(
            self._day.cluster(process),
            OpenSearch(),
            self._publisher(),
            name=ALIAS,
            owner=process.name,
            now=self._day.now,
            monotonic_s=self._day.now_s,
        )

    def _start_feed(self) -> None:
        process = self._name("feed")
        self._feeds.append(process)
        process.spawn(partial(self._follow, self._feed(process)))

    def _follow(self, feed: Feed) -> None:
        interval_s, retried_s = 1.0, self._day.now_s()
        while True:
            self._machine.pause(interval_s)
            try:
                seen = feed.poll().seen
                longest_s = 60.0 if self._day.is_over else 4.0
                interval_s = 1.0 if seen else min(interval_s * 1.5, longest_s)
                if self._day.now_s() - retried_s > 60:
                    retried_s = self._day.now_s()
                    feed.retry()
            except DiptychError as err:
                self._machine.say(f"feed: {err}")

    def _start_worker(self) -> None:
        process = self._name("worker")
        self._workers.append(process)
        journal = MemoryJournal(self._kept, lambda: process.is_dead)
        process.spawn(partial(self._recover, process, journal))
        for _ in range(self._rng.randrange(1, 3)):
            process.spawn(partial(self._work, process, journal))

    def _end_worker(self, process: Process) -> None:
        if process.is_dead:
            return
        self._machine.say(f"{process.name} dies")
        process.kill()
        self._workers.remove(process)
        self._day.broker.lose_holder(process)
        self._machine.at(1 + self._rng.random() * 9, self._start_worker)

    def _recover(self, process: Process, journal: MemoryJournal) -> None:
        """What dead workers had in hand."""

        def wait(duration_s: float) -> bool:
            self._machine.pause(duration_s)
            return False

        recover(self._handler(process, self._publisher(), journal), journal, wait=wait)

    def _work(self, process: Process, journal: MemoryJournal) -> None:
        publisher = self._publisher()
        handler = self._handler(process, publisher, journal)
        idle_s = 0.1
        while True:
            delivery = self._day.broker.take(process)
            if delivery is None:
                self._machine.pause(idle_s)
                idle_s = min(idle_s * 2, 8.0)
            else:
                idle_s = 0.1
                publisher.delivery = delivery
                self._deliver(process, handler, delivery)

    def _handler(
        self, process: Process, publisher: SimulatedPublisher, journal: MemoryJournal
    ) -> Handler:
        child = self._plain_handler(process, publisher, self._execute_apart)
        isolation = SimulatedIsolation(self._machine, child) if self._is_isolating else None
        execute = partial(self._execute, process, publisher)
        return self._plain_handler(process, publisher, execute, journal, isolation)

    def _plain_handler(
        self,
        process: Process,
        publisher: SimulatedPublisher,
        execute: Callable[[Sequence[str]], None],
        journal: MemoryJournal | None = None,
        isolation: SimulatedIsolation | None = None,
    ) -> Handler:
        """A worker's handler, or that of the process in which it isolates messages."""
        day = self._day
        enrichers = Enrichers(
            day.cluster(process),
            OpenSearch(),
            StormyPictures(self._machine, day.weather),
            lambda contract: SlowEncoder(self._machine, execute, contract.text_model.revision),
            dead_letters=day.letters,
            monotonic_s=day.now_s,
            now=day.now,
            n_readers=1,
        )
        return Handler(
            enrichers.get,
            publisher,
            dead_letters=day.letters,
            patience=Patience(
                sleep=self._machine.pause, monotonic_s=day.now_s, uniform=self._rng.uniform
            ),
            now=day.now,
            journal=journal,
            isolation=isolation,
            is_isolated=journal is None,
        )

    def _deliver(self, process: Process, handler: Handler, delivery: Delivery) -> None:
        self._machine.say(f"takes {delivery.item.body.decode()}")
        self._meet(delivery)
        item = delivery.item
        verdict = handler.deliver(delivery.body, item.lane, is_returned=item.n_returns > 0)
        self._machine.say(f"says {verdict}")
        if verdict.is_done:
            self._day.checks.acknowledged(delivery)
        self._machine.pause(self._rng.random() * 0.01)
        if verdict.is_done:
            self._day.broker.acknowledge(delivery)
        else:
            self._day.broker.reject(delivery)
            self._machine.pause(1.0)
        if verdict.is_misconfigured:
            self._machine.at(0, lambda: self._end_worker(process))
            self._machine.pause(10.0)

    def _meet(self, delivery: Delivery) -> None:
        """Applications like to write what a worker holds: chance alone is too rare."""
        if self._day.is_over:
            return
        for id_ in delivery.body.get("ids", ()):
            if self._machine.chance(0.3):
                late_s = self._rng.random() * self._rng.choice((0.1, 1.0))
                self._machine.at(late_s, partial(self._disturb, id_))

    def _execute(
        self, process: Process, publisher: SimulatedPublisher, texts: Sequence[str]
    ) -> None:
        """What encoding does to a worker: it takes time, and some texts break it."""
        self._take_time(texts)
        if KILLER in texts:
            if publisher.delivery is None or publisher.delivery.item.n_returns:
                self._day.checks.accuse(f"{process.name} dies of a message that came again")
            self._machine.at(0, lambda: self._end_worker(process))
            process.die()
        if POISON in texts:
            raise RuntimeError("poison")

    def _execute_apart(self, texts: Sequence[str]) -> None:
        """The same in a process of its own."""
        self._take_time(texts)
        if KILLER in texts:
            raise ChildEnds
        if POISON in texts:
            raise RuntimeError("poison")

    def _take_time(self, texts: Sequence[str]) -> None:
        self._machine.pause(self._rng.random() * self._rng.choice((0.01, 0.5, 3.0)))
        self.executions.update(texts)
