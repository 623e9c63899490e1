"""An installed index on any engine, and a worker's work on it, for tests of the feed."""

from nodes import EngineCluster

from diptych.client import path
from diptych.ingest.enrich import Enricher
from diptych.ingest.store import ClusterStore
from diptych.mappings.target import Target, read_target
from diptych.plugin.install import InstallRequest, install
from diptych.testing import FakeEncoder, MemoryPictures

ENCODER = FakeEncoder()
PICTURES = MemoryPictures({"red.jpg": b"picture of red"})


def make_index(
    node: EngineCluster, name: str, *, n_shards: int = 1, refresh_interval: str | None = "-1"
) -> Target:
    """An empty index with `title` and `image`.

    Args:
        refresh_interval: unless set, the index never refreshes itself, so that a feed does at
            once; None leaves the engine's own.
    """
    settings = {"number_of_shards": n_shards, "number_of_replicas": 0}
    own = {} if refresh_interval is None else {"refresh_interval": refresh_interval}
    body = {"settings": settings | own | node.engine.index_settings()}
    node.cluster.call("PUT", path(name), body=body)
    models = ENCODER.text_model, ENCODER.image_model
    install(node.cluster, node.engine, InstallRequest(name, ("title",), "image", *models))
    return read_target(node.cluster, name)


def enrich(node: EngineCluster, target: Target, *ids: str, is_forced: bool = False) -> None:
    """What a worker does with published ids."""
    store = ClusterStore(node.cluster, node.engine, target)
    Enricher(store, ENCODER, PICTURES).start(ids, is_forced=is_forced).run()


def refresh(node: EngineCluster, target: Target) -> None:
    """Make everything that was written so far searchable."""
    node.cluster.call("POST", path(target.index, "_refresh"))
