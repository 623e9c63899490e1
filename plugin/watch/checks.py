"""What readiness is made of: each check runs in a thread of its own, never within a request."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from diptych.errors import DiptychError

#: Between two runs of a check, in seconds.
INTERVAL_S: Final = 5.0
#: A check that has not come to an end for so long hangs.
_STALE_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class _Found:
    """What a check said last, and when; the reason is empty where all is well."""

    at_s: float
    reason: str


class Checks:
    """Runs checks in the background; what they found can be read at once."""

    def __init__(
        self,
        checks: Mapping[str, Callable[[], None]],
        *,
        interval_s: float = INTERVAL_S,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Runs nothing yet.

        Args:
            checks: by name; each raises a `DiptychError` where something is wrong, and ends by
                itself within seconds.
        """
        self._checks = dict(checks)
        self._interval_s = interval_s
        self._monotonic_s = monotonic_s
        self._stopped = threading.Event()
        self._found: dict[str, _Found] = {}
        self._started_s = monotonic_s()

    def start(self) -> None:
        """Check for the first time now, and again and again."""
        self._started_s = self._monotonic_s()
        for name in self._checks:
            threading.Thread(
                target=self._repeat, args=(name,), name=f"check {name}", daemon=True
            ).start()

    def stop(self) -> None:
        """Check no more; one that runs is not waited for."""
        self._stopped.set()

    def run(self, name: str) -> None:
        """One check, once."""
        reason = ""
        try:
            self._checks[name]()
        except DiptychError as err:
            reason = str(err)
        except Exception as err:  # noqa: BLE001 - a thread's boundary: it must look again
            reason = f"The check broke ({type(err).__name__})."
        self._found[name] = _Found(self._monotonic_s(), reason)

    def reasons(self) -> dict[str, str]:
        """By check, what is wrong; empty where all is well."""
        return {name: self._reason(name) for name in self._checks}

    def _reason(self, name: str) -> str:
        found = self._found.get(name)
        age_s = self._monotonic_s() - (found.at_s if found else self._started_s)
        if age_s > self._interval_s + _STALE_S:
            return f"It has given no answer for {age_s:.0f} s."
        return "It was not checked yet." if found is None else found.reason

    def _repeat(self, name: str) -> None:
        while not self._stopped.is_set():
            self.run(name)
            self._stopped.wait(self._interval_s)
