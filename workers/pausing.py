"""When an index may be tried again, known to all threads of a worker.

A thread that meets a busy cluster or a blocked index makes the others wait too: whoever comes next
neither reads nor encodes what could not be written.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Longest first pause; each further one may be twice as long.
_FIRST_S: Final = 0.5
#: An index is tried at least this often.
_LONGEST_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class _Pause:
    ends_at_s: float
    ceiling_s: float
    reason: str


class Pauses:
    """Pauses of indexes by name; safe to call from several threads."""

    def __init__(
        self,
        *,
        monotonic_s: Callable[[], float],
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """None yet.

        Args:
            uniform: chance, for jitter.
        """
        self._monotonic_s = monotonic_s
        self._uniform = uniform
        self._lock = threading.Lock()
        self._pauses: dict[str, _Pause] = {}

    def left_s(self, index: str) -> float:
        """Seconds until the index may be tried; 0 if it may be now."""
        pause = self._pauses.get(index)
        return 0.0 if pause is None else max(0.0, pause.ends_at_s - self._monotonic_s())

    def reason(self, index: str) -> str:
        """Why it is paused; empty if it is not."""
        pause = self._pauses.get(index)
        return "" if pause is None else pause.reason

    def count(self) -> int:
        """How many indexes may not be tried now."""
        return sum(self.left_s(index) > 0 for index in list(self._pauses))

    def lengthen(self, index: str, reason: str) -> float:
        """Pause with full jitter, longer than the last time; how long, in seconds.

        Full jitter: AWS Architecture Blog, "Exponential Backoff And Jitter", 2015.
        """
        with self._lock:
            last = self._pauses.get(index)
            ceiling_s = _FIRST_S if last is None else min(_LONGEST_S, last.ceiling_s * 2)
            delay_s = self._uniform(0, ceiling_s)
            self._pauses[index] = _Pause(self._monotonic_s() + delay_s, ceiling_s, reason)
            return delay_s

    def end(self, index: str) -> None:
        """It works again."""
        if index in self._pauses:
            with self._lock:
                self._pauses.pop(index, None)
