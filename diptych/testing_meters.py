"""The fake of the meters, beside those of `diptych.testing`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from diptych.ingest.meters import Apart, Ending, Fate, Fetch, Input
from diptych.ingest.publishing import Lane


class MemoryMeters:
    """`Meters` and `FeedMeters` that keep counts by event and labels, and lags in a list."""

    def __init__(self) -> None:
        """Has counted nothing yet."""
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.lags_s: list[float] = []

    @contextmanager
    def in_hand(self, n_documents: int) -> Iterator[None]:
        """Count the message's documents while they are worked on."""
        self._count(n_documents, "in_hand")
        try:
            yield
        finally:
            self._count(-n_documents, "in_hand")

    def ended(self, lane: Lane, ending: Ending) -> None:
        """Count by lane and ending."""
        self._count(1, "ended", lane, ending)

    def ran_apart(self, how: Apart) -> None:
        """Count by how it went."""
        self._count(1, "ran_apart", how)

    def documents(self, index: str, fate: Fate, count: int = 1) -> None:
        """Count by index and fate."""
        self._count(count, "documents", index, fate)

    def conflicts(self, index: str, count: int) -> None:
        """Count by index."""
        self._count(count, "conflicts", index)

    def encoded(self, kind: Input, n_inputs: int, duration_s: float, *, n_broken: int = 0) -> None:
        """Count inputs and calls by kind, and broken pictures."""
        self._count(n_inputs, "inputs", kind)
        self._count(1, "calls", kind)
        self._count(n_broken, "broken")

    def recalled(self, *, n_hits: int, n_misses: int) -> None:
        """Count hits and misses."""
        self._count(n_hits, "hits")
        self._count(n_misses, "misses")

    def fetched(self, how: Fetch) -> None:
        """Count by how it went."""
        self._count(1, "fetched", how)

    def dead_letter(self, stage: str, error_class: str) -> None:
        """Count by stage and class."""
        self._count(1, "dead_letter", stage, error_class)

    def published(self, index: str, lane: Lane, n_documents: int) -> None:
        """Count documents by index and lane."""
        self._count(n_documents, "published", index, lane)

    def searchable(self, index: str, lag_s: float) -> None:
        """Keep the lag."""
        self.lags_s.append(lag_s)

    def _count(self, count: int, *event: str) -> None:
        """Events that never happened are not there."""
        self.counts[tuple(map(str, event))] += count
        self.counts += Counter()
