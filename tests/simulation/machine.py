"""Discrete events on one thread: processes that pause, die at any pause, and never run at once."""

import heapq
import random
from collections.abc import Callable
from itertools import count
from typing import Any, NoReturn

from greenlet import GreenletExit, getcurrent, greenlet


class Crashed(GreenletExit):
    """Ends a process where it stands; no `except Exception` sees it."""


class Process:
    """Threads of one simulated process, which die together."""

    def __init__(self, machine: "Machine", name: str) -> None:
        """Made by `Machine.process`."""
        self.name = name
        self.is_dead = False
        self._machine = machine
        self._threads: list[_Thread] = []

    def spawn(self, run: Callable[[], None]) -> None:
        """Run this from now on, until it ends or the process is killed."""
        thread = _Thread(self, run, self._machine.hub)
        self._threads.append(thread)
        self._machine.at(0, lambda: _resume(thread))

    def kill(self) -> None:
        """End all threads where they stand; call it from an event, never from a thread."""
        self.is_dead = True
        for thread in self._threads:
            if not thread.dead:
                thread.throw(Crashed)

    def die(self) -> NoReturn:
        """End this process from within one of its threads."""
        self._machine.at(0, self.kill)
        while True:
            self._machine.pause(1.0)


class _Thread(greenlet):
    def __init__(self, process: Process, run: Callable[[], None], hub: Any) -> None:
        super().__init__(run, parent=hub)
        self.process = process


def _resume(thread: _Thread) -> None:
    if not thread.dead:
        thread.switch()


class Machine:
    """A clock, one source of chance, and the events to come.

    Everything that happens follows from the seed, so a failing seed fails again.
    """

    def __init__(self, seed: int) -> None:
        """Starts at 2026-01-01 with nothing to do."""
        self.rng = random.Random(seed)
        self.now_s = 1_767_225_600.0
        self.hub = getcurrent()
        self.trace: list[str] = []
        self.n_events = 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._processes: list[Process] = []

    def process(self, name: str) -> Process:
        """A process without threads."""
        process = Process(self, name)
        self._processes.append(process)
        return process

    def at(self, delay_s: float, event: Callable[[], None]) -> None:
        """Call this after a while; events of one time keep their order."""
        heapq.heappush(self._events, (self.now_s + delay_s, next(self._numbers), event))

    def pause(self, delay_s: float) -> None:
        """Let everything else go on for a while; outside of processes nothing waits."""
        thread = getcurrent()
        if not isinstance(thread, _Thread):
            return
        if thread.process.is_dead:
            raise Crashed
        self.at(delay_s, lambda: _resume(thread))
        self.hub.switch()

    def chance(self, probability: float) -> bool:
        """True that often."""
        return probability > 0 and self.rng.random() < probability

    def say(self, what: str) -> None:
        """Add a line to the trace."""
        thread = getcurrent()
        who = thread.process.name if isinstance(thread, _Thread) else "-"
        self.trace.append(f"{self.now_s - 1_767_225_600.0:10.3f} {who:10} {what}")

    def run(self, is_over: Callable[[], bool]) -> bool:
        """Go on until it is over; False where nothing is left to do before."""
        while not is_over():
            if not self._events:
                return False
            time_s, _, event = heapq.heappop(self._events)
            self.now_s = max(self.now_s, time_s)
            self.n_events += 1
            event()
        return True

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            if not process.is_dead:
                process.kill()
