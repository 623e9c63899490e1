"""`diptych feed`: one thread per index, and who watches which index behind the names given."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from diptych.errors import ConflictError, DiptychError, MissingIndexError, SettingsError
from diptych.ingest.feed import Feed, Poll
from diptych.ingest.publishing import Publisher
from diptych.ingest.throttle import Throttle
from diptych.mappings.target import read_indexes
from diptych.plugin.processes import Connections, process_name
from diptych.plugin.watch.feed_metrics import FeedMetrics

_log = logging.getLogger(__name__)

#: Between two looks for pictures that are to be asked for again.
_RETRY_S = 60.0
#: Between two looks at which indexes a name stands for.
_RESOLVE_S = 5.0
#: Tries to ask for a sweep while another feed moves on.
_MAX_TRIES = 20


class Following:
    """Follows every index behind some names, each in a thread of its own.

    What goes wrong with one index stops no other, and is tried again.
    """

    def __init__(
        self,
        connections: Connections,
        publisher: Publisher,
        names: Sequence[str],
        *,
        interval_s: float,
        rate: float | None = None,
        is_from_start: bool = False,
        resolve_s: float = _RESOLVE_S,
        metrics: FeedMetrics | None = None,
        broker_run: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Starts nothing yet.

        Args:
            names: indexes, aliases and patterns.
            rate: documents per second of back-fills, over all indexes.
            is_from_start: begin with a sweep of each index.
            resolve_s: pause between two looks at which indexes the names stand for.
            metrics: told of every look; nobody by default.
            broker_run: what changes when the broker may have lost messages.
        """
        self._connections = connections
        self._publisher = publisher
        self._names = names
        self._interval_s = interval_s
        self._throttle = Throttle(rate)
        self._is_from_start = is_from_start
        self._resolve_s = resolve_s
        self._metrics = metrics
        self._broker_run = broker_run
        self._last_run: str | None = None
        self._followers: dict[str, _Follower] = {}
        self._known: dict[str, list[str]] = {}
        self._troubles: dict[str, DiptychError] = {}

    def run(self, stopped: threading.Event) -> None:
        """Follow until told to stop.

        Raises:
            SettingsError: credentials or settings are wrong for every index.
        """
        try:
            while True:
                self._look_at_broker()
                self._resolve()
                self._check()
                if stopped.wait(self._resolve_s):
                    return
        finally:
            self._stop(list(self._followers))

    def run_once(self) -> None:
        """Enqueue everything up to now, and return.

        Raises:
            DiptychError: the first thing that goes wrong.
        """
        for name in self._names:
            for index in read_indexes(self._connections.cluster, name):
                follower = self._make(index)
                try:
                    follower.finish()
                finally:
                    follower.stop()

    def _resolve(self) -> None:
        """Follow what the names stand for now, and no longer what they stood for."""
        for name in self._names:
            try:
                self._known[name] = read_indexes(self._connections.cluster, name)
                self._troubles.pop(name, None)
            except DiptychError as err:
                if str(err) != str(self._troubles.get(name)):
                    _log.warning("%s: %s", name, err)
                self._troubles[name] = err
                if isinstance(err, MissingIndexError):
                    self._known[name] = []
        wanted = dict.fromkeys(index for found in self._known.values() for index in found)
        self._stop([index for index in self._followers if index not in wanted])
        for index in wanted:
            if index not in self._followers:
                _log.info("Watching %s", index)
                self._followers[index] = self._make(index)
                self._followers[index].start()

    def _look_at_broker(self) -> None:
        """Have everything looked at again, where the broker was started anew and may have lost it."""
        try:
            run = self._broker_run()
        except DiptychError:
            # Whoever publishes says so.
            return
        if self._last_run not in {None, run}:
            _log.warning("The broker was started anew, so that every index is looked at again")
            for follower in self._followers.values():
                follower.sweep_soon()
        self._last_run = run

    def _check(self) -> None:
        """Stop where nothing can be done for any index; one that works is reason to go on."""
        fatal: list[DiptychError | None] = [it.fatal for it in self._followers.values()]
        if not fatal and len(self._troubles) == len(self._names):
            fatal += self._troubles.values()
        if fatal and all(isinstance(err, SettingsError) for err in fatal):
            raise next(err for err in fatal if err)

    def _stop(self, indexes: Sequence[str]) -> None:
        followers = [self._followers.pop(index) for index in indexes]
        for follower in followers:
            follower.ask_to_stop()
        for follower in followers:
            follower.stop()

    def _make(self, index: str) -> "_Follower":
        settings = self._connections.settings
        feed = Feed(
            self._connections.cluster,
            self._connections.engine,
            self._publisher,
            name=index,
            owner=process_name(),
            throttle=self._throttle,
            sweep_interval=timedelta(seconds=settings.sweep_interval_s),
            meters=self._metrics,
        )
        return _Follower(
            feed,
            index,
            interval_s=self._interval_s,
            is_from_start=self._is_from_start,
            metrics=self._metrics,
        )


