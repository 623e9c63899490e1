"""The parts of a worker put together: models, pictures, cache, journal, and the process apart."""

import os

from diptych.ingest.cache_file import CacheFile
from diptych.ingest.cache_index import CacheIndex
from diptych.ingest.caching import Cache, LayeredCache
from diptych.ingest.metering import MeteredCache, MeteredDeadLetters, MeteredPictures
from diptych.ingest.meters import Meters, NoMeters
from diptych.ingest.picture_sources import picture_source
from diptych.plugin.children import settings_environment
from diptych.plugin.encoders import worker_cache, worker_encoders
from diptych.plugin.image_folder import registered_folders
from diptych.plugin.letters import kept_letters
from diptych.plugin.local.processes import python_command, tethered
from diptych.plugin.processes import Connections
from diptych.plugin.watch.worker import WorkerWatch
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
    watch: WorkerWatch | None = None,
    meters: Meters | None = None,
) -> Handler:
    """A handler of messages; the first one loads the models.

    Args:
        watch: counts what is done, and excuses what may take long; nobody by default.
        meters: count in its place.
    """
    settings = connections.settings
    told = meters or (NoMeters() if watch is None else watch.meters)
    near = worker_cache(settings)
    pictures = picture_source(settings, registered=registered_folders(settings), cache=near)
    cache = _cache(connections, near)
    remembered = None if cache is None else MeteredCache(cache, told)
    encoders = worker_encoders(settings, remembered, meters=told)
    letters = MeteredDeadLetters(kept_letters(connections.cluster, settings), told)
    enrichers = Enrichers(
        connections.cluster,
        connections.engine,
        MeteredPictures(pictures, told),
        encoders if watch is None else watch.models(encoders).get,
        dead_letters=letters,
    )
    return Handler(
        enrichers.get,
        CeleryPublisher(connections.app),
        dead_letters=letters,
        patience=None if watch is None else watch.patience,
        meters=told,
        journal=journal,
        isolation=isolation,
        is_isolated=is_isolated,
    )


def _cache(connections: Connections, near: CacheFile | None) -> Cache | None:
    """What vectors are remembered in: on this machine, in the cluster, in both or in neither."""
    if not connections.settings.cache_shared:
        return near
    far = CacheIndex(connections.cluster)
    return far if near is None else LayeredCache(near, far)


def make_isolation(settings: Settings, *, meters: Meters | None = None) -> ProcessIsolation:
    """Runs messages in a process with the same settings, on the processor.

    There it needs no memory of a device that the worker fills, and what breaks a device may pass.
    """
    apart = settings.model_copy(update={"device": "cpu"})
    return ProcessIsolation(
        tethered(python_command("diptych.plugin.isolated")),
        os.environ | settings_environment(apart),
        meters=meters,
    )
