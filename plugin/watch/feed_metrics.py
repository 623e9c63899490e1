"""What a feed counts, as series of Prometheus."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from diptych.ingest.publishing import Lane
from diptych.ingest.reading import Poll

_LAG_S: Final = (0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14_400)


class FeedMetrics:
    """The `FeedMeters` of a feed; safe to call from its threads."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """No index is followed yet."""
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        #: By index, when a look succeeded last, and when one ended.
        self._polled_s: dict[str, float] = {}
        self._ended_s: dict[str, float] = {}
        self._published = Counter(
            "diptych_feed_published_documents",
            "Documents enqueued.",
            ["index", "lane"],
            registry=registry,
        )
        self._lag = Histogram(
            "diptych_feed_change_to_searchable_seconds",
            "From the first sight of a change to the sight of its vector.",
            ["index"],
            buckets=_LAG_S,
            registry=registry,
        )
        self._polls = Counter(
            "diptych_feed_polls", "Looks at an index.", ["index", "outcome"], registry=registry
        )
        self._unread = Gauge(
            "diptych_feed_unread_operations",
            "Operations of the index that are not read yet.",
            ["index"],
            registry=registry,
        )
        self._is_leader = Gauge(
            "diptych_feed_is_leader", "1 where this feed works.", ["index"], registry=registry
        )
        self._age = Gauge(
            "diptych_feed_poll_age_seconds",
            "Since the last look that succeeded.",
            ["index"],
            registry=registry,
        )

    def published(self, index: str, lane: Lane, n_documents: int) -> None:
        """The broker has a message with so many documents."""
        self._published.labels(index, lane).inc(n_documents)

    def searchable(self, index: str, lag_s: float) -> None:
        """A published change came round settled after so many seconds."""
        self._lag.labels(index).observe(lag_s)

    def follows(self, index: str) -> None:
        """The index is looked at from now on."""
        with self._lock:
            self._polled_s[index] = self._ended_s[index] = self._monotonic_s()
        self._age.labels(index).set_function(lambda: self._age_s(index))

    def polled(self, index: str, poll: Poll) -> None:
        """A look succeeded."""
        with self._lock:
            self._polled_s[index] = self._ended_s[index] = self._monotonic_s()
        self._polls.labels(index, "ok").inc()
        self._is_leader.labels(index).set(poll.is_leader)
        # A feed that waits does not know how far the other is.
        self._unread.labels(index).set(poll.lag if poll.is_leader else 0)

    def failed(self, index: str) -> None:
        """A look failed."""
        with self._lock:
            self._ended_s[index] = self._monotonic_s()
        self._polls.labels(index, "failed").inc()

    def forget(self, index: str) -> None:
        """The index is followed no more; its counts stay, as counters do."""
        with self._lock:
            self._polled_s.pop(index, None)
            self._ended_s.pop(index, None)
        for gauge in (self._is_leader, self._unread, self._age):
            gauge.remove_by_labels({"index": index})

    def overdue(self, limit_s: float) -> dict[str, float]:
        """Seconds since the last look that succeeded, by index, where that is too long ago."""
        return self._older(self._polled_s, limit_s)

    def hanging(self, limit_s: float) -> dict[str, float]:
        """Seconds since a look ended, well or not, by index, where that is too long ago."""
        return self._older(self._ended_s, limit_s)

    def _older(self, times_s: Mapping[str, float], limit_s: float) -> dict[str, float]:
        now_s = self._monotonic_s()
        with self._lock:
            return {index: now_s - s for index, s in times_s.items() if now_s - s > limit_s}

    def _age_s(self, index: str) -> float:
        with self._lock:
            return self._monotonic_s() - self._polled_s.get(index, self._monotonic_s())
