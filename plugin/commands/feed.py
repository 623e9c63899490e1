"""`diptych feed`: follows indexes and enqueues what changed."""

import logging
import threading
import time
from collections.abc import Callable

import click

from diptych.errors import DiptychError, SettingsError
from diptych.ingest.feed import Feed
from diptych.plugin.options import BROKER, CLUSTER, LOCAL, settings_options
from diptych.settings import Settings

_log = logging.getLogger(__name__)

#: Between two looks for pictures that are to be asked for again.
_RETRY_S = 60.0


@click.command("feed")
@click.argument("indexes", nargs=-1, required=True, metavar="INDEX...")
@click.option(
    "--interval-s",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    help="Pause between two looks, in seconds.",
)
@settings_options(*CLUSTER, *BROKER, *LOCAL, "sweep_interval_s", "log_level")
def command(settings: Settings, indexes: tuple[str, ...], interval_s: float) -> None:
    """Watch indexes for changes and enqueue them until stopped.

    Example: diptych feed products
    """
    from diptych.plugin.processes import connect, log_to_stderr, on_stop_signal, process_name
    from diptych.workers.app import CeleryPublisher

    log_to_stderr(settings.log_level)
    connections = connect(settings)
    stopped = threading.Event()
    on_stop_signal(stopped.set)
    publisher = CeleryPublisher(connections.app)
    cluster, engine, owner = connections.cluster, connections.engine, process_name()
    followers = [
        _Follower(Feed(cluster, engine, publisher, name=name, owner=owner), name, settings)
        for name in indexes
    ]
    _log.info("Watching %s", ", ".join(indexes))
    try:
        while not stopped.wait(interval_s):
            for follower in followers:
                follower.look()
    finally:
        for follower in followers:
            follower.stop()


class _Follower:
    """One index: what goes wrong with it stops no other, and is tried again."""

    def __init__(self, feed: Feed, name: str, settings: Settings) -> None:
        self._feed = feed
        self._name = name
        self._sweep_interval_s = settings.sweep_interval_s
        self._trouble = ""
        self._retried_s = self._swept_s = time.monotonic()

    def look(self) -> None:
        now_s = time.monotonic()
        self._try(self._poll)
        if now_s - self._retried_s > _RETRY_S:
            self._retried_s = now_s
            self._try(lambda: self._say("pictures asked for again", self._feed.retry()))
        if now_s - self._swept_s > self._sweep_interval_s:
            self._swept_s = now_s
            self._try(lambda: self._say("documents enqueued by the sweep", self._feed.sweep()))

    def stop(self) -> None:
        self._try(self._feed.stop)

    def _poll(self) -> None:
        poll = self._feed.poll()
        self._say(f"of {poll.seen} changes enqueued", poll.published)

    def _say(self, what: str, count: int) -> None:
        if count:
            _log.info("%s: %d %s", self._name, count, what)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except SettingsError:
            raise
        except DiptychError as err:
            if str(err) != self._trouble:
                self._trouble = str(err)
                _log.warning("%s: %s", self._name, err)
        else:
            self._trouble = ""
