"""`diptych embed`: enqueue, wait until every published document was written, count."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from diptych.errors import UnavailableError
from diptych.ingest.backfill import Backfill, Backfilled
from diptych.ingest.checkpoints import StateIndex
from diptych.ingest.history import History
from diptych.ingest.lease import Lease
from diptych.mappings.target import Target
from diptych.plugin.children import Child
from diptych.plugin.processes import Connections
from diptych.workers.app import CeleryPublisher, is_worker_running

#: Pause between two counts.
_POLL_S = 0.5
#: Until the first documents are written: a worker loads its models, and may download them first.
_START_S = 900.0
#: Afterwards without any progress, waiting on makes no sense without a look at the logs.
_STALL_S = 600.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a pass is done, in documents."""

    done: int
    total: int


class Embedding:
    """One run of `diptych embed` on one index."""

    def __init__(self, connections: Connections, target: Target) -> None:
        """Sends nothing yet."""
        history = History(connections.cluster, connections.engine, target)
        publisher = CeleryPublisher(connections.app)
        self._state = StateIndex(connections.cluster)
        self._connections = connections
        self._target = target
        self._backfill = Backfill(history, publisher, target.index)

    def publish(self, *, is_forced: bool = False) -> Backfilled:
        """Enqueue what needs a worker, or everything where forced; feeds go on from there."""
        pass_ = self._backfill.run(is_forced=is_forced)
        self._state.advance(pass_.position, index=self._target.index)
        return pass_

    def refetch(self) -> Backfilled:
        """Enqueue what has pictures, for a worker to see whether they have changed.

        Feeds go on where they are: what lacks a vector for other reasons is left to them.
        """
        return self._backfill.run(is_refetch=True)

    def wait(self, pass_: Backfilled, children: Sequence[Child] = ()) -> Iterator[Progress]:
        """Progress until a worker has written every published document.

        Raises:
            UnavailableError: a child ended, or nothing was written for a long time.
        """
        total = remaining = pass_.published
        patience_s, moved_s = _START_S, time.monotonic()
        while remaining > 0:
            for child in children:
                child.check()
            now_remaining = self._remaining(pass_, before=remaining)
            if now_remaining < remaining:
                patience_s, moved_s = _STALL_S, time.monotonic()
            elif time.monotonic() - moved_s > patience_s:
                raise UnavailableError(
                    f"No worker has written anything for {patience_s:.0f} s, and {remaining} "
                    "documents wait: see the worker's log."
                )
            remaining = now_remaining
            yield Progress(total - remaining, total)
            if remaining > 0:
                time.sleep(_POLL_S)

    def _remaining(self, pass_: Backfilled, *, before: int) -> int:
        """The count; the index is refreshed only where it seems to stand still."""
        remaining = self._backfill.remaining(pass_)
        if remaining == before:
            self._backfill.refresh()
            remaining = self._backfill.remaining(pass_)
        return remaining or self._backfill.unfinished(pass_)

    @contextmanager
    def companions(self, say: Callable[[str], None]) -> Iterator[list[Child]]:
        """A worker and a feed for the duration, where none runs; tells what it starts."""
        children = []
        settings = self._connections.settings
        try:
            if not is_worker_running(self._connections.app):
                children.append(Child(["worker"], settings))
            if not self._is_feed_running():
                children.append(Child(["feed", self._target.name], settings))
            for child in children:
                say(
                    f"No {child.name} is running: started one for now, its log is {child.log_file}."
                )
            yield children
        finally:
            for child in children:
                child.stop()

    def _is_feed_running(self) -> bool:
        return Lease(self._state, self._target.index, owner="").is_held()
