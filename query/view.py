"""What a search must know about an index before it asks, remembered for a few seconds."""

import time
from dataclasses import dataclass

from diptych.client import Cluster, path
from diptych.errors import RefusedError
from diptych.mappings.target import Target, read_target

#: How long a view is believed. A new field, or an alias that moved, is seen after this time.
VIEW_LIFE_S = 5.0


@dataclass(frozen=True, slots=True)
class IndexView:
    """An index, whether the engine's own blending of its hits equals ours, and whether any of its
    products has a vector yet.
    """

    target: Target
    blends_natively: bool
    has_vectors: bool


class Views:
    """The views of all indexes that were asked for lately; safe to use from several threads."""

    def __init__(self, cluster: Cluster) -> None:
        """Asks nothing yet."""
        self._cluster = cluster
        self._seen: dict[str, tuple[float, IndexView]] = {}

    def of(self, index: str) -> IndexView:
        """The view of an index or alias.

        Raises:
            MissingIndexError: there is no such index.
            ContractError: Diptych is not installed on it.
        """
        now = time.monotonic()
        seen = self._seen.get(index)
        if seen is None or now - seen[0] > VIEW_LIFE_S:
            target = read_target(self._cluster, index)
            seen = (
                now,
                IndexView(
                    target,
                    blends_natively=blends_natively(self._cluster, index),
                    has_vectors=has_vectors(self._cluster, target),
                ),
            )
            self._seen[index] = seen
        return seen[1]


def blends_natively(cluster: Cluster, index: str) -> bool:
    """Whether the cluster knows `hybrid` and the index has one shard.

    With several shards the engine keeps a window per shard, so its lowest scores, and with them
    all normalised ones, differ from ours.
    """
    probe = {"size": 0, "query": {"hybrid": {"queries": [{"match_none": {}}]}}}
    try:
        answer = cluster.call("POST", path(index, "_search"), body=probe)
    except RefusedError:
        return False
    return bool(answer["_shards"]["total"] == 1)


def has_vectors(cluster: Cluster, target: Target) -> bool:
    """Whether any product of the index has a vector."""
    embedded = {"exists": {"field": target.contract.vector_field}}
    body = {"size": 0, "terminate_after": 1, "query": embedded}
    answer = cluster.call("POST", path(target.name, "_search"), body=body)
    return bool(answer["hits"]["total"]["value"])
