"""A worker under watch: its metrics, its health over HTTP, and its watchdog."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.ingest.publishing import Lane, Message
from diptych.plugin.processes import Connections
from diptych.plugin.watch.checks import Checks
from diptych.plugin.watch.models import Models
from diptych.plugin.watch.reaching import broker_check, checks_as_series, cluster_check
from diptych.plugin.watch.server import watched
from diptych.plugin.watch.worker_metrics import WorkerMetrics, new_registry
from diptych.workers.patience import Patience
from diptych.workers.restarting import guard, on_stopping
from diptych.workers.suspects import Isolation
from diptych.workers.verdict import Verdict
from diptych.workers.watchdog import Watch

#: By what `/livez` judges where the watchdog is off, in seconds.
_LIMIT_S: Final = 120.0


class WorkerWatch:
    """What watches one worker process."""

    def __init__(self, connections: Connections) -> None:
        """Starts nothing yet."""
        self._connections = connections
        self._settings = connections.settings
        self._registry = new_registry()
        self.watch = Watch(self._settings.watchdog_s or _LIMIT_S)
        self.meters = WorkerMetrics(self._registry, on_event=self.watch.moved)
        self.patience = Patience(sleep=self.watch.sleep)
        self._models: Models | None = None
        self.meters.gauge("paused_indexes", "Indexes that are waited for.", self.patience.n_paused)
        self.meters.gauge("models_loaded", "1 where models are loaded.", self._is_loaded)

    def models(self, encoder_for: Callable[[IndexContract], Encoder]) -> Models:
        """The same encoders, watched while they are loaded."""
        self._models = Models(encoder_for, self.watch.excused)
        return self._models

    @contextmanager
    def running(self, restart: Callable[[], None]) -> Iterator[None]:
        """Serve and look for the time of a `with` block, until the worker is asked to stop.

        Raises:
            SettingsError: the port of the metrics is in use.
        """
        settings, stopped = self._settings, threading.Event()
        checks = Checks(self._checks())
        checks_as_series(checks, self._registry)
        with watched(
            settings.metrics_host,
            settings.metrics_port,
            self._registry,
            live=self._live,
            ready=checks.reasons,
        ):
            on_stopping(stopped.set)
            if settings.watchdog_s or settings.metrics_port is not None:
                checks.start()
            if settings.watchdog_s:
                threading.Thread(
                    target=guard, args=(self.watch, stopped, restart), name="watchdog", daemon=True
                ).start()
            try:
                yield
            finally:
                stopped.set()
                checks.stop()

    def _checks(self) -> dict[str, Callable[[], None]]:
        broker = broker_check(self._connections, self._registry, tell=self.watch.waiting)
        checks = {"broker": broker}
        if self._settings.metrics_port is not None:
            checks |= {"cluster": cluster_check(self._settings), "models": self._check_models}
        return checks

    def _check_models(self) -> None:
        if self._models is not None:
            self._models.check()

    def _is_loaded(self) -> float:
        return float(self._models is not None and self._models.is_loaded)

    def _live(self) -> dict[str, str]:
        return {"progress": self.watch.stuck() or ""}


class ExcusedIsolation:
    """An `Isolation` whose time is excused: it has limits of its own."""

    def __init__(self, isolation: Isolation, watch: Watch) -> None:
        """Wraps the other one."""
        self._isolation = isolation
        self._watch = watch

    def run(self, message: Message, lane: Lane) -> Verdict:
        """What the other one says.

        Raises:
            DiptychError: as the other one.
        """
        with self._watch.excused():
            return self._isolation.run(message, lane)
