"""The change feed: reads what happened in an index and publishes the ids that need a worker."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from diptych.client import Cluster
from diptych.errors import ConflictError
from diptych.ingest.backfill import Backfill
from diptych.ingest.checkpoints import Checkpoints, StateIndex
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.history import History, IndexPosition, Page, ShardPosition
from diptych.ingest.lease import Lease
from diptych.ingest.needs import publish_needs
from diptych.ingest.publishing import Lane, Publisher, publish_ids
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target, read_target

#: A shard further behind than this is caught up on the back-fill lane.
_BACKFILL_LAG = 2000


@dataclass(frozen=True, slots=True)
class Poll:
    """What one look at an index found; `is_leader` is False where another feed works."""

    is_leader: bool
    seen: int = 0
    published: int = 0


class Feed:
    """Follows one index by name; an alias is followed to the index behind it."""

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        publisher: Publisher,
        *,
        name: str,
        owner: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """A feed that has read nothing yet."""
        self._cluster = cluster
        self._engine = engine
        self._publisher = publisher
        self._name = name
        self._now = now
        self._state = StateIndex(cluster)
        self._lease = Lease(self._state, name, owner)

    def poll(self) -> Poll:
        """Publish everything that happened since the last checkpoints.

        Checkpoints move only after the broker has the ids: a crash in between publishes some
        twice, and loses none.
        """
        if not self._lease.hold():
            return Poll(is_leader=False)
        target, history = self._open()
        position = history.position()
        checkpoints = self._state.load(position.uuid)
        if checkpoints.lag(position) == 0:
            return Poll(is_leader=True)
        history.refresh()
        try:
            return self._read_on(target, history, position, checkpoints)
        except ConflictError:
            return Poll(is_leader=False)

    def retry(self) -> int:
        """Publish documents whose picture is to be asked for again by now; how many."""
        if not self._lease.hold():
            return 0
        target, history = self._open()
        ids = history.due(timestamp(self._now()))
        publish_ids(self._publisher, target.index, ids, Lane.BACKFILL)
        return len(ids)

    def sweep(self) -> int:
        """Publish whatever needs a worker, from the start of the history; how many.

        What a broker lost, or a worker dropped, comes back this way.
        """
        if not self._lease.hold():
            return 0
        target, history = self._open()
        return Backfill(history, self._publisher, target.index).run().published

    def stop(self) -> None:
        """Give the lease back, so that another feed takes over at once."""
        self._lease.release()

    def _open(self) -> tuple[Target, History]:
        target = read_target(self._cluster, self._name)
        return target, History(self._cluster, self._engine, target)

    def _read_on(
        self,
        target: Target,
        history: History,
        position: IndexPosition,
        checkpoints: Checkpoints,
    ) -> Poll:
        seen = published = 0
        for shard in position.shards:
            for page in self._pages(history, shard, checkpoints):
                lane = _lane(checkpoints, shard)
                now = timestamp(self._now())
                published += publish_needs(self._publisher, target.index, page, lane, now=now)
                seen += len(page.documents)
                moved = checkpoints.at(shard, page.reached)
                checkpoints = self._state.save(moved, index=target.index)
                if not self._lease.hold():
                    return Poll(is_leader=False, seen=seen, published=published)
        return Poll(is_leader=True, seen=seen, published=published)

    def _pages(
        self, history: History, shard: ShardPosition, checkpoints: Checkpoints
    ) -> Iterable[Page]:
        """The shard's pages, and an empty last one that reaches its global checkpoint.

        The last operations of a shard can be deletes, which no scan shows.
        """
        after = checkpoints.after(shard)
        if after == shard.checkpoint:
            return
        yield from history.scan(shard.shard, after=after, upto=shard.checkpoint)
        yield Page(shard.checkpoint, (), frozenset())


def _lane(checkpoints: Checkpoints, shard: ShardPosition) -> Lane:
    behind = shard.checkpoint - checkpoints.after(shard)
    return Lane.BACKFILL if behind > _BACKFILL_LAG else Lane.LIVE
