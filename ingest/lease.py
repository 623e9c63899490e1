"""One feed at a time per index; a second one stays passive and takes over when the lease ends."""

import time
from collections.abc import Callable

from diptych.errors import ConflictError
from diptych.ingest.checkpoints import StateIndex

#: A feed that stops without a word is replaced after this time.
LEASE_S = 15.0


class Lease:
    """The right to move one index's checkpoints.

    The end is a wall-clock time, so the clocks of two feeds' hosts should agree within seconds.
    Where they do not, two feeds may run for a while: ids are published twice, and the
    checkpoints' compare-and-set keeps them whole.
    """

    def __init__(
        self,
        state: StateIndex,
        index: str,
        owner: str,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Holds nothing yet."""
        self._state = state
        self._id = f"lease:{index}"
        self._owner = owner
        self._now = now
        self._version: tuple[int, int] | None = None
        self._ends_at_s = 0.0

    def hold(self) -> bool:
        """Take or renew the lease; False where another feed has it.

        A lease of ours is renewed when half of its time is over.
        """
        if self._version is not None and self._now() < self._ends_at_s - LEASE_S / 2:
            return True
        found = self._state.get(self._id)
        if found is not None and not self._is_free(found[0]):
            self._version = None
            return False
        self._ends_at_s = self._now() + LEASE_S
        body = {"kind": "lease", "owner": self._owner, "ends_at_s": self._ends_at_s}
        try:
            self._version = self._state.put(self._id, body, found[1] if found else None)
        except ConflictError:
            self._version = None
            return False
        return True

    def is_held(self) -> bool:
        """Whether any feed holds the lease now."""
        found = self._state.get(self._id)
        return found is not None and found[0]["ends_at_s"] > self._now()

    def release(self) -> None:
        """Give the lease back, if it is still ours."""
        if self._version is not None:
            self._state.delete(self._id, self._version)
            self._version = None

    def _is_free(self, lease: dict[str, object]) -> bool:
        ends_at_s = lease["ends_at_s"]
        is_over = isinstance(ends_at_s, int | float) and ends_at_s <= self._now()
        return is_over or lease["owner"] == self._owner
