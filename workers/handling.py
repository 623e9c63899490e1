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
    EncodingError,
    MappingError,
    MissingIndexError,
    NotInstalledError,
    SettingsError,
    UnavailableError,
    UsageError,
)
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.dead_letters import DeadLetter, DeadLetters, LoggedDeadLetters, Stage
from diptych.ingest.enrich import Enricher, Enrichment, Summary
from diptych.ingest.publishing import Lane, Message, Publisher, message_from_json

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


class Handler:
    """Handles messages; one per worker process, called from several threads."""

    def __init__(
        self,
        enricher_for: Callable[[str], Enricher],
        publisher: Publisher,
        *,
        dead_letters: DeadLetters | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic_s: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Takes the enricher of an index, and where messages go that have to come again."""
        self._enricher_for = enricher_for
        self._publisher = publisher
        self._dead_letters = dead_letters or LoggedDeadLetters()
        self._sleep = sleep
        self._monotonic_s = monotonic_s
        self._now = now
        self._uniform = uniform

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
        return self._run(_Work(self._enricher_for, message))

    def _deliver(self, message: Message, lane: Lane) -> Verdict:
        work = _Work(self._enricher_for, message)
        try:
            self._finish(work)
        except UnavailableError as err:
            self._give_back(work.left, lane, err)
        except (NotInstalledError, MissingIndexError) as err:
            _log.warning("Dropped %d ids: %s", len(work.left.ids), err)
        except (SettingsError, ContractError) as err:
            self._give_back(work.left, lane, err)
            return Verdict(is_misconfigured=True, reason=str(err))
        return Verdict()

    def _finish(self, work: "_Work") -> None:
        try:
            self._run(work)
        except (UnavailableError, SettingsError, ContractError, MissingIndexError):
            raise
        except MappingError as err:
            # The name came to stand for several indexes: nobody can say which one is meant.
            for id_ in work.left.ids:
                self._record(work.message.index, id_, err)
        except Exception as err:  # noqa: BLE001 - a task's boundary: one document must not end it
            _log.exception("A message failed")
            self._isolate(work, err)

    def _run(self, work: "_Work") -> Summary:
        summary = self._patiently(work.run, f"{len(work.message.ids)} documents wait")
        _log.info(
            "%s: %d written, %d unchanged, %d gone, %d refused",
            work.message.index,
            summary.written,
            summary.skipped,
            summary.gone,
            summary.failed,
        )
        return summary

    def _patiently(self, step: Callable[[], _T], waiting: str) -> _T:
        """What a step gives, tried again while the cluster has no time for it."""
        end_s = self._monotonic_s() + PATIENCE_S
        ceilings_s = _ceilings_s()
        while True:
            try:
                return step()
            except (UnavailableError, ConflictError) as err:
                delay_s = self._uniform(0, next(ceilings_s))
                if self._monotonic_s() + delay_s > end_s:
                    raise UnavailableError(f"{waiting}: {err}") from err
                _log.warning("Waiting %.1f s: %s", delay_s, err)
                self._sleep(delay_s)

    def _give_back(self, message: Message, lane: Lane, reason: Exception) -> None:
        """Publish a copy, so that this one can be acknowledged.

        A rejected message would count as a delivery that failed, and an outage of the cluster
        must not send the whole queue to the dead letters.
        """
        _log.warning("Given back: %s", reason)
        self._publisher.publish(message, lane)

    def _isolate(self, work: "_Work", reason: Exception) -> None:
        """Find the document that makes a message fail: by halves, then say so in the document."""
        message = work.left
        ids = message.ids
        _log.error("%d documents of %s failed together: %s", len(ids), message.index, reason)
        if len(ids) == 1:
            self._give_up(work, reason)
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            self._publisher.publish(replace(message, ids=half), Lane.BACKFILL)

    def _give_up(self, work: "_Work", reason: Exception) -> None:
        (id_,) = work.left.ids
        if work.enrichment is None:
            self._record(work.message.index, id_, reason)
            return
        give_up = work.enrichment.give_up
        try:
            is_done = self._patiently(lambda: give_up(reason), f"{id_!r} waits")
        except (UnavailableError, SettingsError, ContractError, MissingIndexError):
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


class _Work:
    """A message's enrichment, opened when the cluster answers for the first time."""

    def __init__(self, enricher_for: Callable[[str], Enricher], message: Message) -> None:
        self.message = message
        self._enricher_for = enricher_for
        self.enrichment: Enrichment | None = None

    @property
    def left(self) -> Message:
        """The message with the ids that are not done; all of them before it was opened."""
        ids = self.enrichment.waiting if self.enrichment else ()
        return replace(self.message, ids=ids or self.message.ids)

    def run(self) -> Summary:
        """Go on where an error ended it."""
        if self.enrichment is None:
            self.enrichment = self._open()
        return self.enrichment.run()

    def _open(self) -> Enrichment:
        try:
            enricher = self._enricher_for(self.message.index)
        except EncodingError as err:
            # Not of one document: the model is missing or cannot be loaded.
            raise SettingsError(str(err)) from err
        return enricher.start(
            self.message.ids,
            is_forced=self.message.is_forced,
            is_refetch=self.message.is_refetch,
        )


def _ceilings_s() -> Iterator[float]:
    """Full jitter below 0.5 s, then below twice as much each time, up to 20 s."""
    ceiling_s = 0.5
    while True:
        yield ceiling_s
        ceiling_s = min(20.0, ceiling_s * 2)
