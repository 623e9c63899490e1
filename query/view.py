"""What a search must know about an index before it asks, remembered for a few seconds."""

import threading
import time
from dataclasses import dataclass, replace

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
    """The views of all indexes that were asked for lately; safe to use from several threads.

    Args of the constructor:
        life_s: how long a view is believed.
    """

    def __init__(self, cluster: Cluster, *, life_s: float = VIEW_LIFE_S) -> None:
        """Asks nothing yet."""
        self._cluster = cluster
        self._life_s = life_s
        self._seen: dict[str, tuple[float, IndexView]] = {}
        self._renewing: set[str] = set()
        self._lock = threading.Lock()

    def of(self, index: str) -> IndexView:
        """The view of an index or alias; while one caller renews it, the others have the old one.

        Raises:
            MissingIndexError: there is no such index.
            ContractError: Diptych is not installed on it.
        """
        with self._lock:
            seen = self._seen.get(index)
            is_fresh = seen is not None and time.monotonic() - seen[0] <= self._life_s
            if seen is not None and (is_fresh or index in self._renewing):
                return seen[1]
            self._renewing.add(index)
        try:
            view = self._look(index, None if seen is None else seen[1])
            self._seen[index] = time.monotonic(), view
        finally:
            with self._lock:
                self._renewing.discard(index)
        return view

    def _look(self, index: str, old: IndexView | None) -> IndexView:
        """A concrete index keeps its number of shards, and the vectors that it once had."""
        target = read_target(self._cluster, index)
        if old is None or old.target.index != target.index:
            blends = blends_natively(self._cluster, index)
            return IndexView(target, blends, has_vectors(self._cluster, target))
        is_embedded = old.has_vectors or has_vectors(self._cluster, target)
        return replace(old, target=target, has_vectors=is_embedded)


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
