"""How many requests a key may make: one token bucket for each."""

import threading
import time
from collections.abc import Callable


class Buckets:
    """Token buckets by name; safe to use from several threads.

    A bucket holds `burst` tokens and gets `rate_per_s` new ones each second; a request takes one,
    or a part of one where it is small.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """All buckets are full.

        Args:
            clock: seconds that never go back.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str, *, rate_per_s: float, burst: int, cost: float = 1.0) -> float:
        """Take what a request costs; 0, or the seconds after which there is as much."""
        with self._lock:
            now = self._clock()
            tokens, then = self._left.get(name, (float(burst), now))
            tokens = min(float(burst), tokens + (now - then) * rate_per_s)
            wait_s = 0.0 if tokens >= cost else (cost - tokens) / rate_per_s
            self._left[name] = (tokens if wait_s else tokens - cost, now)
            return wait_s
