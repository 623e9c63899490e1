"""The way without history: documents that are marked, or say by themselves that they need a worker.

For clusters that refuse `_stats` or `_seq_no`. A partial update sent in bulk passes no pipeline and
leaves no mark, so it is missed until the document is marked or swept.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from diptych.client import Cluster, Json, path
from diptych.ingest.publishing import Lane, Publisher, publish_ids
from diptych.mappings.fields import OBJECT, PARTIAL, READY, SETTLED
from diptych.mappings.target import Target

#: The first results that any index gives (`index.max_result_window`); more wait for their turn.
_WINDOW = 10_000
#: What was published and is still marked is published again after this time.
_AGAIN_S = 600.0
_BARE = "bare"


@dataclass(frozen=True, slots=True)
class Marked:
    """A document that needs a worker; `is_bare` where it was tried and has lost its vector."""

    id: str
    version: int
    is_bare: bool
    routing: str | None = None


class Marks:
    """Publishes marked documents of one index, each once as long as it stays the same."""

    def __init__(
        self,
        cluster: Cluster,
        target: Target,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Has published nothing yet."""
        self._cluster = cluster
        self._target = target
        self._monotonic_s = monotonic_s
        self._published: dict[Marked, float] = {}

    def publish(self, publisher: Publisher) -> int:
        """Publish what is marked and was not published just now; how many documents.

        Memory is bounded by the window: documents beyond it come when workers settled others.
        """
        now_s = self._monotonic_s()
        marked = self._read()
        known = {it: self._published[it] for it in marked if it in self._published}
        new = [it for it in marked if now_s - known.get(it, -_AGAIN_S) >= _AGAIN_S]
        for is_bare in (False, True):
            some = [it for it in new if it.is_bare is is_bare]
            publish_ids(
                publisher,
                self._target.index,
                [it.id for it in some],
                Lane.LIVE,
                is_forced=is_bare,
                routing={it.id: it.routing for it in some if it.routing is not None},
                contract=self._target.contract.fingerprint,
            )
        self._published = known | dict.fromkeys(new, now_s)
        return len(new)

    def _read(self) -> list[Marked]:
        answer: Json = self._cluster.call(
            "POST",
            path(self._target.index, "_search"),
            params={"allow_partial_search_results": "false"},
            body={
                "size": _WINDOW,
                "query": _unsettled(self._target.contract.vector_field),
                "_source": False,
                "version": True,
                "sort": ["_doc"],
                "track_total_hits": False,
            },
        )
        return [
            Marked(
                hit["_id"],
                hit["_version"],
                is_bare=_BARE in (hit.get("matched_queries") or ()),
                routing=hit.get("_routing"),
            )
            for hit in answer["hits"]["hits"]
        ]


def _unsettled(vector_field: str) -> Json:
    """Documents that nobody tried, that are marked, or that lack the vector they should have."""
    state = f"{OBJECT}.state"
    bare = {
        "must_not": [{"exists": {"field": vector_field}}],
        "filter": [{"terms": {state: [READY, PARTIAL]}}],
        "_name": _BARE,
    }
    untried = {"must_not": [{"terms": {state: list(SETTLED)}}]}
    return {"bool": {"should": [{"bool": untried}, {"bool": bare}], "minimum_should_match": 1}}
