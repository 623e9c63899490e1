"""The change feed: reads what happened in an index and publishes the ids that need a worker."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from diptych.client import Cluster
from diptych.errors import ConflictError
from diptych.ingest.checkpoints import Checkpoints, StateIndex
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.history import History, IndexPosition
from diptych.ingest.lease import Lease
from diptych.ingest.publishing import Lane, Publisher, publish_ids
from diptych.ingest.reading import Outlet, Poll, Reading
from diptych.ingest.throttle import Throttle
from diptych.ingest.visibility import Visibility
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target, read_target

__all__ = ["Feed", "Poll"]

#: A shard further behind than this is caught up on the back-fill lane.
_BACKFILL_LAG = 2000
#: A sweep that began this long ago is followed by another.
SWEEP_INTERVAL = timedelta(days=1)


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
        monotonic_s: Callable[[], float] = time.monotonic,
        throttle: Throttle | None = None,
        sweep_interval: timedelta = SWEEP_INTERVAL,
        backfill_lag: int = _BACKFILL_LAG,
    ) -> None:
        """A feed that has read nothing yet.

        Args:
            throttle: of the back-fill lane; live changes are never held back.
            backfill_lag: operations behind which a shard is caught up on that lane.
        """
        self._cluster = cluster
        self._engine = engine
        self._publisher = publisher
        self._name = name
        self._owner = owner
        self._now = now
        self._monotonic_s = monotonic_s
        self._throttle = throttle or Throttle()
        self._sweep_interval = sweep_interval
        self._backfill_lag = backfill_lag
        self._state = StateIndex(cluster)
        self._lease: Lease | None = None
        self._opened: tuple[Target, History] | None = None
        self._visibility: tuple[str, Visibility] | None = None

    def poll(self) -> Poll:
        """Publish what happened since the last checkpoints and can be seen by now.

        Checkpoints move only after the broker has the ids: a crash in between publishes some
        twice, and loses none. What a feed that was away missed is read in parts, after the live
        changes of each look.
        """
        target, history = self._open()
        if not self._hold(target.index):
            return Poll(is_leader=False)
        position = history.position()
        checkpoints = self._state.load(position.uuid)
        try:
            if self._is_sweep_due(checkpoints):
                swept = checkpoints.sweep(position, now=timestamp(self._now()))
                checkpoints = self._state.save(swept, index=target.index)
            if checkpoints.lag(position) == 0:
                return Poll(is_leader=True)
            visible = self._visible(history, position)
            outlet = self._outlet(target.index)
            return Reading(outlet, history, target.index, checkpoints, visible).run(position)
        except ConflictError:
            return Poll(is_leader=False)

    def retry(self) -> int:
        """Publish documents whose picture is to be asked for again by now; how many."""
        target, history = self._open()
        if not self._hold(target.index):
            return 0
        ids = history.due(timestamp(self._now()))
        publish_ids(self._publisher, target.index, ids, Lane.BACKFILL)
        return len(ids)

    def sweep(self) -> None:
        """Have everything read from the start again, by whichever feed holds the lease.

        What a broker lost, or a worker dropped, comes back this way.

        Raises:
            ConflictError: the feed that holds the lease moved on meanwhile; try again.
        """
        target, history = self._open()
        position = history.position()
        checkpoints = self._state.load(position.uuid)
        swept = checkpoints.sweep(position, now=timestamp(self._now()))
        self._state.save(swept, index=target.index)

    def stop(self) -> None:
        """Give the lease back, so that another feed takes over at once."""
        if self._lease is not None:
            self._lease.release()

    def _open(self) -> tuple[Target, History]:
        target = read_target(self._cluster, self._name)
        if self._opened is None or self._opened[0] != target:
            self._opened = target, History(self._cluster, self._engine, target)
        return self._opened

    def _hold(self, index: str) -> bool:
        """The lease of the index that the name stands for now; another one is given back."""
        if self._lease is None or self._lease.index != index:
            self.stop()
            self._lease = Lease(
                self._state,
                index,
                self._owner,
                now=lambda: self._now().timestamp(),
                monotonic_s=self._monotonic_s,
            )
        return self._lease.hold()

    def _outlet(self, index: str) -> Outlet:
        return Outlet(
            self._publisher,
            self._state,
            self._throttle,
            hold=lambda: self._hold(index),
            now=lambda: timestamp(self._now()),
            backfill_lag=self._backfill_lag,
        )

    def _is_sweep_due(self, checkpoints: Checkpoints) -> bool:
        swept_at = checkpoints.swept_at
        return swept_at is None or swept_at <= timestamp(self._now() - self._sweep_interval)

    def _visible(self, history: History, position: IndexPosition) -> dict[int, int]:
        if self._visibility is None or self._visibility[0] != position.uuid:
            visibility = Visibility(history, monotonic_s=self._monotonic_s)
            self._visibility = position.uuid, visibility
        return self._visibility[1].upto(position)
