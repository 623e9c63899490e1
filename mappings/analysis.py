"""Which analyzers a cluster has."""

from collections.abc import Iterable

from diptych.client import Cluster
from diptych.errors import RefusedError


def missing_analyzers(cluster: Cluster, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that no index of the cluster could use; asks the cluster for each."""
    return tuple(name for name in names if not _has_analyzer(cluster, name))


def _has_analyzer(cluster: Cluster, name: str) -> bool:
    try:
        cluster.call("POST", "/_analyze", body={"analyzer": name, "text": "word"})
    except RefusedError:
        return False
    return True
