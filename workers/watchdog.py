"""Whether a worker makes progress: what it has in hand, since when, and what waits for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

#: One delivery of several may go on without a step for so many times the limit.
_N_LIMITS: Final = 5

#: The delivery that a thread works on; threads that read pictures for it share its context.
_DELIVERY: ContextVar[object] = ContextVar("diptych_delivery")


class Watch:
    """Keeps when the worker last did something; safe to call from several threads.

    Its clock stands still during what is excused: loading models, waiting for a busy cluster, and
    running a message apart, which has limits of its own.
    """

    def __init__(
        self, limit_s: float, *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Nothing is in hand; the time without progress counts from now.

        Args:
            limit_s: longest time without any progress while there is something to do.
        """
        self.limit_s = limit_s
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._n_excused = 0
        self._excused_since_s = 0.0
        self._excused_s = 0.0
        #: When each delivery came or moved last.
        self._deliveries: dict[object, float] = {}
        self._moved_s = self._now_s()
        #: Since when messages wait, and when the broker said so last.
        self._waiting_s: float | None = None
        self._told_s = 0.0

    @contextmanager
    def holding(self) -> Iterator[None]:
        """The calling thread has a delivery in hand; its end is progress."""
        delivery = object()
        token = _DELIVERY.set(delivery)
        with self._lock:
            self._deliveries[delivery] = self._now_s()
        try:
            yield
        finally:
            _DELIVERY.reset(token)
            with self._lock:
                del self._deliveries[delivery]
                self._moved_s = self._now_s()

    @contextmanager
    def excused(self) -> Iterator[None]:
        """What happens meanwhile may take as long as it does."""
        with self._lock:
            if not self._n_excused:
                self._excused_since_s = self._monotonic_s()
            self._n_excused += 1
        try:
            yield
        finally:
            with self._lock:
                self._n_excused -= 1
                if not self._n_excused:
                    self._excused_s += self._monotonic_s() - self._excused_since_s

    def sleep(self, seconds: float) -> None:
        """Wait, excused."""
        with self.excused():
            time.sleep(seconds)

    def moved(self) -> None:
        """A step was done, for the delivery of the calling thread's context if it has one."""
        delivery = _DELIVERY.get(None)
        with self._lock:
            self._moved_s = self._now_s()
            if delivery in self._deliveries:
                self._deliveries[delivery] = self._moved_s

    def waiting(self, n_messages: int | None) -> None:
        """How many messages the broker has; None where it does not say."""
        with self._lock:
            self._told_s = self._now_s()
            if not n_messages:
                self._waiting_s = None
            elif self._waiting_s is None:
                self._waiting_s = self._told_s

    def stuck(self) -> str | None:
        """What to say of a delivery that has stood still for too long; None where none has."""
        with self._lock:
            stuck_s = self._stuck_s()
        if stuck_s <= _N_LIMITS * self.limit_s:
            return None
        return f"a message is in hand, and nothing happened to it for {stuck_s:.0f} s"

    def fault(self) -> str | None:
        """Why the worker is to be started again; None where all is well."""
        with self._lock:
            n_in_hand = len(self._deliveries)
            still_s = self._now_s() - self._moved_s
            # What has just come was not there all the time.
            held_s = min(still_s, self._stuck_s())
            starved_s = self._starved_s()
        if n_in_hand and held_s > self.limit_s:
            return f"{n_in_hand} messages are in hand, and nothing happened for {held_s:.0f} s"
        if not n_in_hand and starved_s > self.limit_s:
            return f"messages wait in the queue, and none came for {starved_s:.0f} s"
        return self.stuck()

    def _stuck_s(self) -> float:
        now_s = self._now_s()
        return max((now_s - moved_s for moved_s in self._deliveries.values()), default=0.0)

    def _starved_s(self) -> float:
        """How long messages have waited for certain; what the broker has not said is not known."""
        if self._waiting_s is None:
            return 0.0
        return self._told_s - max(self._waiting_s, self._moved_s)

    def _now_s(self) -> float:
        """Seconds less those that were excused."""
        end_s = self._excused_since_s if self._n_excused else self._monotonic_s()
        return end_s - self._excused_s
