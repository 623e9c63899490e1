"""A feed under watch: its metrics, and its health over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from diptych.errors import UnavailableError
from diptych.plugin.processes import Connections
from diptych.plugin.watch.checks import Checks
from diptych.plugin.watch.feed_metrics import FeedMetrics
from diptych.plugin.watch.reaching import broker_check, checks_as_series, cluster_check
from diptych.plugin.watch.server import watched
from diptych.plugin.watch.worker_metrics import new_registry

#: A feed is ready while each index was looked at within so many intervals, and so many seconds.
_N_INTERVALS: Final = 10
_AT_LEAST_S: Final = 15.0
#: A look that comes to no end for so long hangs, whatever it waits for.
_HANGING_S: Final = 600.0


class FeedWatch:
    """What watches one feed process."""

    def __init__(self, connections: Connections, *, interval_s: float) -> None:
        """Starts nothing yet.

        Args:
            interval_s: the feed's pause between two looks.
        """
        self._connections = connections
        self._registry = new_registry()
        self._ready_s = max(_AT_LEAST_S, _N_INTERVALS * interval_s)
        self.metrics = FeedMetrics(self._registry)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve for the time of a `with` block, where a port is set.

        Raises:
            SettingsError: the port is in use.
        """
        settings = self._connections.settings
        if settings.metrics_port is None:
            yield
            return
        checks = Checks(
            {
                "broker": broker_check(self._connections, self._registry),
                "cluster": cluster_check(settings),
                "looks": self._check_looks,
            }
        )
        checks_as_series(checks, self._registry)
        with watched(
            settings.metrics_host,
            settings.metrics_port,
            self._registry,
            live=self._live,
            ready=checks.reasons,
        ):
            checks.start()
            try:
                yield
            finally:
                checks.stop()

    def _check_looks(self) -> None:
        overdue = self.metrics.overdue(self._ready_s)
        if overdue:
            raise UnavailableError(_said(overdue, "was not looked at with success for"))

    def _live(self) -> dict[str, str]:
        hanging = self.metrics.hanging(_HANGING_S)
        return {"looks": _said(hanging, "has a look without an end for") if hanging else ""}


def _said(indexes: dict[str, float], what: str) -> str:
    index, age_s = max(indexes.items(), key=lambda item: item[1])
    return f"{index} {what} {age_s:.0f} s ({len(indexes)} indexes)."
