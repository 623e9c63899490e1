"""The seam to the record of what was given up: no message ends without one or the other."""

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

_log = logging.getLogger(__name__)


class Stage(StrEnum):
    """Where on the way from a message to a written vector it ended."""

    MESSAGE = "message"
    ENRICH = "enrich"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One document that is not tried again by itself; times are UTC texts.

    `index` and `id` are empty where a message could not be read, `error_class` is the cluster's
    or Python's name of the error, `status` the cluster's HTTP status where it gave one, and
    `contract` the fingerprint of the index's contract where that is known.
    """

    index: str
    id: str
    stage: Stage
    error_class: str
    reason: str
    first_seen: str
    last_seen: str
    attempts: int = 1
    status: int | None = None
    contract: str | None = None


class DeadLetters(Protocol):
    """Keeps dead letters; safe to call from several threads."""

    def record(self, letter: DeadLetter) -> None:
        """Return when the letter is kept.

        Raises:
            UnavailableError: it is not, so its message must not be acknowledged.
        """
        ...


class LoggedDeadLetters:
    """A `DeadLetters` that keeps them in the log alone."""

    def record(self, letter: DeadLetter) -> None:
        """One line, which names the document and holds nothing of it."""
        _log.error(
            "Dead letter: %s %s, %s, %s, status %s, %d attempts: %s",
            letter.index,
            letter.id,
            letter.stage,
            letter.error_class,
            letter.status,
            letter.attempts,
            letter.reason,
        )
