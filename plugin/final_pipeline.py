"""The final pipeline of an index: ours, and the one that was there before."""

from diptych.client import Cluster, Json, path
from diptych.mappings.pipeline import pipeline_name
from diptych.plugin.existing import ExistingIndex


def restore_final_pipeline(cluster: Cluster, found: ExistingIndex) -> str | None:
    """Take the marking pipeline off an index; the final pipeline that it has then.

    A pipeline that belongs to the index alone is deleted, one that a template shares stays.
    """
    previous = usable_previous(cluster, found)
    if found.is_marked:
        setting = {"index.final_pipeline": previous or "_none"}
        cluster.call("PUT", path(found.index, "_settings"), body=setting)
    own = path("_ingest", "pipeline", pipeline_name(found.index))
    cluster.call("DELETE", own, accept=(404,))
    return previous


def usable_previous(cluster: Cluster, found: ExistingIndex) -> str | None:
    """The final pipeline that was there before; None if it is deleted, as it would stop writes."""
    previous = found.previous_pipeline
    if previous is None or not found.is_marked:
        return previous
    known: Json = cluster.call("GET", path("_ingest", "pipeline", previous), accept=(404,))
    return previous if previous in known else None
