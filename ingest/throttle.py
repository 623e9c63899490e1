"""How many documents per second a feed may put on the back-fill lane."""

import threading
import time
from collections.abc import Callable


class Throttle:
    """Asked before a page is read, told afterwards what it cost; safe in several threads.

    Nobody waits in here: a feed that may not go on with its back-fill looks for live changes.
    """

    def __init__(
        self, rate: float | None = None, *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """At most `rate` documents per second on average, or as many as there are."""
        self._rate = rate
        self._monotonic_s = monotonic_s
        self._free_s = monotonic_s()
        self._lock = threading.Lock()

    def is_free(self) -> bool:
        """Whether another page may be published now."""
        return self._monotonic_s() >= self._free_s

    def spend(self, n_documents: int) -> None:
        """Count what was published."""
        if self._rate is None:
            return
        with self._lock:
            self._free_s = max(self._free_s, self._monotonic_s()) + n_documents / self._rate
