"""An index's own history: operations per shard, in the order of their `_seq_no`."""

from collections.abc import Iterator
from dataclasses import dataclass

from diptych.client import Cluster, Json, path
from diptych.ingest.store import Document, document_of
from diptych.mappings.engine import Engine
from diptych.mappings.fields import OBJECT
from diptych.mappings.target import Target

#: Documents per page of a scan; input texts of 1 KB make a page of about 1 MB.
_PAGE = 1000
#: The number before the first operation of a shard.
START = -1


@dataclass(frozen=True, slots=True)
class ShardPosition:
    """How far a shard has come.

    `history` changes when the shard's operations are rewound (restored, stale primary), and
    `checkpoint` is the global checkpoint: every operation up to it is on all in-sync copies.
    """

    shard: int
    history: str
    checkpoint: int


@dataclass(frozen=True, slots=True)
class IndexPosition:
    """The shards of one index; `uuid` changes when the index is made again."""

    uuid: str
    shards: tuple[ShardPosition, ...]


class History:
    """Reads the operations of one index."""

    def __init__(self, cluster: Cluster, engine: Engine, target: Target) -> None:
        """The history of the concrete index behind a target."""
        self._cluster = cluster
        self._engine = engine
        self._target = target

    def position(self) -> IndexPosition:
        """Where the primaries stand now."""
        answer: Json = self._cluster.call(
            "GET", path(self._target.index, "_stats", "docs"), params={"level": "shards"}
        )
        stats = answer["indices"][self._target.index]
        shards = (
            _shard_position(int(number), copies) for number, copies in stats["shards"].items()
        )
        return IndexPosition(
            stats["uuid"], tuple(sorted((s for s in shards if s), key=lambda s: s.shard))
        )

    def refresh(self) -> None:
        """Make every operation so far visible to a scan."""
        self._cluster.call("POST", path(self._target.index, "_refresh"))

    def scan(self, shard: int, *, after: int, upto: int) -> Iterator[tuple[int, list[Document]]]:
        """Pages of documents whose last operation lies in (after, upto], in order.

        Yields:
            The `_seq_no` that the page reaches, and its documents with their inputs.
        """
        while after < upto:
            hits = self._page(shard, after=after, upto=upto)
            if not hits:
                return
            after = hits[-1]["_seq_no"]
            yield after, [document_of(hit, self._target.contract) for hit in hits]

    def count(self, shard: int, *, after: int, upto: int) -> int:
        """How many documents had their last operation in (after, upto]."""
        answer: Json = self._search(
            shard, {"size": 0, "track_total_hits": True, "query": _between(after, upto)}
        )
        total: int = answer["hits"]["total"]["value"]
        return total

    def _page(self, shard: int, *, after: int, upto: int) -> list[Json]:
        answer = self._search(
            shard,
            {
                "size": _PAGE,
                "query": _between(after, upto),
                "sort": [{"_seq_no": "asc"}],
                "seq_no_primary_term": True,
                "track_total_hits": False,
                "_source": [*self._target.contract.input_fields, OBJECT],
            },
        )
        hits: list[Json] = answer["hits"]["hits"]
        return hits

    def _search(self, shard: int, body: Json) -> Json:
        answer: Json = self._cluster.call(
            "POST",
            path(self._target.index, "_search"),
            params={
                "preference": self._engine.shard_preference(shard),
                # Part of a page must never count as the whole.
                "allow_partial_search_results": "false",
            },
            body=body,
        )
        return answer


def _between(after: int, upto: int) -> Json:
    return {"range": {"_seq_no": {"gt": after, "lte": upto}}}


def _shard_position(shard: int, copies: list[Json]) -> ShardPosition | None:
    for copy in copies:
        if copy["routing"]["primary"] and copy.get("seq_no"):
            return ShardPosition(
                shard,
                copy["commit"]["user_data"]["history_uuid"],
                copy["seq_no"]["global_checkpoint"],
            )
    return None
