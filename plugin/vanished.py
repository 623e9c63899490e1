"""Documents that are in a copy and were deleted from its source, which no search feed can see.

All ids are compared once, while applications go on writing. That leaves a note of the sequence
number that each document had in the source, so that afterwards counting finds what vanished since:
under a write block that takes a fraction of the time.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from diptych.client import Cluster, Json, to_ndjson
from diptych.ingest.mget import read_documents
from diptych.ingest.operations import START, IndexPosition, Operations
from diptych.plugin.paging import routing_of, write_all

#: Ids per page: four times what documents come by, because nothing else of them is asked for.
_PAGE: Final = 2000
#: A range that lacks a document is divided by this, until it is so short that ids are compared.
_PARTS: Final = 32
_SHORT: Final = 8

#: Ranges (after, upto] in, ascending and apart; the number of documents in each out.
Count: TypeAlias = Callable[[Sequence[tuple[int, int]]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """Numbers that the documents of one shard had, in the source and in the copy; 16 bytes each."""

    in_source: "array[int]" = field(default_factory=lambda: array("q"))
    in_copy: "array[int]" = field(default_factory=lambda: array("q"))


class Vanished:
    """Removes from a copy what its source has no more."""

    def __init__(
        self, cluster: Cluster, of_source: Operations, of_copy: Operations, source: str, copy: str
    ) -> None:
        """Sends nothing yet."""
        self._cluster = cluster
        self._of_source = of_source
        self._of_copy = of_copy
        self._source = source
        self._copy = copy
        self._seen: dict[int, _Seen] = {}
        self._complete_upto: dict[int, int] = {}
        self._compared_upto: dict[int, int] = {}

    def remove(self, position: IndexPosition) -> int:
        """Compare all ids, and delete what vanished; how many documents.

        Args:
            position: of the source; every document up to it is in the copy.
        """
        self._seen = {}
        self._complete_upto = {shard.shard: shard.checkpoint for shard in position.shards}
        copied = self._of_copy.position()
        self._compared_upto = {shard.shard: shard.checkpoint for shard in copied.shards}
        self._of_copy.refresh()
        n_removed = 0
        for shard in copied.shards:
            seen = self._seen.setdefault(shard.shard, _Seen())
            for hits in self._pages(shard.shard, START, shard.checkpoint):
                n_removed += self._remove_gone(hits, seen)
        return n_removed

    def remove_since(self) -> int:
        """Delete what vanished after `remove`, found by counting; how many documents.

        The source takes no writes, and all of it is in the copy. Where the shards of the two
        hold different documents some may be left: their numbers of documents tell.
        """
        self._of_source.refresh()
        self._of_copy.refresh()
        n_removed = 0
        for shard in self._of_copy.position().shards:
            for hits in self._doubtful(shard.shard, shard.checkpoint):
                n_removed += self._remove_gone(hits, _Seen())
        return n_removed

    def _doubtful(self, shard: int, upto: int) -> Iterator[list[Json]]:
        """Documents of the copy that may have vanished after `remove`, or were written after it."""
        numbers = self._doubtful_numbers(shard, self._seen.get(shard, _Seen()))
        compared_upto = self._compared_upto.get(shard, START)
        for at in range(0, len(numbers), _PAGE):
            query = {"bool": {"must": [{"terms": {"_seq_no": numbers[at : at + _PAGE]}}]}}
            yield from self._pages(shard, START, compared_upto, {"query": query})
        yield from self._pages(shard, compared_upto, upto)

    def _doubtful_numbers(self, shard: int, seen: _Seen) -> list[int]:
        """Numbers that documents which may have vanished since had in the copy."""
        order = sorted(range(len(seen.in_source)), key=seen.in_source.__getitem__)
        numbers = [seen.in_source[at] for at in order]
        upto = self._complete_upto.get(shard, START)
        doubtful = find_doubtful(numbers, upto, lambda it: self._of_source.count_ranges(shard, it))
        return [seen.in_copy[order[at]] for at in doubtful]

    def _pages(
        self, shard: int, after: int, upto: int, query: Json | None = None
    ) -> Iterator[list[Json]]:
        body = {"_source": False, **(query or {})}
        return self._of_copy.pages(shard, after=after, upto=upto, body=body, size=_PAGE)

    def _remove_gone(self, hits: Sequence[Json], seen: _Seen) -> int:
        """Delete those of a page that are gone, and note where the others stand."""
        routing = {hit["_id"]: hit["_routing"] for hit in hits if "_routing" in hit}
        ids = [hit["_id"] for hit in hits]
        found = read_documents(
            self._cluster, self._source, ids, params={"_source": "false"}, routing=routing
        )
        there = [hit for hit in hits if hit["_id"] in found]
        seen.in_source.extend(found[hit["_id"]]["_seq_no"] for hit in there)
        seen.in_copy.extend(hit["_seq_no"] for hit in there)
        gone = [_delete_action(hit) for hit in hits if hit["_id"] not in found]
        if gone:
            write_all(self._cluster, self._copy, gone)
        return len(gone)


def find_doubtful(numbers: Sequence[int], upto: int, count: Count) -> list[int]:
    """Places in `numbers` that hold all those which no document of the source has any more.

    A range of numbers that counts fewer documents than it should is divided until it is short, so
    that a few places of documents which are still there are among them.

    Args:
        numbers: of documents, ascending.
        upto: the source has no documents with numbers up to it beside these. All later numbers are
            doubtful, because counting tells nothing of them.
        count: documents that the source has now.
    """
    n_counted = sum(1 for number in numbers if number <= upto)
    doubtful = list(range(n_counted, len(numbers)))
    ranges = [(0, n_counted)] if n_counted else []
    while ranges:
        counts = count([(numbers[start] - 1, numbers[end - 1]) for start, end in ranges])
        lacking = [
            (start, end) for (start, end), n in zip(ranges, counts, strict=True) if n < end - start
        ]
        ranges = []
        for start, end in lacking:
            if end - start <= _SHORT:
                doubtful.extend(range(start, end))
            else:
                ranges.extend(_divided(start, end))
    return sorted(doubtful)


def _divided(start: int, end: int) -> Iterator[tuple[int, int]]:
    step = max(_SHORT, -(-(end - start) // _PARTS))
    return ((at, min(at + step, end)) for at in range(start, end, step))


def _delete_action(hit: Json) -> bytes:
    return to_ndjson([{"delete": {"_id": hit["_id"], **routing_of(hit)}}])
