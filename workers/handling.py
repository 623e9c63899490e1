"""One message, from its delivery to what the queue is told; knows no queue and no clock."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from diptych.errors import (
    ContractError,
    DeviceLostError,
    DiptychError,
    MappingError,
    MissingIndexError,
    NotInstalledError,
    SettingsError,
    UnavailableError,
    UsageError,
)
from diptych.ingest.clock import utc_now
from diptych.ingest.dead_letters import DeadLetters, LoggedDeadLetters
from diptych.ingest.enrich import Summary
from diptych.ingest.meters import Ending, Fate, Meters, NoMeters
from diptych.ingest.publishing import Lane, Message, Publisher, message_from_json
from diptych.tracing import traced
from diptych.workers.giving_up import FORESEEN, GivingUp
from diptych.workers.journal import Entry, Journal, NoJournal
from diptych.workers.patience import Patience
from diptych.workers.suspects import Isolation, Suspects
from diptych.workers.verdict import Verdict
from diptych.workers.work import EnricherFor, ReplacedError, Work

_log = logging.getLogger(__name__)


class Handler:
    """Handles messages; one per worker process, called from several threads."""

    def __init__(
        self,
        enricher_for: EnricherFor,
        publisher: Publisher,
        *,
        dead_letters: DeadLetters | None = None,
        patience: Patience | None = None,
        now: Callable[[], datetime] = utc_now,
        journal: Journal | None = None,
        isolation: Isolation | None = None,
        is_isolated: bool = False,
        meters: Meters | None = None,
    ) -> None:
        """Takes the enricher of an index, and where messages go that have to come again.

        Args:
            journal: remembers what is in hand when the process dies; nothing by default.
            isolation: runs what was in hand then; without one it is run like any other message.
            is_isolated: whether this process is such a one: what fails together there is left to
                the process that asked.
            meters: counts messages and documents; nobody by default.
        """
        letters = dead_letters or LoggedDeadLetters()
        self._enricher_for = enricher_for
        self._publisher = publisher
        self._patience = patience or Patience()
        self._giving_up = GivingUp(publisher, letters, self._patience, now=now)
        self._journal = journal or NoJournal()
        self._is_isolated = is_isolated
        self._meters = meters or NoMeters()
        self._suspects = isolation and Suspects(
            isolation, self._journal, enricher_for, self._patience, self._giving_up
        )

    def deliver(self, body: object, lane: Lane, *, is_returned: bool = False) -> Verdict:
        """Do what a message asks for; whatever happens, nothing of it is lost without a record.

        Args:
            is_returned: whether the broker delivered it before, to somebody who did not
                acknowledge it and may have died of it.
        """
        try:
            message = message_from_json(body)
        except UsageError as err:
            return self._give_up_stranger(err)
        return self.take(Entry(message, lane, is_suspect=is_returned))

    def take(self, entry: Entry) -> Verdict:
        """The same for a message that was read, from the queue or from the journal."""
        in_hand = self._meters.in_hand(len(entry.message.ids))
        message = entry.message
        about = traced(index=message.index, ids=message.ids, lane=entry.lane)
        with self._journal.holding(entry), in_hand, about:
            verdict = self._judge(entry)
        self._meters.ended(entry.lane, _ending(verdict))
        return verdict

    def handle(self, message: Message) -> Summary:
        """Bring the message's documents up to date, waiting with jitter for a busy cluster.

        Raises:
            UnavailableError: the cluster was away for half a minute.
            SettingsError: a model cannot be loaded, or we may not write.
            DiptychError: what no wait mends.
        """
        return self._run(Work(self._enricher_for, message))

    def _judge(self, entry: Entry) -> Verdict:
        try:
            return self._take(entry)
        except (SettingsError, ContractError) as err:
            return Verdict(is_done=False, is_misconfigured=True, reason=str(err))
        except DeviceLostError as err:
            return Verdict(is_done=False, is_device_lost=True, reason=str(err))
        except UnavailableError as err:
            # Neither the cluster nor the broker takes anything: the broker keeps the message.
            return Verdict(is_done=False, reason=str(err))

    def _take(self, entry: Entry) -> Verdict:
        work = Work(self._enricher_for, entry.message)
        try:
            return self._settle(work, entry)
        finally:
            self._count(work)

    def _settle(self, work: Work, entry: Entry) -> Verdict:
        message, lane = entry.message, entry.lane
        try:
            return self._work_off(work, entry)
        except UnavailableError as err:
            self._give_back(work.left, lane, err)
            return Verdict(is_given_back=True)
        except ReplacedError as err:
            _log.info("%s was replaced by %s", message.index, err)
            self._publisher.publish(replace(work.left, index=str(err), contract=None), lane)
        except (NotInstalledError, MissingIndexError) as err:
            _log.warning("Dropped %d ids: %s", len(work.left.ids), err)
        except (SettingsError, ContractError) as err:
            self._give_back(work.left, lane, err)
            return Verdict(is_misconfigured=True, reason=str(err), is_given_back=True)
        return Verdict()

    def _work_off(self, work: Work, entry: Entry) -> Verdict:
        try:
            if entry.is_suspect and self._suspects:
                return self._suspects.take(work, entry)
            self._finish(work)
        except MappingError as err:
            # The name came to stand for several indexes: nobody can say which one is meant.
            self._giving_up.record(work.left, err)
        return Verdict()

    def _finish(self, work: Work) -> None:
        try:
            self._run(work)
        except (*FORESEEN, MappingError, DeviceLostError):
            raise
        except Exception as err:
            _log.exception("A message failed")
            if self._is_isolated and len(work.left.ids) > 1:
                raise
            self._giving_up.halve(work, err)

    def _run(self, work: Work) -> Summary:
        summary = self._patience.run(work.run, work.message)
        _log.info(
            "%s: %d written, %d unchanged, %d gone, %d refused",
            work.message.index,
            summary.written,
            summary.skipped,
            summary.gone,
            summary.failed,
        )
        return summary

    def _give_back(self, message: Message, lane: Lane, reason: Exception) -> None:
        """Publish a copy, so that this one can be acknowledged.

        A rejected message would count as a delivery that failed, and an outage of the cluster
        must not send the whole queue to the dead letters.
        """
        _log.warning("Given back: %s", reason)
        self._publisher.publish(message, lane)

    def _count(self, work: Work) -> None:
        if work.enrichment is None:
            return
        index, summary = work.message.index, work.enrichment.summary
        self._meters.documents(index, Fate.WRITTEN, summary.written)
        self._meters.documents(index, Fate.UNCHANGED, summary.skipped)
        self._meters.documents(index, Fate.GONE, summary.gone)
        self._meters.documents(index, Fate.REFUSED, summary.failed)
        self._meters.conflicts(index, summary.conflicts)

    def _give_up_stranger(self, reason: UsageError) -> Verdict:
        try:
            self._giving_up.stranger(reason)
        except DiptychError as err:
            return Verdict(is_done=False, reason=str(err))
        return Verdict()


def _ending(verdict: Verdict) -> Ending:
    if not verdict.is_done:
        return Ending.KEPT
    return Ending.GIVEN_BACK if verdict.is_given_back else Ending.DONE
