"""The brokers that Diptych works with, behind one face, for tests that run on each."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from amqp.exceptions import NotFound
from kombu import Connection, Message

from diptych.ingest.publishing import Lane
from diptych.workers.app import queue_name

#: Names of the brokers, and the fixtures with their addresses.
BROKERS = {"valkey": "valkey_url", "rabbitmq": "rabbitmq_url"}
#: Where RabbitMQ keeps the messages that ended several workers.
DEAD = "diptych.dead"


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker without any message in it."""

    name: str
    url: str

    @property
    def is_rabbitmq(self) -> bool:
        """Whether it counts deliveries, and notices by itself that a worker has gone."""
        return self.name == "rabbitmq"

    @property
    def strangers_url(self) -> str:
        """Its address with credentials that it does not know."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://nobody:wrong@{rest.rpartition('@')[2]}"

    def n_waiting(self, lane: Lane) -> int:
        """Messages of a lane that no worker has taken; 0 where there is no such queue yet."""
        return n_waiting(self.url, queue_name(lane))

    def n_held(self) -> int:
        """Messages that some worker has taken; RabbitMQ tells nobody who speaks AMQP alone."""
        if self.is_rabbitmq:
            return 0
        with channel_of(self.url) as channel:
            return int(channel.client.hlen("unacked"))


@contextmanager
def channel_of(url: str) -> Iterator[Any]:
    """A connection's channel; the two brokers' channels share no type."""
    with Connection(url, connect_timeout=2.0) as connection:
        yield connection.default_channel


def n_waiting(url: str, queue: str) -> int:
    """Messages in a queue that nobody has taken."""
    with channel_of(url) as channel:
        if url.startswith("redis"):
            return int(channel.client.llen(queue))
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except NotFound:
            return 0


def take(url: str, queue: str) -> dict[str, Any] | None:
    """The body of the next message, which is acknowledged; None where the queue is empty."""
    with channel_of(url) as channel:
        raw = channel.basic_get(queue)
        if raw is None:
            return None
        message = raw if isinstance(raw, Message) else channel.message_to_python(raw)
        message.ack()
        (body,), *_ = json.loads(message.body or "")
        found: dict[str, Any] = body
        return found


def take_and_die(url: str, queue: str) -> bool:
    """Take the next message and lose the connection, as a worker that is killed does."""
    with channel_of(url) as channel:
        return channel.basic_get(queue) is not None
