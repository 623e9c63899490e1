"""The checks of readiness that ask somebody: the broker and the cluster, each with its timeout."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge

from diptych.client import Cluster
from diptych.ingest.publishing import Lane
from diptych.plugin.processes import Connections
from diptych.plugin.watch.checks import Checks
from diptych.settings import Settings
from diptych.workers.queues import queue_lengths

#: Longest wait for one answer, in seconds.
_TIMEOUT_S = 2.0


def broker_check(
    connections: Connections,
    registry: CollectorRegistry,
    *,
    tell: Callable[[int | None], None] = lambda _: None,
) -> Callable[[], None]:
    """Asks for the lengths of the queues, and keeps them as a series.

    Args:
        tell: is told how many messages wait; None where the broker does not say.
    """
    gauge = Gauge("diptych_queue_messages", "Messages that wait.", ["lane"], registry=registry)

    def check() -> None:
        try:
            lengths = queue_lengths(connections.app, timeout_s=_TIMEOUT_S)
        except Exception:
            # What was true a while ago must not look like what is.
            gauge.clear()
            tell(None)
            raise
        for lane in Lane:
            gauge.labels(lane).set(lengths[lane])
        tell(sum(lengths.values()))

    return check


def cluster_check(settings: Settings) -> Callable[[], None]:
    """Asks the cluster who it is, on a connection of its own."""
    cluster = Cluster(settings.model_copy(update={"timeout_s": _TIMEOUT_S}))

    def check() -> None:
        # The local Elasticsearch refuses the question, which is an answer too.
        cluster.call("GET", "/", timeout_s=_TIMEOUT_S, accept=(405,))

    return check


def checks_as_series(checks: Checks, registry: CollectorRegistry) -> None:
    """The checks as a series, read at each scrape."""
    gauge = Gauge("diptych_check_ok", "1 where all is well.", ["check"], registry=registry)

    def reader(name: str) -> Callable[[], float]:
        return lambda: float(not checks.reasons()[name])

    for name in checks.reasons():
        gauge.labels(name).set_function(reader(name))