class _Follower:
    """One index and its thread."""

    def __init__(
        self,
        feed: Feed,
        index: str,
        *,
        interval_s: float,
        is_from_start: bool,
        metrics: FeedMetrics | None,
    ) -> None:
        self.fatal: SettingsError | None = None
        self._feed = feed
        self._index = index
        self._interval_s = interval_s
        self._is_from_start = is_from_start
        self._metrics = metrics
        self._stopped = threading.Event()
        self._retried_s = time.monotonic()
        self._troubles: dict[str, str] = {}
        self._was_leader: bool | None = None
        # A process must not wait for a thread that waits for a server.
        self._thread = threading.Thread(target=self._run, name=f"feed {index}", daemon=True)

    def start(self) -> None:
        if self._metrics is not None:
            self._metrics.follows(self._index)
        self._thread.start()

    def sweep_soon(self) -> None:
        """Look at every document again, before the next look for changes."""
        self._is_from_start = True

    def ask_to_stop(self) -> None:
        self._stopped.set()

    def stop(self) -> None:
        """Wait for the end of a look, and let another feed take over at once."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._metrics is not None:
            self._metrics.forget(self._index)
        self._try("stop", self._feed.stop)

    def finish(self) -> None:
        """Read everything up to now."""
        self._begin()
        while True:
            poll = self._feed.poll()
            self._tell(poll)
            if poll.is_leader and poll.lag == 0:
                return
            if not poll.is_more:
                self._stopped.wait(self._interval_s)

    def _run(self) -> None:
        is_more = False
        while not self._stopped.wait(0.0 if is_more else self._interval_s):
            is_more = self._look()

    def _look(self) -> bool:
        """Whether there is more to be read at once."""
        polls: list[Poll] = []
        self._try("begin", self._begin)
        err = self._try("poll", lambda: polls.append(self._feed.poll()))
        self.fatal = err if isinstance(err, SettingsError) else None
        self._count(polls)
        for poll in polls:
            self._tell(poll)
        if time.monotonic() - self._retried_s > _RETRY_S:
            self._retried_s = time.monotonic()
            self._try("retry", lambda: self._say("pictures asked for again", self._feed.retry()))
        return any(poll.is_more for poll in polls)

    def _count(self, polls: Sequence[Poll]) -> None:
        if self._metrics is None:
            return
        for poll in polls:
            self._metrics.polled(self._index, poll)
        if not polls:
            self._metrics.failed(self._index)

    def _begin(self) -> None:
        """The sweep that was asked for; whoever holds the lease does it."""
        if not self._is_from_start:
            return
        for _ in range(_MAX_TRIES):
            try:
                self._feed.sweep()
            except ConflictError:
                continue
            self._is_from_start = False
            return

    def _tell(self, poll: Poll) -> None:
        if poll.is_leader != self._was_leader:
            self._was_leader = poll.is_leader
            _log.info(
                "%s: %s", self._index, "following" if poll.is_leader else "another feed follows"
            )
        self._say(f"of {poll.seen} changes enqueued", poll.published)

    def _say(self, what: str, count: int) -> None:
        if count:
            _log.info("%s: %d %s", self._index, count, what)

    def _try(self, what: str, step: Callable[[], None]) -> DiptychError | None:
        """What went wrong with a step; said once as long as it stays the same."""
        try:
            step()
        except DiptychError as err:
            if self._troubles.get(what) != str(err):
                self._troubles[what] = str(err)
                _log.warning("%s: %s", self._index, err)
            return err
        self._troubles.pop(what, None)
        return None
