"""Counts of an index's documents by state, and how far its feed is behind."""

from dataclasses import asdict, dataclass
from typing import Any

from diptych.client import Cluster, Json, path
from diptych.ingest.checkpoints import StateIndex
from diptych.ingest.history import History
from diptych.ingest.lease import Lease
from diptych.mappings.engine import Engine
from diptych.mappings.fields import FAILED, OBJECT, PARTIAL, READY
from diptych.mappings.target import Target


@dataclass(frozen=True, slots=True)
class Status:
    """One index in numbers.

    `ready`, `partial` (words or picture missing) and `failed` documents were tried; `pending`
    are marked or were never tried. `lag` counts operations that no feed has looked at: a
    document among them can be stale whatever its state says.
    """

    index: str
    documents: int
    ready: int
    partial: int
    failed: int
    pending: int
    lag: int
    is_feed_running: bool

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """A document that is partial or failed, and why."""

    id: str
    state: str
    error: str | None


def read_problems(cluster: Cluster, target: Target, *, limit: int) -> list[Problem]:
    """The first documents whose words or picture could not be used."""
    answer: Json = cluster.call(
        "POST",
        path(target.index, "_search"),
        body={
            "size": limit,
            "query": {"terms": {f"{OBJECT}.state": [FAILED, PARTIAL]}},
            "sort": [{f"{OBJECT}.state": "asc"}],
            "_source": [f"{OBJECT}.state", f"{OBJECT}.error"],
        },
    )
    return [
        Problem(hit["_id"], hit["_source"][OBJECT]["state"], hit["_source"][OBJECT].get("error"))
        for hit in answer["hits"]["hits"]
    ]


def read_status(cluster: Cluster, engine: Engine, target: Target) -> Status:
    """The numbers as of now; refreshes the index first."""
    history = History(cluster, engine, target)
    history.refresh()
    total, states = _count_states(cluster, target)
    tried = {state: states.get(state, 0) for state in (READY, PARTIAL, FAILED)}
    position = history.position()
    state = StateIndex(cluster)
    return Status(
        index=target.name,
        documents=total,
        ready=tried[READY],
        partial=tried[PARTIAL],
        failed=tried[FAILED],
        pending=total - sum(tried.values()),
        lag=state.load(position.uuid).lag(position),
        is_feed_running=Lease(state, target.index, owner="").is_held(),
    )


def _count_states(cluster: Cluster, target: Target) -> tuple[int, dict[str, int]]:
    answer: Json = cluster.call(
        "POST",
        path(target.index, "_search"),
        body={
            "size": 0,
            "track_total_hits": True,
            "aggs": {"state": {"terms": {"field": f"{OBJECT}.state", "size": 10}}},
        },
    )
    buckets = answer["aggregations"]["state"]["buckets"]
    total: int = answer["hits"]["total"]["value"]
    return total, {bucket["key"]: bucket["doc_count"] for bucket in buckets}
