"""A worker process: its parts, and what it does first, last, and when it cannot go on."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from diptych.errors import DeviceLostError, SettingsError
from diptych.ingest.metering import MeteredDeadLetters
from diptych.ingest.meters import Meters
from diptych.plugin.handlers import make_handler, make_isolation
from diptych.plugin.letters import kept_letters
from diptych.plugin.processes import Connections
from diptych.plugin.watch.worker import ExcusedIsolation, WorkerWatch
from diptych.settings import Settings
from diptych.workers.app import prepare_broker
from diptych.workers.dead_queue import drain_or_say
from diptych.workers.handling import Handler
from diptych.workers.journal import FolderJournal
from diptych.workers.recovering import recover
from diptych.workers.restarting import is_broken, on_stopping, start_again
from diptych.workers.tasks import register
from diptych.workers.verdict import Verdict

_log = logging.getLogger(__name__)

#: Between two looks for letters that are not where they belong, in seconds.
_LETTERS_S: Final = 30.0


def run_worker(connections: Connections) -> int | None:
    """Work until stopped; the exit status.

    Raises:
        SettingsError: credentials, settings or models are wrong, or a port is in use.
        DeviceLostError: the device works no more; a new process may mend it.
    """
    settings, app = connections.settings, connections.app
    last: list[Verdict] = []
    is_asked, started_s = threading.Event(), time.monotonic()
    on_stopping(is_asked.set)

    def stop(verdict: Verdict) -> None:
        last.append(verdict)
        os.kill(os.getpid(), signal.SIGTERM)

    prepare_broker(app)
    watch = WorkerWatch(connections)
    with (
        open_journal(settings) as journal,
        closing(make_isolation(settings, meters=watch.meters)) as isolation,
    ):
        apart = ExcusedIsolation(isolation, watch.watch)
        handler = make_handler(connections, journal=journal, isolation=apart, watch=watch)
        register(app, handler, stop=stop, holding=watch.watch.holding)
        with (
            _recovering(handler, journal),
            _keeping_letters(connections, watch.meters),
            watch.running(start_again),
        ):
            worker = app.Worker(
                pool="threads",
                concurrency=settings.concurrency,
                loglevel=settings.log_level,
                quiet=True,
                without_gossip=True,
                without_mingle=True,
                # Events of Celery's monitors. On RabbitMQ each waits for its confirmation in the
                # loop that watches the connection, so a worker would never notice that one went
                # silent.
                without_heartbeat=True,
            )
            worker.start()
    for verdict in last:
        kind = DeviceLostError if verdict.is_device_lost else SettingsError
        raise kind(f"The worker stopped: {verdict.reason}")
    status: int | None = worker.exitcode
    if is_broken(status, was_asked=is_asked.is_set(), ran_s=time.monotonic() - started_s):
        _log.error("Celery ended by an error of its own, see above: starting again")
        start_again()
    return status


@contextmanager
def open_journal(settings: Settings) -> Iterator[FolderJournal]:
    """The journal of this worker, in a folder that the workers of this machine share.

    Raises:
        SettingsError: the folder cannot be written.
    """
    folder = settings.home_dir / "journal"
    try:
        journal = FolderJournal(folder)
    except OSError as err:
        raise SettingsError(
            f"The folder {folder} cannot be written ({err.strerror}), and a worker keeps there "
            "what it has in hand: name another with --home-dir."
        ) from err
    with closing(journal):
        yield journal


@contextmanager
def _recovering(handler: Handler, journal: FolderJournal) -> Iterator[None]:
    """Meanwhile finish what dead workers had in hand."""
    stopped = threading.Event()
    thread = threading.Thread(
        target=lambda: recover(handler, journal, wait=stopped.wait), name="recover", daemon=True
    )
    thread.start()
    yield
    stopped.set()


@contextmanager
def _keeping_letters(connections: Connections, meters: Meters) -> Iterator[None]:
    """Meanwhile bring into the cluster what lies in the file, and what the broker gave up."""
    letters = kept_letters(connections.cluster, connections.settings)
    counted = MeteredDeadLetters(letters, meters)
    stopped = threading.Event()

    def keep() -> None:
        while not stopped.is_set():
            letters.move()
            drain_or_say(connections.app, counted)
            stopped.wait(_LETTERS_S)

    threading.Thread(target=keep, name="dead letters", daemon=True).start()
    yield
    stopped.set()
