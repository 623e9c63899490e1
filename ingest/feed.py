"""The change feed: reads what happened in an index and publishes the ids that need a worker."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from diptych.client import Cluster
from diptych.errors import ConflictError, CredentialsError, DiptychError, RefusedError
from diptych.ingest.changes import Changes
from diptych.ingest.checkpoints import Checkpoints, StateIndex
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.history import History
from diptych.ingest.lease import Lease
from diptych.ingest.marks import Marks
from diptych.ingest.meters import FeedMeters, NoMeters
from diptych.ingest.operations import IndexPosition
from diptych.ingest.publishing import Lane, Publisher, publish_ids
from diptych.ingest.reading import Outlet, Poll, Reading
from diptych.ingest.throttle import Throttle
from diptych.ingest.visibility import Visibility
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target, read_target

__all__ = ["Feed", "Poll"]

_log = logging.getLogger(__name__)

#: A feed that polls marks tries to read history again after this time.
_MARKS_S = 600.0
#: A shard further behind than this is caught up on the back-fill lane.
_BACKFILL_LAG = 2000
#: A sweep that began this long ago is followed by another.
SWEEP_INTERVAL = timedelta(days=1)


class _NoHistoryError(DiptychError):
    """The cluster refuses what reading an index's history takes."""


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
        meters: FeedMeters | None = None,
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
        self._changes = Changes(name, meters or NoMeters(), monotonic_s=monotonic_s)
        self._state = StateIndex(cluster)
        self._lease: Lease | None = None
        self._opened: tuple[Target, History] | None = None
        self._visibility: tuple[str, Visibility] | None = None
        self._marks: Marks | None = None
        self._marks_until_s = 0.0

    def poll(self) -> Poll:
        """Publish what happened since the last checkpoints and can be seen by now.

        Checkpoints move only after the broker has the ids: a crash in between publishes some
        twice, and loses none. What a feed that was away missed is read in parts, after the live
        changes of each look.
        """
        target, history = self._open()
        if not self._hold(target.index):
            # Another feed publishes from here on, and sees what comes of it.
            self._changes.forget()
            return Poll(is_leader=False)
        if self._marks is not None and self._monotonic_s() < self._marks_until_s:
            return self._poll_marks(self._marks)
        try:
            return self._poll_history(target, history)
        except ConflictError:
            return Poll(is_leader=False)
        except _NoHistoryError as err:
            return self._fall_back(target, err)

    def retry(self) -> int:
        """Publish documents whose picture is to be asked for again by now; how many."""
        target, history = self._open()
        if not self._hold(target.index):
            return 0
        due = history.due(timestamp(self._now()))
        publish_ids(
            self._publisher,
            target.index,
            list(due),
            Lane.BACKFILL,
            routing={id_: routing for id_, routing in due.items() if routing is not None},
            contract=target.contract.fingerprint,
        )
        return len(due)

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
            self._marks = None
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

    def _poll_history(self, target: Target, history: History) -> Poll:
        with _reading(CredentialsError, RefusedError):
            position = history.position()
        checkpoints = self._state.load(position.uuid)
        if self._is_sweep_due(checkpoints):
            swept = checkpoints.sweep(position, now=timestamp(self._now()))
            checkpoints = self._state.save(swept, index=target.index)
        if checkpoints.lag(position) == 0:
            return Poll(is_leader=True)
        if read_target(self._cluster, self._name) != target:
            # Made anew since its contract was read: its documents would be judged by the old one.
            return Poll(is_leader=True, is_more=True)
        visible = self._visible(history, position)
        outlet = self._outlet(target.index)
        reading = Reading(outlet, history, target.index, checkpoints, visible)
        # Missing privileges are another matter here: the broker's, or for any search.
        with _reading(RefusedError):
            return reading.run(position)

    def _fall_back(self, target: Target, err: "_NoHistoryError") -> Poll:
        """Poll marks for a while, where that is allowed, and say so."""
        marks = self._marks or Marks(self._cluster, target, monotonic_s=self._monotonic_s)
        poll = self._poll_marks(marks)
        if self._marks is None:
            _log.warning(
                "%s: its history cannot be read (%s) So the feed polls the marks of the ingest "
                "pipeline, and misses partial updates sent in bulk until `diptych ingest` or an "
                "index operation writes the product again.",
                target.index,
                err,
            )
        self._marks, self._marks_until_s = marks, self._monotonic_s() + _MARKS_S
        return poll

    def _poll_marks(self, marks: Marks) -> Poll:
        n_published = marks.publish(self._publisher)
        return Poll(is_leader=True, seen=n_published, published=n_published)

    def _outlet(self, index: str) -> Outlet:
        return Outlet(
            self._publisher,
            self._state,
            self._throttle,
            hold=lambda: self._hold(index),
            now=lambda: timestamp(self._now()),
            backfill_lag=self._backfill_lag,
            changes=self._changes,
        )

    def _is_sweep_due(self, checkpoints: Checkpoints) -> bool:
        swept_at = checkpoints.swept_at
        return swept_at is None or swept_at <= timestamp(self._now() - self._sweep_interval)

    def _visible(self, history: History, position: IndexPosition) -> dict[int, int]:
        if self._visibility is None or self._visibility[0] != position.uuid:
            visibility = Visibility(history, monotonic_s=self._monotonic_s)
            self._visibility = position.uuid, visibility
        return self._visibility[1].upto(position)


@contextmanager
def _reading(*refusals: type[DiptychError]) -> Iterator[None]:
    """What the cluster refuses of a step of reading becomes an error of its own kind."""
    try:
        yield
    except ConflictError:
        raise
    except refusals as err:
        raise _NoHistoryError(str(err)) from err
