"""A step of a message's work, tried again with jitter while the cluster has no time for it."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from diptych.errors import ConflictError, UnavailableError
from diptych.ingest.publishing import Message
from diptych.workers.pausing import Pauses

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

#: A message waits this long inside a worker for a cluster that is away, then goes back. A worker
#: that is asked to stop finishes its wait first, so this is shorter than what supervisors grant.
PATIENCE_S = 30.0


class Patience:
    """Waits for indexes; one per worker process, called from several threads."""

    def __init__(
        self,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic_s: Callable[[], float] = time.monotonic,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Nothing is paused yet."""
        self._sleep = sleep
        self._monotonic_s = monotonic_s
        self._uniform = uniform
        self._pauses = Pauses(monotonic_s=monotonic_s, uniform=uniform)

    def n_paused(self) -> int:
        """How many indexes are waited for now."""
        return self._pauses.count()

    def run(self, step: Callable[[], _T], message: Message) -> _T:
        """What a step gives, in the end.

        Raises:
            UnavailableError: the cluster was away for half a minute.
            DiptychError: what no wait mends.
        """
        end_s = self._monotonic_s() + PATIENCE_S
        ceilings_s = _ceilings_s()
        while True:
            self._wait(self._pauses.left_s(message.index), end_s, message)
            try:
                result = step()
            except ConflictError as err:
                # Of one document: it concerns no other message.
                self._sleep(min(self._uniform(0, next(ceilings_s)), self._left_s(end_s)))
                if not self._left_s(end_s):
                    raise UnavailableError(f"{len(message.ids)} documents wait: {err}") from err
            except UnavailableError as err:
                delay_s = self._pauses.lengthen(message.index, str(err))
                _log.warning("%s: pausing %.1f s: %s", message.index, delay_s, err)
            else:
                self._pauses.end(message.index)
                return result

    def _wait(self, pause_s: float, end_s: float, message: Message) -> None:
        """Wait for the index, but no longer than a message waits.

        Raises:
            UnavailableError: its pause is longer.
        """
        while pause_s > 0:
            self._sleep(min(pause_s, self._left_s(end_s)))
            # Another thread may have tried meanwhile, in vain or not.
            pause_s = self._pauses.left_s(message.index)
            if pause_s and not self._left_s(end_s):
                why = self._pauses.reason(message.index)
                raise UnavailableError(f"{len(message.ids)} documents wait: {why}")

    def _left_s(self, end_s: float) -> float:
        return max(0.0, end_s - self._monotonic_s())


def _ceilings_s() -> Iterator[float]:
    """Full jitter below 0.5 s, then below twice as much each time, up to 20 s."""
    ceiling_s = 0.5
    while True:
        yield ceiling_s
        ceiling_s = min(20.0, ceiling_s * 2)
