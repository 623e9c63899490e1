"""How hard a host of pictures may be pressed: how many at once, how many a second, and when not.

A host that fails again and again is left alone for a while, so that its pictures hold up no
others: each is told at once that it can be had later.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from diptych.errors import HeldBackError, UnavailableError

N_PARALLEL: Final = 8
RATE_PER_S: Final = 50.0
#: Failures in a row after which a host is left alone.
_MAX_FAILURES: Final = 5
#: For so long at first, twice as long after each try in vain, and no longer than the last.
_FIRST_PAUSE_S: Final = 30.0
_LAST_PAUSE_S: Final = 600.0
#: A catalogue that names a host for each picture must not fill the memory.
_MAX_HOSTS: Final = 1_000


class HostGates:
    """One gate for each host; safe to use from several threads."""

    def __init__(
        self,
        *,
        rate_per_s: float = RATE_PER_S,
        n_parallel: int = N_PARALLEL,
        monotonic_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """No host is known yet."""
        self._rate_per_s = rate_per_s
        self._n_parallel = n_parallel
        self._monotonic_s = monotonic_s
        self._sleep = sleep
        self._lock = threading.Lock()
        self._gates: OrderedDict[str, HostGate] = OrderedDict()

    @contextmanager
    def asking(self, host: str) -> Iterator["HostGate"]:
        """Hold a place at the host for one request, waiting for it; an error says how it went.

        Raises:
            UnavailableError: the host is left alone for now.
        """
        gate = self._gate(host)
        gate.enter()
        is_answered = True
        try:
            yield gate
        except UnavailableError:
            is_answered = False
            raise
        finally:
            gate.leave(is_answered=is_answered)

    def __len__(self) -> int:
        """How many hosts are known."""
        with self._lock:
            return len(self._gates)

    def _gate(self, host: str) -> "HostGate":
        with self._lock:
            gate = self._gates.get(host) or HostGate(
                host,
                rate_per_s=self._rate_per_s,
                n_parallel=self._n_parallel,
                monotonic_s=self._monotonic_s,
                sleep=self._sleep,
            )
            self._gates[host] = gate
            self._gates.move_to_end(host)
            while len(self._gates) > _MAX_HOSTS:
                self._gates.popitem(last=False)
            return gate


class HostGate:
    """What one host has been asked lately, and how it went."""

    def __init__(
        self,
        host: str,
        *,
        rate_per_s: float,
        n_parallel: int,
        monotonic_s: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        """Made by `HostGates`."""
        self._host = host
        self._interval_s = 1 / rate_per_s
        self._monotonic_s = monotonic_s
        self._sleep = sleep
        self._places = threading.Semaphore(n_parallel)
        self._lock = threading.Lock()
        self._next_s = float("-inf")
        self._paused_until_s = float("-inf")
        self._n_failures = 0
        self._is_on_trial = False

    def enter(self) -> None:
        """Wait for a place and for the time of the next request.

        Raises:
            UnavailableError: the host is left alone for now.
        """
        self._places.acquire()
        try:
            with self._lock:
                self._check()
                delay_s = self._delay_s()
        except UnavailableError:
            self._places.release()
            raise
        if delay_s > 0:
            self._sleep(delay_s)

    def leave(self, *, is_answered: bool) -> None:
        """Give the place back."""
        with self._lock:
            self._is_on_trial = False
            if is_answered:
                self._n_failures = 0
            else:
                self._n_failures += 1
                n_pauses = self._n_failures - _MAX_FAILURES
                if n_pauses >= 0:
                    self._pause(_FIRST_PAUSE_S * 2 ** min(n_pauses, 10))
        self._places.release()

    def pause(self, seconds: float) -> None:
        """The host has asked for so long a pause."""
        with self._lock:
            self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        end_s = self._monotonic_s() + min(max(seconds, 0.0), _LAST_PAUSE_S)
        self._paused_until_s = max(self._paused_until_s, end_s)

    def _check(self) -> None:
        left_s = self._paused_until_s - self._monotonic_s()
        if left_s > 0:
            raise HeldBackError(
                f"The host {self._host} of pictures has failed or asked for a pause: it is asked "
                f"again in {left_s:.0f} s."
            )
        if self._n_failures < _MAX_FAILURES:
            return
        # After a pause one request finds out for all.
        if self._is_on_trial:
            raise HeldBackError(f"The host {self._host} of pictures has failed: it is tried.")
        self._is_on_trial = True

    def _delay_s(self) -> float:
        """Token bucket of one second's requests, as a virtual time of arrival (GCRA, ITU I.371)."""
        now_s = self._monotonic_s()
        burst_s = max(0.0, 1.0 - self._interval_s)
        due_s = max(self._next_s, now_s - burst_s)
        self._next_s = due_s + self._interval_s
        return due_s - now_s
