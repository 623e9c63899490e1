"""What a cache is, and a near one in front of a far one."""

from collections.abc import Iterable, Mapping
from typing import Protocol


class Cache(Protocol):
    """Values by key; knows nothing and keeps nothing where it cannot be used, and never raises."""

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that are there."""
        ...

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep these."""
        ...


class LayeredCache:
    """A `Cache` that asks the far one only for what the near one does not know, and tells both."""

    def __init__(self, near: Cache, far: Cache) -> None:
        """The near one belongs to this machine, the far one to many."""
        self._near = near
        self._far = far

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that either has; what came from afar is kept near."""
        wanted = list(dict.fromkeys(keys))
        found = self._near.get(wanted)
        missing = [key for key in wanted if key not in found]
        far = self._far.get(missing) if missing else {}
        if far:
            self._near.put(far)
        return found | far

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep them in both."""
        self._near.put(entries)
        self._far.put(entries)
