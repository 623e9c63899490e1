"""The seam to the queue: ids go out in messages, never values or vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from diptych.errors import UsageError

#: Raised when a worker of the version before could misread a message.
MESSAGE_SCHEMA = 1
#: Ids per message: one bulk body of 256 vectors of 904 numbers has about 3 MB.
MAX_IDS = 256
#: Of documents that live where their ids say.
NO_ROUTING: Mapping[str, str] = MappingProxyType({})


class Lane(StrEnum):
    """Two queues, so that a back-fill never starves live changes."""

    LIVE = "live"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Message:
    """ "Look at these documents of this concrete index".

    `is_forced` asks for new vectors even where the stored hashes agree, `is_refetch` only where
    pictures have changed behind their addresses. `routing` has the ids that were indexed with a
    routing of their own, without which they are not found. `contract` is the fingerprint of the
    contract that the sender saw: a worker that knows another one looks again.
    """

    index: str
    ids: tuple[str, ...]
    is_forced: bool = False
    is_refetch: bool = False
    routing: Mapping[str, str] = field(default_factory=lambda: NO_ROUTING)
    contract: str | None = None

    def part(self, ids: Sequence[str]) -> "Message":
        """The same for some of its ids."""
        routing = {id_: self.routing[id_] for id_ in ids if id_ in self.routing}
        return replace(self, ids=tuple(ids), routing=routing)

    def to_json(self) -> dict[str, Any]:
        """The JSON object on the queue."""
        body: dict[str, Any] = {
            "schema": MESSAGE_SCHEMA,
            "index": self.index,
            "ids": list(self.ids),
            "is_forced": self.is_forced,
            "is_refetch": self.is_refetch,
            "contract": self.contract,
        }
        return body | {"routing": dict(self.routing)} if self.routing else body


def message_from_json(body: Any) -> Message:
    """The message that `to_json` wrote.

    Raises:
        UsageError: it is something else.
    """
    if not isinstance(body, dict) or body.get("schema") != MESSAGE_SCHEMA:
        raise UsageError(f"A message is not of schema {MESSAGE_SCHEMA}: it has {_shape(body)}.")
    index, ids = body.get("index"), body.get("ids")
    if not isinstance(index, str) or not isinstance(ids, list):
        raise UsageError(f"A message names no index or no ids: it has {_shape(body)}.")
    if not all(isinstance(id_, str) and id_ for id_ in ids) or not 0 < len(ids) <= MAX_IDS:
        raise UsageError(f"A message has ids that cannot be used: it has {_shape(body)}.")
    return Message(
        index,
        tuple(ids),
        is_forced=body.get("is_forced") is True,
        is_refetch=body.get("is_refetch") is True,
        routing=_routing(body),
        contract=_contract(body),
    )


def _shape(body: object) -> str:
    """What can be said of a stranger's message in a log: its values may be anything."""
    if not isinstance(body, dict):
        return f"the type {type(body).__name__}"
    schema = body.get("schema")
    names = ", ".join(sorted(str(name)[:40] for name in body)[:10])
    said = f" and the schema {schema}" if isinstance(schema, int) else ""
    return f"the keys {names or 'of nothing'}{said}"


def _routing(body: Mapping[str, Any]) -> Mapping[str, str]:
    found = body.get("routing") or {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise UsageError(f"A message has a routing that cannot be used: it has {_shape(body)}.")
    return found


def _contract(body: Mapping[str, Any]) -> str | None:
    found = body.get("contract")
    return found if isinstance(found, str) else None


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
    routing: Mapping[str, str] = NO_ROUTING,
    contract: str | None = None,
) -> None:
    """Publish ids in as few messages as the limit allows."""
    whole = Message(index, (), is_forced, is_refetch, routing, contract)
    for start in range(0, len(ids), MAX_IDS):
        publisher.publish(whole.part(ids[start : start + MAX_IDS]), lane)
