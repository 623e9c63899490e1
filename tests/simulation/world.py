"""A shop, its cluster, feed and workers, and a bad day: everything that one seed decides."""

import json
import logging
from collections.abc import Callable

from simulation.application import Application
from simulation.checks import Violation
from simulation.client import StormyTransport
from simulation.day import ALIAS, Day
from simulation.processes import Processes

from diptych.ingest.publishing import Lane
from diptych.workers.suspects import MAX_CRASHES, MAX_UNTOLD

#: Simulated time in which things go wrong, and after which they have to be right.
_CHAOS_S, _PEACE_S = 60.0, 200_000.0
_MAX_EVENTS = 60_000


class World:
    """One seed's day; a `Violation` says what went wrong, the machine's trace how it came."""

    def __init__(
        self,
        seed: int,
        *,
        transport: type[StormyTransport] = StormyTransport,
        is_isolating: bool = True,
    ) -> None:
        """Everything follows from the seed.

        Args:
            transport: how workers reach the cluster; one that lies shows that the checks can fail.
            is_isolating: whether workers run apart what one may have died of; likewise.
        """
        self._is_isolating = is_isolating
        self.day = Day(seed, transport)
        self._machine = self.day.machine
        self._ends_at_s = 0.0

    def run(self) -> None:
        """A bad day and what comes after it.

        Raises:
            Violation: something happened that never may.
        """
        level = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            self._prepare()
            if not self._machine.run(self._is_right):
                raise Violation("nothing is left to do, and it is not right yet")
        finally:
            self._machine.close()
            logging.disable(level)

    def _prepare(self) -> None:
        rng = self._machine.rng
        self._application = Application(self.day)
        self._processes = Processes(
            self.day, self._application.touch, is_isolating=self._is_isolating
        )
        for _ in range(rng.randrange(8, 25)):
            self._machine.at(rng.random() * _CHAOS_S, self._application.act)
        for _ in range(rng.randrange(2, 8)):
            self._machine.at(rng.random() * _CHAOS_S, rng.choice(self._troubles()))
        self._machine.at(_CHAOS_S, self._make_peace)

    def _make_peace(self) -> None:
        self._machine.say("peace")
        self.day.weather.clear()
        self.day.is_over = True
        self.day.live().block = None
        self._ends_at_s = self.day.now_s() + _PEACE_S
        if self.day.broker.n_lost:
            self._processes.sweep()

    # When it is over.

    def _is_right(self) -> bool:
        day = self.day
        if day.checks.violations:
            raise Violation(day.checks.violations[0])
        if self._machine.n_events > _MAX_EVENTS:
            raise Violation(f"it is not right after {_MAX_EVENTS} events: {self._stale()}")
        if not day.is_over or self._processes.is_sweeping or not day.broker.is_empty:
            return False
        if day.now_s() > self._ends_at_s:
            raise Violation(f"it is not right after {_PEACE_S} s: {self._stale()}")
        if self._is_behind() or self._is_retried():
            return False
        stale = self._stale()
        if stale:
            raise Violation(f"queue and feed are done, and stale are {stale}")
        self._check_executions()
        return True

    def _check_executions(self) -> None:
        """A message executes what breaks something a few times at most, however it ends.

        It may be told to two workers at once, by the journal and by the broker; each executes it
        once with others, and alone as often as it is tried apart.
        """
        most = 2 * (2 + MAX_CRASHES + MAX_UNTOLD)
        for word, ids in self.day.checks.carriers.items():
            n_messages = sum(self.day.broker.n_put[id_] for id_ in ids)
            n_executions = self._processes.executions[word]
            if n_executions > most * n_messages:
                raise Violation(
                    f"{word} was executed {n_executions} times in {n_messages} messages"
                )

    def _is_retried(self) -> bool:
        return any(doc.source.get("diptych", {}).get("retry_at") for doc in self.day.live().docs())

    def _stale(self) -> list[str]:
        dead = {
            id_ for item in self.day.broker.dead for id_ in json.loads(item.body).get("ids", ())
        }
        stale = self.day.checks.stale(self.day.live())
        return [f"{doc.id} {doc.source}" for doc in stale if doc.id not in dead]

    def _is_behind(self) -> bool:
        """Whether the feed has not seen every operation."""
        index = self.day.live()
        state = self.day.node.indexes.get("diptych-state")
        saved = state and state.shards[0].docs.get(f"checkpoints:{index.uuid}")
        if not saved or saved.source["gaps"]:
            return True
        reached = {int(n): (c["history"], c["seq_no"]) for n, c in saved.source["shards"].items()}
        return any(
            reached.get(shard.number) != (shard.history, shard.last)
            for shard in index.shards
            if shard.last >= 0
        )

    # What goes wrong.

    def _troubles(self) -> tuple[Callable[[], None], ...]:
        return (
            self._processes.crash_worker,
            self._processes.crash_worker,
            self._processes.crash_feed,
            self._outage,
            self._lock_out,
            self._away,
            self._block,
            self._fail_over,
            self._stranger,
            self._application.rebuild,
            self._application.recreate,
            self._forget,
        )

    def _for_a_while(self, longest_s: float, what: str) -> float:
        self._machine.say(what)
        return self.day.now_s() + self._machine.rng.random() * longest_s

    def _outage(self) -> None:
        self.day.weather.down_until_s = self._for_a_while(90, "the cluster is down")

    def _lock_out(self) -> None:
        self.day.weather.locked_until_s = self._for_a_while(20, "credentials expire")

    def _away(self) -> None:
        self.day.weather.away_until_s = self._for_a_while(60, "pictures are away")

    def _block(self) -> None:
        index = self.day.live()
        index.block = self._machine.rng.choice((403, 429))
        until_s = self._for_a_while(60, f"{index.name} takes no writes")

        def lift() -> None:
            if ALIAS in index.aliases:
                index.block = None

        self._machine.at(until_s - self.day.now_s(), lift)

    def _fail_over(self) -> None:
        lost = [
            operation
            for shard in self.day.live().shards
            for operation in shard.fail_over(self.day.now_s(), lambda: self._machine.chance(0.5))
        ]
        self._machine.say(f"a primary fails, {len(lost)} operations are lost")

    def _stranger(self) -> None:
        self.day.broker.put(b'{"schema": 99}', Lane.LIVE)

    def _forget(self) -> None:
        self._machine.say("the broker forgets everything")
        self.day.broker.lose_messages()


def replay(
    seed: int, *, transport: type[StormyTransport] = StormyTransport, is_isolating: bool = True
) -> World:
    """The world of a seed after its day.

    Raises:
        Violation: what went wrong, with the last events and how to see them again.
    """
    world = World(seed, transport=transport, is_isolating=is_isolating)
    try:
        world.run()
    except Exception as err:
        shown = "\n".join(world.day.machine.trace[-80:])
        raise Violation(
            f"{shown}\nseed {seed}: {err}\nTo see it again: DIPTYCH_SIM_SEED={seed} "
            "python -m pytest tests/simulation; to keep it, add it to SEEDS."
        ) from err
    return world
