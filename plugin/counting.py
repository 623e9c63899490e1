"""How many documents an index has, and how many of them have no vector."""

from diptych.client import Cluster, path
from diptych.mappings.target import Target


def count_documents(cluster: Cluster, index: str) -> int:
    """The documents of an index as of its last refresh."""
    return int(cluster.call("GET", path(index, "_count"))["count"])


def count_without_vector(cluster: Cluster, target: Target) -> int:
    """Those of them that have no vector."""
    lacking = {"bool": {"must_not": [{"exists": {"field": target.contract.vector_field}}]}}
    body = {"size": 0, "track_total_hits": True, "query": lacking}
    answer = cluster.call("POST", path(target.name, "_search"), body=body)
    return int(answer["hits"]["total"]["value"])
