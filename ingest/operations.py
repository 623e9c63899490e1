"""An index's operations, as its shards number them: how far they have come, and what they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diptych.client import Cluster, Json, path
from diptych.errors import CredentialsError, RefusedError, UnavailableError
from diptych.mappings.engine import Engine

#: Documents per page of a scan; input texts of 1 KB make a page of half a megabyte.
_PAGE = 500
#: Ranges that are counted by one request; the cluster's limit is 65,536.
_RANGES = 1000
#: Of an index that names no `refresh_interval`.
_DEFAULT_INTERVAL_S = 1.0
_UNITS_S = {
    "nanos": 1e-9,
    "micros": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
#: The number before the first operation of a shard.
START = -1


@dataclass(frozen=True, slots=True)
class ShardPosition:
    """How far a shard has come.

    `history` changes when the shard's operations are rewound (restored, stale primary), and
    `checkpoint` is the global checkpoint: every operation up to it is on all in-sync copies.
    `max_seq_no` is the last number that was given out, and `copies` are the nodes whose copies a
    scan may read.
    """

    shard: int
    history: str
    checkpoint: int
    max_seq_no: int
    copies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IndexPosition:
    """The shards of one index; `uuid` changes when the index is made again."""

    uuid: str
    shards: tuple[ShardPosition, ...]


@dataclass(frozen=True, slots=True)
class Refreshing:
    """How an index makes operations visible by itself.

    `interval_s` is None where it never does. Where it is not `is_explicit`, a shard that nobody
    searches for half a minute stops, until the next search.
    """

    interval_s: float | None
    is_explicit: bool


class Operations:
    """Reads the operations of one concrete index."""

    def __init__(self, cluster: Cluster, engine: Engine, index: str) -> None:
        """Sends nothing yet."""
        self._cluster = cluster
        self._engine = engine
        self._index = index
        # The uuid and the number of shards, which never changes under one uuid.
        self._counted: tuple[str, int] | None = None

    def position(self) -> IndexPosition:
        """Where the primaries stand now.

        Raises:
            UnavailableError: a primary is not there for now.
        """
        answer: Json = self._cluster.call(
            "GET", path(self._index, "_stats", "docs"), params={"level": "shards"}
        )
        stats = answer["indices"].get(self._index, {"shards": {}})
        copies = {int(number): found for number, found in stats["shards"].items()}
        found = {number: _primary(copies[number]) for number in copies}
        # A shard none of whose copies is assigned is not listed at all.
        primaries = {number: primary for number, primary in found.items() if primary is not None}
        uuid = str(stats.get("uuid"))
        if not found or set(primaries) != set(range(self._n_shards(uuid, len(found)))):
            raise UnavailableError(
                f"A primary shard of {self._index!r} is not there for now: see the "
                "cluster's health."
            )
        shards = (
            _position(number, primaries[number], self._read_copies(copies[number]))
            for number in sorted(primaries)
        )
        return IndexPosition(uuid, tuple(shards))

    def refreshing(self) -> Refreshing:
        """How the index refreshes itself; "never" where its settings may not be read."""
        settings = self._settings()
        if settings is None:
            return Refreshing(None, is_explicit=True)
        interval = settings.get("index.refresh_interval")
        if interval is None:
            return Refreshing(_DEFAULT_INTERVAL_S, is_explicit=False)
        return Refreshing(_seconds(str(interval)), is_explicit=True)

    def refresh_counts(self) -> dict[int, dict[str, int]]:
        """Refreshes that searches saw so far, by shard and by the node of each copy.

        They are counted when they are over (`external_total`), and anew in a copy that moves.
        """
        answer: Json = self._cluster.call(
            "GET", path(self._index, "_stats", "refresh"), params={"level": "shards"}
        )
        stats = answer["indices"].get(self._index, {"shards": {}})
        return {
            int(number): {
                str(copy["routing"].get("node")): copy["refresh"].get("external_total", 0)
                for copy in copies
                if copy.get("refresh")
            }
            for number, copies in stats["shards"].items()
        }

    def wake(self, shard: int) -> None:
        """Search a shard, so that it goes on refreshing itself if it had stopped."""
        self._search(shard, {"size": 0, "track_total_hits": False})

    def refresh(self) -> None:
        """Make every operation so far visible to a scan.

        Raises:
            UnavailableError: not on every shard.
        """
        answer: Json = self._cluster.call("POST", path(self._index, "_refresh"))
        if answer["_shards"]["failed"]:
            raise UnavailableError(f"A shard of {self._index!r} cannot be refreshed now.")

    def pages(
        self, shard: int, *, after: int, upto: int, body: Json, size: int = _PAGE
    ) -> Iterator[list[Json]]:
        """Hits of the documents whose last operation lies in (after, upto], in order.

        Args:
            body: what is asked of them, such as `_source`; its `query`, if any, is a `bool`
                without a filter.
            size: of a page.
        """
        while after < upto:
            hits = self._page(shard, after=after, upto=upto, body={**body, "size": size})
            if not hits:
                return
            after = hits[-1]["_seq_no"]
            yield hits

    def count(self, shard: int, *, after: int, upto: int) -> int:
        """How many documents had their last operation in (after, upto]."""
        answer: Json = self._search(
            shard, {"size": 0, "track_total_hits": True, "query": _between(after, upto)}
        )
        total: int = answer["hits"]["total"]["value"]
        return total

    def count_ranges(self, shard: int, ranges: Sequence[tuple[int, int]]) -> list[int]:
        """How many documents had their last operation in each (after, upto].

        Args:
            ranges: in ascending order, without overlap, because the cluster sorts them.
        """
        found: list[int] = []
        for start in range(0, len(ranges), _RANGES):
            part = ranges[start : start + _RANGES]
            asked = [{"from": after + 1, "to": upto + 1} for after, upto in part]
            counted: Json = {"range": {"field": "_seq_no", "ranges": asked}}
            body: Json = {"size": 0, "track_total_hits": False, "aggs": {"counts": counted}}
            answer: Json = self._search(shard, body)
            found.extend(it["doc_count"] for it in answer["aggregations"]["counts"]["buckets"])
        return found

    def _settings(self) -> Json | None:
        """The settings by their flat names; None where they may not be read."""
        where = path(self._index, "_settings")
        try:
            answer: Json = self._cluster.call("GET", where, params={"flat_settings": "true"})
        except (CredentialsError, RefusedError):
            return None
        settings: Json = answer.get(self._index, {}).get("settings", {})
        return settings

    def _n_shards(self, uuid: str, n_listed: int) -> int:
        """How many shards there are; as many as are listed where nobody tells."""
        if self._counted is None or self._counted[0] != uuid:
            settings = self._settings() or {}
            self._counted = uuid, int(settings.get("index.number_of_shards", n_listed))
        return self._counted[1]

    def _read_copies(self, copies: list[Json]) -> frozenset[str]:
        """Nodes of the copies that `shard_preference` reads."""
        return frozenset(
            str(copy["routing"].get("node"))
            for copy in copies
            if copy.get("seq_no") and (copy["routing"]["primary"] or self._engine.scans_any_copy)
        )

    def _page(self, shard: int, *, after: int, upto: int, body: Json) -> list[Json]:
        asked = body.get("query", {"bool": {}})
        clauses = {**asked["bool"], "filter": [_between(after, upto)]}
        answer = self._search(
            shard,
            {
                **body,
                "query": {"bool": clauses},
                "sort": [{"_seq_no": "asc"}],
                "seq_no_primary_term": True,
                "track_total_hits": False,
            },
        )
        hits: list[Json] = answer["hits"]["hits"]
        return hits

    def _search(self, shard: int, body: Json) -> Json:
        answer: Json = self._cluster.call(
            "POST",
            path(self._index, "_search"),
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


def _position(shard: int, primary: Json, copies: frozenset[str]) -> ShardPosition:
    history: str = primary["commit"]["user_data"]["history_uuid"]
    seq_no = primary["seq_no"]
    checkpoint: int = seq_no["global_checkpoint"]
    return ShardPosition(shard, history, checkpoint, seq_no.get("max_seq_no", checkpoint), copies)


def _seconds(interval: str) -> float | None:
    """A cluster's time such as `500ms` or `30s`; None for what never comes (below zero)."""
    found = re.fullmatch(r"(-?[0-9.]+)([a-z]*)", interval)
    if found is None or float(found[1]) < 0:
        return None
    return float(found[1]) * _UNITS_S.get(found[2], 1.0)
