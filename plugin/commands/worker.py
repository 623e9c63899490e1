"""`diptych worker`: the process that has the models and writes the vectors."""

import os
import signal
import sys
import threading

import click

from diptych.errors import SettingsError
from diptych.plugin.options import BROKER, CACHE, CLUSTER, LOCAL, MODELS, PICTURES, settings_options
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
    "log_level",
)
def command(settings: Settings) -> None:
    """Turn enqueued documents into vectors until stopped (SIGTERM ends work in hand first).

    Example: diptych worker --device cuda --image-roots /srv/photos
    """
    from diptych.ingest.picture_sources import picture_source
    from diptych.plugin.encoders import worker_cache, worker_encoders
    from diptych.plugin.image_folder import registered_folders
    from diptych.plugin.processes import connect, log_to_stderr
    from diptych.workers.app import CeleryPublisher, prepare_broker
    from diptych.workers.enrichers import Enrichers
    from diptych.workers.tasks import Handler, register

    log_to_stderr(settings.log_level)
    connections = connect(settings)
    app = connections.app
    cache = worker_cache(connections.settings)
    enrichers = Enrichers(
        connections.cluster,
        connections.engine,
        picture_source(
            connections.settings,
            registered=registered_folders(connections.settings),
            cache=cache,
        ),
        worker_encoders(connections.settings, cache),
    )
    is_misconfigured = threading.Event()

    def stop() -> None:
        is_misconfigured.set()
        os.kill(os.getpid(), signal.SIGTERM)

    prepare_broker(app)
    register(app, Handler(enrichers.get, CeleryPublisher(app)), on_misconfigured=stop)
    worker = app.Worker(
        pool="threads",
        concurrency=settings.concurrency,
        loglevel=settings.log_level,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        # Events of Celery's monitors. On RabbitMQ each waits for its confirmation in the loop that
        # watches the connection, so a worker would never notice that one went silent.
        without_heartbeat=True,
    )
    worker.start()
    if is_misconfigured.is_set():
        raise SettingsError("The worker stopped because of the error in its log above.")
    sys.exit(worker.exitcode)
