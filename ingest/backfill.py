"""Enqueue what lacks a vector, and tell how much of that is still to be done."""

from collections.abc import Callable
from dataclasses import dataclass

from diptych.ingest.feed import unsettled
from diptych.ingest.history import START, History, IndexPosition
from diptych.ingest.publishing import Lane, Publisher, publish_ids


@dataclass(frozen=True, slots=True)
class Backfilled:
    """One pass over an index: `published` of `seen` documents, up to `position`."""

    position: IndexPosition
    seen: int
    published: int


class Backfill:
    """A pass from the start of an index's history; it moves no checkpoint."""

    def __init__(self, history: History, publisher: Publisher, index: str) -> None:
        """For the concrete index that `history` reads."""
        self._history = history
        self._publisher = publisher
        self._index = index

    def run(
        self, *, is_forced: bool = False, on_page: Callable[[int], None] = lambda seen: None
    ) -> Backfilled:
        """Publish the ids that need a worker, or all where forced."""
        position = self._history.position()
        self._history.refresh()
        seen = published = 0
        for shard in position.shards:
            for _, documents in self._history.scan(shard.shard, after=START, upto=shard.checkpoint):
                ids = [d.id for d in documents] if is_forced else unsettled(documents)
                publish_ids(self._publisher, self._index, ids, Lane.BACKFILL, is_forced=is_forced)
                seen += len(documents)
                published += len(ids)
                on_page(seen)
        return Backfilled(position, seen, published)

    def remaining(self, pass_: Backfilled) -> int:
        """Upper bound of the published documents that no worker has written yet.

        A worker's write, an application's write and a delete all move a document above the
        pass's position, so what stays below it is what was skipped and what waits.
        """
        self._history.refresh()
        below = sum(
            self._history.count(shard.shard, after=START, upto=shard.checkpoint)
            for shard in pass_.position.shards
        )
        skipped = pass_.seen - pass_.published
        return max(0, min(pass_.published, below - skipped))
