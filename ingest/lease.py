"""One feed at a time per index; a second one stays passive and takes over when the first is gone."""

import time
from collections.abc import Callable

from diptych.errors import ConflictError
from diptych.ingest.checkpoints import StateIndex

#: A feed that stops without a word is replaced after this time.
LEASE_S = 5.0


class Lease:
    """The right to move one index's checkpoints, renewed again and again while it is held.

    A feed takes it over when it has seen no renewal for `LEASE_S` by its own clock, so that the
    clocks of two hosts need not agree. Two feeds that run all the same, for one of them hung,
    publish ids twice, and the checkpoints' compare-and-set keeps them whole.
    """

    def __init__(
        self,
        state: StateIndex,
        index: str,
        owner: str,
        *,
        now: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Holds nothing yet.

        Args:
            index: the concrete index.
            now: the time that is stored for people and `is_held`.
        """
        self.index = index
        self._state = state
        self._id = f"lease:{index}"
        self._owner = owner
        self._now = now
        self._monotonic_s = monotonic_s
        self._version: tuple[int, int] | None = None
        self._renewed_s = 0.0
        # The version of somebody else's lease, and since when it has stood still.
        self._seen: tuple[tuple[int, int], float] | None = None

    def hold(self) -> bool:
        """Take or renew the lease; False where another feed has it.

        A lease of ours is renewed when half of its time is over.
        """
        now_s = self._monotonic_s()
        if self._version is not None and now_s - self._renewed_s < LEASE_S / 2:
            return True
        found = self._state.get(self._id)
        if found is not None and not self._is_free(*found):
            self._version = None
            return False
        body = {"kind": "lease", "owner": self._owner, "ends_at_s": self._now() + LEASE_S}
        try:
            self._version = self._state.put(self._id, body, found[1] if found else None)
        except ConflictError:
            self._version = None
            return False
        self._renewed_s, self._seen = now_s, None
        return True

    def is_held(self) -> bool:
        """Whether any feed holds the lease, as far as the hosts' clocks agree."""
        found = self._state.get(self._id)
        return found is not None and found[0]["ends_at_s"] > self._now()

    def release(self) -> None:
        """Give the lease back, if it is still ours."""
        if self._version is not None:
            self._state.delete(self._id, self._version)
            self._version = None

    def _is_free(self, lease: dict[str, object], version: tuple[int, int]) -> bool:
        if lease["owner"] == self._owner:
            return True
        now_s = self._monotonic_s()
        if self._seen is None or self._seen[0] != version:
            self._seen = version, now_s
        return now_s - self._seen[1] >= LEASE_S
