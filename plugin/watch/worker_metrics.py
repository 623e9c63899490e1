"""What a worker counts, as series of Prometheus."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.metrics import disable_created_metrics

from diptych.ingest.meters import Apart, Ending, Fate, Fetch, Input
from diptych.ingest.publishing import Lane

_FILL: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_ENCODE_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


def new_registry() -> CollectorRegistry:
    """A registry of this process alone, with its memory, processor time and start."""
    # A time of creation beside every counter would double the series.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(namespace="diptych", registry=registry)
    return registry


class WorkerMetrics:
    """The `Meters` of a worker; labels are few, and none is an id.

    Args of the constructor:
        on_event: called after each step of the work; whoever watches for progress takes it.
    """

    def __init__(
        self, registry: CollectorRegistry, *, on_event: Callable[[], None] = lambda: None
    ) -> None:
        """See the class."""
        self._registry = registry
        self._on_event = on_event
        self._documents = self._counter("documents", "Documents by outcome.", "index", "outcome")
        self._messages = self._counter("messages", "Deliveries by verdict.", "lane", "verdict")
        self._apart = self._counter(
            "messages_apart", "Messages run in a process of their own.", "how"
        )
        self._conflicts = self._counter("conflicts", "Writes that came second.", "index")
        self._fetches = self._counter("picture_fetches", "Pictures asked for.", "class")
        self._broken = self._counter("pictures_broken", "Pictures that cannot be decoded.")
        self._hits = self._counter("cache_hits", "Vectors that the cache knew.")
        self._misses = self._counter("cache_misses", "Vectors that the cache did not know.")
        self._letters = self._counter("dead_letters", "Dead letters kept.", "stage", "class")
        self._fill = Histogram(
            "diptych_message_documents", "Documents per message.", buckets=_FILL, registry=registry
        )
        self._batch = Histogram(
            "diptych_encode_inputs",
            "Texts or pictures per call of the encoder.",
            ["input"],
            buckets=_FILL,
            registry=registry,
        )
        self._encode_s = Histogram(
            "diptych_encode_seconds",
            "Duration of a call of the encoder.",
            ["input"],
            buckets=_ENCODE_S,
            registry=registry,
        )
        self._in_hand = Gauge(
            "diptych_documents_in_hand", "Documents of messages in hand.", registry=registry
        )

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"diptych_{name}", help_, labels, registry=self._registry)

    def gauge(self, name: str, help_: str, read: Callable[[], float]) -> None:
        """A further series, read at each scrape; `read` must not wait for anything."""
        Gauge(f"diptych_{name}", help_, registry=self._registry).set_function(read)

    @contextmanager
    def in_hand(self, n_documents: int) -> Iterator[None]:
        """Meanwhile a message of so many documents is worked on."""
        self._fill.observe(n_documents)
        self._in_hand.inc(n_documents)
        try:
            yield
        finally:
            self._in_hand.dec(n_documents)

    def ended(self, lane: Lane, ending: Ending) -> None:
        """A delivery came to its end."""
        self._messages.labels(lane, ending).inc()

    def ran_apart(self, how: Apart) -> None:
        """A message ran in a process of its own."""
        self._apart.labels(how).inc()

    def documents(self, index: str, fate: Fate, count: int = 1) -> None:
        """So many documents came to their end."""
        self._documents.labels(index, fate).inc(count)

    def conflicts(self, index: str, count: int) -> None:
        """So many writes came second."""
        self._conflicts.labels(index).inc(count)

    def encoded(self, kind: Input, n_inputs: int, duration_s: float, *, n_broken: int = 0) -> None:
        """One call of the encoder."""
        self._batch.labels(kind).observe(n_inputs)
        self._encode_s.labels(kind).observe(duration_s)
        self._broken.inc(n_broken)
        self._on_event()

    def recalled(self, *, n_hits: int, n_misses: int) -> None:
        """The cache of vectors was asked."""
        self._hits.inc(n_hits)
        self._misses.inc(n_misses)

    def fetched(self, how: Fetch) -> None:
        """A picture was asked for."""
        self._fetches.labels(how).inc()
        self._on_event()

    def dead_letter(self, stage: str, error_class: str) -> None:
        """A dead letter was kept."""
        self._letters.labels(stage, error_class).inc()
