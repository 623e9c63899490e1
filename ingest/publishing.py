"""The seam to the queue: ids go out in messages, never values or vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from diptych.errors import UsageError

#: Raised when a worker of the version before could misread a message.
MESSAGE_SCHEMA = 1
#: Ids per message: one bulk body of 256 vectors of 904 numbers has about 3 MB.
MAX_IDS = 256


class Lane(StrEnum):
    """Two queues, so that a back-fill never starves live changes."""

    LIVE = "live"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Message:
    """ "Look at these documents of this concrete index".

    `is_forced` asks for new vectors even where the stored hashes agree, `is_refetch` only where
    pictures have changed behind their addresses.
    """

    index: str
    ids: tuple[str, ...]
    is_forced: bool = False
    is_refetch: bool = False

    def to_json(self) -> dict[str, Any]:
        """The JSON object on the queue."""
        return {
            "schema": MESSAGE_SCHEMA,
            "index": self.index,
            "ids": list(self.ids),
            "is_forced": self.is_forced,
            "is_refetch": self.is_refetch,
        }


def message_from_json(body: Any) -> Message:
    """The message that `to_json` wrote.

    Raises:
        UsageError: it is something else.
    """
    if not isinstance(body, dict) or body.get("schema") != MESSAGE_SCHEMA:
        raise UsageError(f"A message is not of schema {MESSAGE_SCHEMA}: {str(body)[:200]}")
    index, ids = body.get("index"), body.get("ids")
    if not isinstance(index, str) or not isinstance(ids, list):
        raise UsageError(f"A message names no index or no ids: {str(body)[:200]}")
    if not all(isinstance(id_, str) and id_ for id_ in ids) or not 0 < len(ids) <= MAX_IDS:
        raise UsageError(f"A message has ids that cannot be used: {str(body)[:200]}")
    return Message(
        index,
        tuple(ids),
        is_forced=body.get("is_forced") is True,
        is_refetch=body.get("is_refetch") is True,
    )


class Publisher(Protocol):
    """Puts messages on the queue."""

    def publish(self, message: Message, lane: Lane) -> None:
        """Return when the broker has the message.

        Raises:
            UnavailableError: it has not.
        """
        ...


def publish_ids(
    publisher: Publisher,
    index: str,
    ids: Sequence[str],
    lane: Lane,
    *,
    is_forced: bool = False,
    is_refetch: bool = False,
) -> None:
    """Publish ids in as few messages as the limit allows."""
    for start in range(0, len(ids), MAX_IDS):
        part = tuple(ids[start : start + MAX_IDS])
        publisher.publish(Message(index, part, is_forced, is_refetch), lane)
