"""An index's own history: operations per shard, in the order of their `_seq_no`."""

from collections.abc import Iterator
from dataclasses import dataclass

from diptych.client import Cluster, Json, path
from diptych.errors import UnavailableError
from diptych.ingest.store import Document, document_of
from diptych.mappings.engine import Engine
from diptych.mappings.fields import OBJECT
from diptych.mappings.target import Target

#: Documents per page of a scan; input texts of 1 KB make a page of half a megabyte.
_PAGE = 500
#: Name of the clause that tells documents with a vector from those without.
_HAS_VECTOR = "vector"
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


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a scan: the `_seq_no` it reaches, its documents, and the ids that have a vector."""

    reached: int
    documents: tuple[Document, ...]
    with_vector: frozenset[str]


class History:
    """Reads the operations of one index."""

    def __init__(self, cluster: Cluster, engine: Engine, target: Target) -> None:
        """The history of the concrete index behind a target."""
        self._cluster = cluster
        self._engine = engine
        self._target = target

    def position(self) -> IndexPosition:
        """Where the primaries stand now.

        Raises:
            UnavailableError: a primary is not there for now.
        """
        answer: Json = self._cluster.call(
            "GET", path(self._target.index, "_stats", "docs"), params={"level": "shards"}
        )
        stats = answer["indices"].get(self._target.index, {"shards": {}})
        found = {int(number): _primary(copies) for number, copies in stats["shards"].items()}
        # A shard none of whose copies is assigned is not listed at all.
        primaries = {number: primary for number, primary in found.items() if primary is not None}
        if not found or set(primaries) != set(range(len(found))):
            raise UnavailableError(
                f"A primary shard of {self._target.index!r} is not there for now: see the "
                "cluster's health."
            )
        shards = (_position(number, primaries[number]) for number in sorted(primaries))
        return IndexPosition(stats["uuid"], tuple(shards))

    def refresh(self) -> None:
        """Make every operation so far visible to a scan.

        Raises:
            UnavailableError: not on every shard.
        """
        answer: Json = self._cluster.call("POST", path(self._target.index, "_refresh"))
        if answer["_shards"]["failed"]:
            raise UnavailableError(f"A shard of {self._target.index!r} cannot be refreshed now.")

    def scan(self, shard: int, *, after: int, upto: int) -> Iterator[Page]:
        """Pages of documents whose last operation lies in (after, upto], in order."""
        while after < upto:
            hits = self._page(shard, after=after, upto=upto)
            if not hits:
                return
            after = hits[-1]["_seq_no"]
            documents = (document_of(hit, self._target.contract) for hit in hits)
            with_vector = (hit["_id"] for hit in hits if hit.get("matched_queries"))
            yield Page(after, tuple(documents), frozenset(with_vector))

    def due(self, now: str) -> list[str]:
        """Ids of documents whose picture is to be asked for again by now; a page of them."""
        body = {
            "size": _PAGE,
            "query": {"range": {f"{OBJECT}.retry_at": {"lte": now}}},
            "_source": False,
        }
        answer: Json = self._cluster.call("POST", path(self._target.index, "_search"), body=body)
        return [hit["_id"] for hit in answer["hits"]["hits"]]

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
                "query": {
                    "bool": {
                        "filter": [_between(after, upto)],
                        "should": [
                            {
                                "exists": {
                                    "field": self._target.contract.vector_field,
                                    "_name": _HAS_VECTOR,
                                }
                            }
                        ],
                    }
                },
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


def _primary(copies: list[Json]) -> Json | None:
    """The started primary among a shard's copies."""
    primaries = (copy for copy in copies if copy["routing"]["primary"] and copy.get("seq_no"))
    return next(primaries, None)


def _position(shard: int, primary: Json) -> ShardPosition:
    history: str = primary["commit"]["user_data"]["history_uuid"]
    return ShardPosition(shard, history, primary["seq_no"]["global_checkpoint"])
