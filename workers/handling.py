"""One message, from its delivery to what the queue is told; knows no queue and no clock."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from diptych.errors import (
    ConflictError,
    ContractError,
    DiptychError,
    MappingError,
    MissingIndexError,
    NotInstalledError,
    SettingsError,
    UnavailableError,
    UsageError,
)
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.dead_letters import DeadLetter, DeadLetters, LoggedDeadLetters, Stage
from diptych.ingest.enrich import Summary
from diptych.ingest.publishing import Lane, Message, Publisher, message_from_json
from diptych.workers.pausing import Pauses
from diptych.workers.work import EnricherFor, ReplacedError, Work

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

#: A message waits this long inside a worker for a cluster that is away, then goes back. A worker
#: that is asked to stop finishes its wait first, so this is shorter than what supervisors grant.
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery.

    `is_done` acknowledges it; otherwise the broker keeps it. `is_misconfigured` stops the worker:
    every message would fail alike, so none is dropped and a person has to look.
    """

    is_done: bool = True
    is_misconfigured: bool = False
    reason: str = ""


#: What concerns more than one document.
_FORESEEN = (UnavailableError, SettingsError, ContractError, MissingIndexError, ReplacedError)


class Handler:
    """Handles messages; one per worker process, called from several threads."""

    def __init__(
        self,
        enricher_for: EnricherFor,
        publisher: Publisher,
        *,
        dead_letters: DeadLetters | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic_s: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
        uniform: Callable[[float, float], float] = random.uniform,
        pauses: Pauses | None = None,
    ) -> None:
        """Takes the enricher of an index, and where messages go that have to come again."""
        self._enricher_for = enricher_for
        self._publisher = publisher
        self._dead_letters = dead_letters or LoggedDeadLetters()
        self._sleep = sleep
        self._monotonic_s = monotonic_s
        self._now = now
        self._uniform = uniform
        self._pauses = pauses or Pauses(monotonic_s=monotonic_s, uniform=uniform)

    def deliver(self, body: object, lane: Lane) -> Verdict:
        """Do what a message asks for; whatever happens, nothing of it is lost without a record."""
        try:
            message = message_from_json(body)
        except UsageError as err:
            return self._give_up_stranger(err)
        try:
            return self._deliver(message, lane)
        except (SettingsError, ContractError) as err:
            return Verdict(is_done=False, is_misconfigured=True, reason=str(err))
        except UnavailableError as err:
            # Neither the cluster nor the broker takes anything: the broker keeps the message.
            return Verdict(is_done=False, reason=str(err))

    def handle(self, message: Message) -> Summary:
        """Bring the message's documents up to date, waiting with jitter for a busy cluster.

        Raises:
            UnavailableError: the cluster was away for half a minute.
            SettingsError: a model cannot be loaded, or we may not write.
            DiptychError: what no wait mends.
        """
        return self._run(Work(self._enricher_for, message))

    def _deliver(self, message: Message, lane: Lane) -> Verdict:
        work = Work(self._enricher_for, message)
        try:
            self._finish(work)
        except UnavailableError as err:
            self._give_back(work.left, lane, err)
        except ReplacedError as err:
            _log.info("%s was replaced by %s", message.index, err)
            self._publisher.publish(replace(work.left, index=str(err), contract=None), lane)
        except (NotInstalledError, MissingIndexError) as err:
            _log.warning("Dropped %d ids: %s", len(work.left.ids), err)
        except (SettingsError, ContractError) as err:
            self._give_back(work.left, lane, err)
            return Verdict(is_misconfigured=True, reason=str(err))
        return Verdict()

    def _finish(self, work: Work) -> None:
        try:
            self._run(work)
        except _FORESEEN:
            raise
        except MappingError as err:
            # The name came to stand for several indexes: nobody can say which one is meant.
            for id_ in work.left.ids:
                self._record(work.message.index, id_, err)
        except Exception as err:  # noqa: BLE001 - a task's boundary: one document must not end it
            _log.exception("A message failed")
            self._isolate(work, err)

    def _run(self, work: Work) -> Summary:
        summary = self._patiently(work.run, work.message)
        _log.info(
            "%s: %d written, %d unchanged, %d gone, %d refused",
            work.message.index,
            summary.written,
            summary.skipped,
            summary.gone,
            summary.failed,
        )
        return summary

    def _patiently(self, step: Callable[[], _T], message: Message) -> _T:
        """What a step gives, tried again while the cluster has no time for it."""
        end_s = self._monotonic_s() + PATIENCE_S
        ceilings_s = _ceilings_s()
        while True:
            self._wait(self._pauses.left_s(message.index), end_s, message)
            try:
                result = step()
            except ConflictError as err:
                # Of one document: it concerns no other message.
                self._sleep(min(self._uniform(0, next(ceilings_s)), self._left_s(end_s)))
                if not self._left_s(end_s):
                    raise UnavailableError(f"{len(message.ids)} documents wait: {err}") from err
            except UnavailableError as err:
                delay_s = self._pauses.lengthen(message.index, str(err))
                _log.warning("%s: pausing %.1f s: %s", message.index, delay_s, err)
            else:
                self._pauses.end(message.index)
                return result

    def _wait(self, pause_s: float, end_s: float, message: Message) -> None:
        """Wait for the index, but no longer than a message waits.

        Raises:
            UnavailableError: its pause is longer.
        """
        while pause_s > 0:
            self._sleep(min(pause_s, self._left_s(end_s)))
            if not self._left_s(end_s):
                why = self._pauses.reason(message.index)
                raise UnavailableError(f"{len(message.ids)} documents wait: {why}")
            # Another thread may have tried meanwhile, in vain.
            pause_s = self._pauses.left_s(message.index)

    def _left_s(self, end_s: float) -> float:
        return max(0.0, end_s - self._monotonic_s())

    def _give_back(self, message: Message, lane: Lane, reason: Exception) -> None:
        """Publish a copy, so that this one can be acknowledged.

        A rejected message would count as a delivery that failed, and an outage of the cluster
        must not send the whole queue to the dead letters.
        """
        _log.warning("Given back: %s", reason)
        self._publisher.publish(message, lane)

    def _isolate(self, work: Work, reason: Exception) -> None:
        """Find the document that makes a message fail: by halves, then say so in the document."""
        message = work.left
        ids = message.ids
        _log.error("%d documents of %s failed together: %s", len(ids), message.index, reason)
        if len(ids) == 1:
            self._give_up(work, reason)
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            self._publisher.publish(message.part(half), Lane.BACKFILL)

    def _give_up(self, work: Work, reason: Exception) -> None:
        (id_,) = work.left.ids
        if work.enrichment is None:
            self._record(work.message.index, id_, reason)
            return
        enrichment = work.enrichment
        try:
            is_done = self._patiently(
                lambda: work.unless_replaced(lambda: enrichment.give_up(reason)), work.left
            )
        except _FORESEEN:
            raise
        except Exception as err:  # noqa: BLE001 - as in `_finish`
            _log.error("%s cannot keep its reason: %s", id_, err)
            self._record(work.message.index, id_, reason)
        else:
            if not is_done:
                # Its inputs changed meanwhile: what failed is not what stands there now.
                self._publisher.publish(work.left, Lane.BACKFILL)

    def _record(self, index: str, id_: str, reason: Exception) -> None:
        now = timestamp(self._now())
        self._dead_letters.record(
            DeadLetter(
                index=index,
                id=id_,
                stage=Stage.ENRICH,
                error_class=type(reason).__name__,
                reason=str(reason)[:500],
                first_seen=now,
                last_seen=now,
            )
        )

    def _give_up_stranger(self, reason: UsageError) -> Verdict:
        now = timestamp(self._now())
        letter = DeadLetter("", "", Stage.MESSAGE, "UsageError", str(reason), now, now)
        try:
            self._dead_letters.record(letter)
        except DiptychError as err:
            return Verdict(is_done=False, reason=str(err))
        return Verdict()


def _ceilings_s() -> Iterator[float]:
    """Full jitter below 0.5 s, then below twice as much each time, up to 20 s."""
    ceiling_s = 0.5
    while True:
        yield ceiling_s
        ceiling_s = min(20.0, ceiling_s * 2)
