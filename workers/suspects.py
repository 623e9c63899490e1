"""Messages that a process died with: run where only a process made for it can die of them.

A process that is killed returns all that it had in hand, the innocent too. So a message that comes
again runs in a process of its own; if that dies as well, its documents run there one by one, and
only the one that ends it again is given up.
"""

import logging
from typing import Final, Protocol

from diptych.errors import CrashError, DiptychError
from diptych.ingest.publishing import Lane, Message
from diptych.workers.giving_up import GivingUp
from diptych.workers.journal import Entry, Journal
from diptych.workers.patience import Patience
from diptych.workers.verdict import Verdict
from diptych.workers.work import EnricherFor, Work

_log = logging.getLogger(__name__)

#: A document is given up when it has ended this many processes apart: one more than would do, for
#: a process can be killed for other reasons,
MAX_CRASHES: Final = 2
#: or when so many workers died while they tried it apart, which says less.
MAX_UNTOLD: Final = 4


class BrokenError(DiptychError):
    """A message's documents failed together in the process apart, which lives."""


class Isolation(Protocol):
    """Runs messages in a process of their own; safe to call from several threads."""

    def run(self, message: Message, lane: Lane) -> Verdict:
        """What that process says of the message.

        Raises:
            CrashError: it died, or was killed because it came to no end.
            BrokenError: several documents failed together in it.
        """
        ...


class Suspects:
    """Finishes messages that a process may have died of."""

    def __init__(
        self,
        isolation: Isolation,
        journal: Journal,
        enricher_for: EnricherFor,
        patience: Patience,
        giving_up: GivingUp,
    ) -> None:
        """Made by a handler, of its own parts."""
        self._isolation = isolation
        self._journal = journal
        self._enricher_for = enricher_for
        self._patience = patience
        self._giving_up = giving_up

    def take(self, work: Work, entry: Entry) -> Verdict:
        """Finish what is not settled of a message.

        Raises:
            DiptychError: what concerns all of its documents; nothing is given up for it.
        """
        ids = self._unsettled(work)
        if len(ids) > 1 and not entry.n_trials:
            try:
                return self._try(entry.trial(work.left))
            except (CrashError, BrokenError) as err:
                _log.warning("%d documents run one by one: %s", len(ids), err)
        for id_ in ids:
            verdict = self._alone(entry, entry.message.part([id_]))
            if not verdict.is_done or verdict.is_misconfigured:
                return verdict
        return Verdict()

    def _unsettled(self, work: Work) -> tuple[str, ...]:
        return self._patience.run(work.look, work.message)

    def _try(self, trial: Entry) -> Verdict:
        """Noted first, so that a trial that ends this process too is counted."""
        with self._journal.holding(trial):
            return self._isolation.run(trial.message, trial.lane)

    def _alone(self, entry: Entry, message: Message) -> Verdict:
        """Try one document as often as is left to it, then give it up."""
        work = Work(self._enricher_for, message)
        if not self._unsettled(work):
            return Verdict()
        trial, n_crashes = entry.trial(message), 0
        reason = CrashError(f"{entry.n_trials} workers died while they tried it alone.")
        while n_crashes < MAX_CRASHES and trial.n_trials <= MAX_UNTOLD:
            try:
                return self._try(trial)
            except CrashError as err:
                _log.error("%s of %s: %s", message.ids[0], message.index, err)
                n_crashes, reason = n_crashes + 1, err
        self._giving_up.give_up(work, reason)
        return Verdict()
