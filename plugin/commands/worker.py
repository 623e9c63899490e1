"""`diptych worker`: the process that has the models and writes the vectors."""

import sys

import click

from diptych.plugin.options import (
    BROKER,
    CACHE,
    CLUSTER,
    LOCAL,
    MODELS,
    PICTURES,
    WATCHING,
    settings_options,
)
from diptych.settings import Settings


@click.command("worker")
@settings_options(
    *CLUSTER,
    *BROKER,
    *MODELS,
    *LOCAL,
    *PICTURES,
    *CACHE,
    "concurrency",
    "redis_visibility_s",
    "watchdog_s",
    *WATCHING,
)
def command(settings: Settings) -> None:
    """Turn enqueued documents into vectors until stopped (SIGTERM ends work in hand first).

    Example: diptych worker --device cuda --image-roots /srv/photos
    """
    from diptych.plugin.processes import connect
    from diptych.plugin.watch.logs import log_to_stderr
    from diptych.plugin.working import run_worker

    log_to_stderr(settings.log_level, settings.log_format)
    sys.exit(run_worker(connect(settings)))
