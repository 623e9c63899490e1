"""`diptych feed`: follows indexes and enqueues what changed."""

import logging
import threading
from collections.abc import Sequence

import click

from diptych.errors import MissingIndexError, UnavailableError
from diptych.ingest.feed import Feed
from diptych.plugin.options import BROKER, CLUSTER, LOCAL, settings_options
from diptych.settings import Settings

_log = logging.getLogger(__name__)


@click.command("feed")
@click.argument("indexes", nargs=-1, required=True, metavar="INDEX...")
@click.option("--interval-s", default=1.0, show_default=True, help="Pause between two looks.")
@settings_options(*CLUSTER, *BROKER, *LOCAL, "log_level")
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
    feeds = [
        Feed(connections.cluster, connections.engine, publisher, name=name, owner=process_name())
        for name in indexes
    ]
    _log.info("Watching %s", ", ".join(indexes))
    try:
        while not stopped.is_set():
            _poll_all(feeds, indexes)
            stopped.wait(interval_s)
    finally:
        for feed in feeds:
            feed.stop()


def _poll_all(feeds: Sequence[Feed], indexes: Sequence[str]) -> None:
    """One look at each index; a cluster or an index that is away is looked for again."""
    for name, feed in zip(indexes, feeds, strict=True):
        try:
            poll = feed.poll()
        except (UnavailableError, MissingIndexError) as err:
            _log.warning("%s: %s", name, err)
            continue
        if poll.published:
            _log.info("%s: %d of %d changes enqueued", name, poll.published, poll.seen)
