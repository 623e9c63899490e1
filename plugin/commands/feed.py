"""`diptych feed`: follows indexes and enqueues what changed."""

import threading

import click

from diptych.plugin.options import BROKER, CLUSTER, LOCAL, WATCHING, settings_options
from diptych.settings import Settings


@click.command("feed")
@click.argument("indexes", nargs=-1, required=True, metavar="INDEX...")
@click.option(
    "--interval-s",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    help="Pause between two looks, in seconds.",
)
@click.option(
    "--from",
    "start",
    type=click.Choice(["checkpoint", "start"]),
    default="checkpoint",
    show_default=True,
    help="Go on where the last feed stopped, or look at every document again first.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Documents per second at most of what is caught up or swept; changes are not held back.",
)
@click.option("--once", is_flag=True, help="Stop when everything up to now is enqueued.")
@settings_options(*CLUSTER, *BROKER, *LOCAL, "sweep_interval_s", *WATCHING)
def command(
    settings: Settings,
    indexes: tuple[str, ...],
    interval_s: float,
    start: str,
    rate: float | None,
    once: bool,
) -> None:
    """Watch indexes for changes and enqueue them until stopped.

    INDEX is the name of an index, an alias, which is followed when it moves, or a pattern such as
    'products-*', which takes in new indexes. A second feed of the same index waits, and takes
    over within seconds when the first is gone.

    Example: diptych feed products
    """
    from diptych.ingest.metering import MeteredPublisher
    from diptych.plugin.following import Following
    from diptych.plugin.processes import connect, on_stop_signal
    from diptych.plugin.watch.feed import FeedWatch
    from diptych.plugin.watch.logs import log_to_stderr
    from diptych.workers.app import CeleryPublisher
    from diptych.workers.queues import broker_run

    log_to_stderr(settings.log_level, settings.log_format)
    connections = connect(settings)
    watch = FeedWatch(connections, interval_s=interval_s)
    following = Following(
        connections,
        MeteredPublisher(CeleryPublisher(connections.app), watch.metrics),
        indexes,
        interval_s=interval_s,
        rate=rate,
        is_from_start=start == "start",
        metrics=watch.metrics,
        broker_run=lambda: broker_run(connections.app),
    )
    if once:
        following.run_once()
        return
    stopped = threading.Event()
    on_stop_signal(stopped.set)
    with watch.running():
        following.run(stopped)
