"""Conditions that come to hold by themselves."""

import time
from collections.abc import Callable


def wait_until(
    condition: Callable[[], bool], *, patience_s: float = 120.0, pause_s: float = 0.05
) -> float:
    """Seconds until the condition held; fails when that takes too long."""
    started_s = time.monotonic()
    while not condition():
        assert time.monotonic() - started_s < patience_s, "the condition never came to hold"
        time.sleep(pause_s)
    return time.monotonic() - started_s
