"""One look at an index: pages are published, and checkpoints move behind them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from diptych.ingest.changes import Changes
from diptych.ingest.checkpoints import Checkpoints, StateIndex
from diptych.ingest.history import History, Page
from diptych.ingest.needs import publish_needs
from diptych.ingest.operations import START, IndexPosition, ShardPosition
from diptych.ingest.publishing import Lane, Publisher
from diptych.ingest.throttle import Throttle

#: Pages of the back-fill between two looks for live changes.
_PAGES_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Poll:
    """What one look at an index found.

    `is_leader` is False where another feed works. `lag` counts operations that are still to be
    read, and `is_more` tells that some of them can be read right now.
    """

    is_leader: bool
    seen: int = 0
    published: int = 0
    lag: int = 0
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where pages go, at what pace, and who says whether to go on.

    `hold` tells whether the lease is still ours, `now` the time for documents that wait for a
    picture, `backfill_lag` how far a shard may be behind before it is a back-fill, and `changes`
    remembers what was published until it comes round settled.
    """

    publisher: Publisher
    state: StateIndex
    throttle: Throttle
    hold: Callable[[], bool]
    now: Callable[[], str]
    backfill_lag: int
    changes: Changes


class Reading:
    """Reads an index from its checkpoints up to what is visible; live changes first."""

    def __init__(
        self,
        outlet: Outlet,
        history: History,
        index: str,
        checkpoints: Checkpoints,
        visible: Mapping[int, int],
    ) -> None:
        """Has read nothing yet.

        Args:
            visible: by shard, up to which operation a scan shows everything.
        """
        self._outlet = outlet
        self._history = history
        self._index = index
        self._checkpoints = checkpoints
        self._visible = visible
        self._seen = self._published = 0
        self._is_leader = True

    def run(self, position: IndexPosition) -> Poll:
        """Publish, and save the checkpoints after each page.

        Raises:
            ConflictError: another feed moved them.
        """
        for shard in position.shards:
            self._follow(shard)
        is_more = self._catch_up(position)
        lag = self._checkpoints.lag(position)
        return Poll(self._is_leader, self._seen, self._published, lag, is_more)

    def _follow(self, shard: ShardPosition) -> None:
        """Live changes of one shard, or the decision to read them as a back-fill."""
        after, upto = self._checkpoints.after(shard), self._visible.get(shard.shard, START)
        if not self._is_leader or after >= upto:
            return
        if upto - after > self._outlet.backfill_lag:
            self._save(self._checkpoints.leave_out(shard, upto=upto))
            return
        for page in self._history.scan(shard.shard, after=after, upto=upto):
            self._publish(page, Lane.LIVE)
            self._save(self._checkpoints.at(shard, page.reached))
            if not self._is_leader:
                return
        # The last operations of a shard can be deletes, which no scan shows.
        if self._checkpoints.after(shard) < upto:
            self._save(self._checkpoints.at(shard, upto))

    def _catch_up(self, position: IndexPosition) -> bool:
        """Some pages of what was left out, so that live changes come soon again; is there more?"""
        pages = (page for shard in position.shards for page in self._left_out(shard))
        for _ in islice(pages, _PAGES_AT_ONCE):
            if not self._is_leader:
                return False
        is_left = any(self._range_left_out(shard) for shard in position.shards)
        return is_left and self._outlet.throttle.is_free()

    def _left_out(self, shard: ShardPosition) -> Iterator[Page]:
        """Publish what was left out of one shard, page by page."""
        left_out = self._range_left_out(shard)
        if left_out is None or not self._outlet.throttle.is_free():
            return
        after, upto = left_out
        for page in self._history.scan(shard.shard, after=after, upto=upto):
            self._outlet.throttle.spend(self._publish(page, Lane.BACKFILL))
            self._save(self._checkpoints.read(shard, upto=page.reached))
            yield page
            if not self._outlet.throttle.is_free():
                return
        self._save(self._checkpoints.read(shard, upto=upto))

    def _range_left_out(self, shard: ShardPosition) -> tuple[int, int] | None:
        """The part of a shard's gap that can be seen now."""
        gap = self._checkpoints.gap(shard)
        if gap is None:
            return None
        upto = min(gap.upto, self._visible.get(shard.shard, START))
        return (gap.after, upto) if gap.after < upto else None

    def _publish(self, page: Page, lane: Lane) -> int:
        seen_s = self._outlet.changes.now_s()
        needs = publish_needs(
            self._outlet.publisher, self._index, page, lane, now=self._outlet.now()
        )
        self._outlet.changes.saw(
            [document.id for document in page.documents], needs, lane, seen_s=seen_s
        )
        self._seen += len(page.documents)
        self._published += len(needs)
        return len(needs)

    def _save(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = self._outlet.state.save(checkpoints, index=self._index)
        self._is_leader = self._outlet.hold()
