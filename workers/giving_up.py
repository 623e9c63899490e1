"""What cannot be done: the one document that is to blame is found, told so, and recorded."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from diptych.errors import (
    ContractError,
    DiptychError,
    MissingIndexError,
    SettingsError,
    UnavailableError,
    UsageError,
)
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.dead_letters import DeadLetter, DeadLetters, Stage
from diptych.ingest.publishing import Lane, Message, Publisher
from diptych.workers.patience import Patience
from diptych.workers.work import ReplacedError, Work

_log = logging.getLogger(__name__)

#: What concerns more than one document.
FORESEEN = (UnavailableError, SettingsError, ContractError, MissingIndexError, ReplacedError)


def loggable(err: Exception) -> str:
    """What a log may say of an error; a library's own words can hold what it was given."""
    return str(err) if isinstance(err, DiptychError) else type(err).__name__


class GivingUp:
    """Ends documents and messages that no further try helps, never without a record."""

    def __init__(
        self,
        publisher: Publisher,
        dead_letters: DeadLetters,
        patience: Patience,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Takes where halves go, where records go, and how to wait for the cluster."""
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._patience = patience
        self._now = now

    def halve(self, work: Work, reason: Exception) -> None:
        """Publish what failed together in two halves; a single document is given up."""
        message = work.left
        ids = message.ids
        said = loggable(reason)
        _log.error("%d documents of %s failed together: %s", len(ids), message.index, said)
        if len(ids) == 1:
            self.give_up(work, reason)
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            self._publisher.publish(message.part(half), Lane.BACKFILL)

    def give_up(self, work: Work, reason: Exception) -> None:
        """Say in the one document that is left why it has no vector.

        Raises:
            DiptychError: one of `FORESEEN`, so that nothing is done yet.
        """
        (id_,) = work.left.ids
        enrichment = work.enrichment
        if enrichment is None:
            self.record(work.left, reason)
            return
        try:
            is_done = self._patience.run(
                lambda: work.unless_replaced(lambda: enrichment.give_up(reason)), work.left
            )
        except FORESEEN:
            raise
        except Exception as err:  # noqa: BLE001 - a task's boundary: one document must not end it
            _log.error("%s cannot keep its reason: %s", id_, loggable(err))
            self.record(work.left, reason)
        else:
            if not is_done:
                # Its inputs changed meanwhile: what failed is not what stands there now.
                self._publisher.publish(work.left, Lane.BACKFILL)

    def record(self, message: Message, reason: Exception) -> None:
        """A dead letter for each document of a message, none of which could be told why.

        Raises:
            UnavailableError: one is not kept.
        """
        for id_ in message.ids:
            letter = self._letter(message.index, id_, Stage.ENRICH, reason)
            routing = message.routing.get(id_)
            self._dead_letters.record(replace(letter, contract=message.contract, routing=routing))

    def stranger(self, reason: UsageError) -> None:
        """A dead letter for a message that is none of ours.

        Raises:
            UnavailableError: it is not kept.
        """
        self._dead_letters.record(self._letter("", "", Stage.MESSAGE, reason))

    def _letter(self, index: str, id_: str, stage: Stage, reason: Exception) -> DeadLetter:
        now = timestamp(self._now())
        return DeadLetter(
            index=index,
            id=id_,
            stage=stage,
            error_class=type(reason).__name__,
            reason=str(reason)[:500],
            first_seen=now,
            last_seen=now,
        )
