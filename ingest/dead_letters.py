"""The seam to the record of what was given up: no message ends without one or the other."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Protocol

_log = logging.getLogger(__name__)


class Stage(StrEnum):
    """Where on the way from a message to a written vector it ended."""

    MESSAGE = "message"
    DELIVERY = "delivery"
    ENRICH = "enrich"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One document that is not tried again by itself; times are UTC texts.

    `index` and `id` are empty where a message could not be read, `error_class` is the cluster's
    or Python's name of the error, `status` the cluster's HTTP status where it gave one,
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
    routing: str | None = None

    def __post_init__(self) -> None:
        """Write what is no UTF-8 in escapes: a stranger's id must not keep its letter away."""
        for name in ("index", "id", "error_class", "reason", "contract", "routing"):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, text.encode("utf-8", "backslashreplace").decode())

    @property
    def key(self) -> str:
        """Equal for letters of one document that ended at one stage; 20 hexadecimal digits.

        Of messages that could not be read, equal for those with one reason.
        """
        told_apart = "" if self.id else self.reason
        named = f"{self.index}\0{self.id}\0{self.stage}\0{told_apart}"
        return blake2b(named.encode(), digest_size=10).hexdigest()

    def after(self, older: "DeadLetter | None") -> "DeadLetter":
        """This letter joined to what is kept under its key; the same letter counts once.

        One that comes late, out of a file, adds its attempts and its first day to what is known.
        """
        if older is None:
            return self
        is_late = self.last_seen <= older.last_seen
        if is_late and self.first_seen >= older.first_seen:
            return older
        return replace(
            older if is_late else self,
            attempts=older.attempts + self.attempts,
            first_seen=min(older.first_seen, self.first_seen),
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON object in the index and in the file."""
        return asdict(self) | {"key": self.key}


def letter_from_json(body: Mapping[str, Any]) -> DeadLetter:
    """The letter that `to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    fields = {name: value for name, value in body.items() if name != "key"}
    return DeadLetter(**{**fields, "stage": Stage(fields["stage"])})


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
        """One line, which names the document and holds nothing of it.

        So it has no reason of a failed encoding: a library can repeat there what it was given.
        """
        _log.error(
            "Dead letter %s: %s %s, %s, %s, status %s, %d attempts: %s",
            letter.key,
            letter.index,
            letter.id,
            letter.stage,
            letter.error_class,
            letter.status,
            letter.attempts,
            "its reason is in the letter" if letter.stage is Stage.ENRICH else letter.reason,
        )
