"""The parts of a worker put together: models, pictures, cache, journal, and the process apart."""

import os

from diptych.ingest.picture_sources import picture_source
from diptych.plugin.children import settings_environment
from diptych.plugin.encoders import worker_cache, worker_encoders
from diptych.plugin.image_folder import registered_folders
from diptych.plugin.local.processes import python_command, tethered
from diptych.plugin.processes import Connections
from diptych.settings import Settings
from diptych.workers.app import CeleryPublisher
from diptych.workers.enrichers import Enrichers
from diptych.workers.handling import Handler
from diptych.workers.isolation import ProcessIsolation
from diptych.workers.journal import Journal
from diptych.workers.suspects import Isolation


def make_handler(
    connections: Connections,
    *,
    journal: Journal | None = None,
    isolation: Isolation | None = None,
    is_isolated: bool = False,
) -> Handler:
    """A handler of messages; the first one loads the models."""
    settings = connections.settings
    cache = worker_cache(settings)
    pictures = picture_source(settings, registered=registered_folders(settings), cache=cache)
    enrichers = Enrichers(
        connections.cluster, connections.engine, pictures, worker_encoders(settings, cache)
    )
    return Handler(
        enrichers.get,
        CeleryPublisher(connections.app),
        journal=journal,
        isolation=isolation,
        is_isolated=is_isolated,
    )


def make_isolation(settings: Settings) -> ProcessIsolation:
    """Runs messages in a process with the same settings, on the processor.

    There it needs no memory of a device that the worker fills, and what breaks a device may pass.
    """
    apart = settings.model_copy(update={"device": "cpu"})
    return ProcessIsolation(
        tethered(python_command("diptych.plugin.isolated")),
        os.environ | settings_environment(apart),
    )
