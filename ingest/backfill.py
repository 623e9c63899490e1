"""Enqueue what lacks a vector, and tell how much of that is still to be done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.history import History, Page
from diptych.ingest.needs import bare_ids, publish_from, publish_needs, stale_ids
from diptych.ingest.operations import START, IndexPosition
from diptych.ingest.publishing import Lane, Publisher


@dataclass(frozen=True, slots=True)
class Backfilled:
    """One pass over an index: `published` of `seen` documents, up to `position`."""

    position: IndexPosition
    seen: int
    published: int


class Backfill:
    """A pass from the start of an index's history; it moves no checkpoint."""

    def __init__(
        self,
        history: History,
        publisher: Publisher,
        index: str,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """For the concrete index that `history` reads."""
        self._history = history
        self._publisher = publisher
        self._index = index
        self._now = now

    def run(self, *, is_forced: bool = False, is_refetch: bool = False) -> Backfilled:
        """Publish the ids that need a worker, all where forced, those with pictures to refetch."""
        position = self._history.position()
        self._history.refresh()
        now = timestamp(self._now())
        seen = published = 0
        for shard in position.shards:
            for page in self._history.scan(shard.shard, after=START, upto=shard.checkpoint):
                seen += len(page.documents)
                if is_refetch:
                    ids = [document.id for document in page.documents if document.inputs.images]
                    self._publish(page, ids, is_refetch=True)
                    published += len(ids)
                elif is_forced:
                    ids = [document.id for document in page.documents]
                    self._publish(page, ids, is_forced=True)
                    published += len(ids)
                else:
                    published += len(
                        publish_needs(self._publisher, self._index, page, Lane.BACKFILL, now=now)
                    )
        return Backfilled(position, seen, published)

    def _publish(
        self, page: Page, ids: list[str], *, is_forced: bool = False, is_refetch: bool = False
    ) -> None:
        publish_from(
            self._publisher,
            self._index,
            page,
            ids,
            Lane.BACKFILL,
            is_forced=is_forced,
            is_refetch=is_refetch,
        )

    def remaining(self, pass_: Backfilled) -> int:
        """How many documents at or below the pass's position may still wait, as last refreshed.

        A worker's write, an application's write and a delete all move a document above the
        pass's position, so what stays below it is what was skipped and what waits. Applications
        that write skipped documents meanwhile make this too low: at 0, ask `unfinished`.
        """
        below = sum(
            self._history.count(shard.shard, after=START, upto=shard.checkpoint)
            for shard in pass_.position.shards
        )
        skipped = pass_.seen - pass_.published
        return max(0, min(pass_.published, below - skipped))

    def unfinished(self, pass_: Backfilled) -> int:
        """How many documents at or below the pass's position need a worker; reads them all."""
        self._history.refresh()
        now = timestamp(self._now())
        return sum(
            len(stale_ids(page, now=now)) + len(bare_ids(page, now=now))
            for shard in pass_.position.shards
            for page in self._history.scan(shard.shard, after=START, upto=shard.checkpoint)
        )

    def refresh(self) -> None:
        """Make what was written so far count."""
        self._history.refresh()
