"""The pipeline that marks changed documents: written where it differs, done without where it fails."""

from diptych.client import Cluster, Json, path


def put_pipeline(cluster: Cluster, name: str, body: Json) -> bool:
    """Write a pipeline, unless it stands there so; whether it was written.

    Raises:
        RefusedError: the cluster takes no such pipeline.
    """
    where = path("_ingest", "pipeline", name)
    if cluster.call("GET", where, accept=(404,)).get(name) == body:
        return False
    cluster.call("PUT", where, body=body)
    return True


def say_unmarked(reason: str) -> str:
    """A sentence about writes that nothing marks; the reason completes it."""
    return (
        f"Writes are not marked as pending, because {reason} Changes are found by `diptych feed` "
        "alone: keep one running."
    )


def say_refused(err: Exception) -> str:
    """The same where the cluster refuses the pipeline."""
    return say_unmarked(f"the cluster takes no marking pipeline ({err})")
