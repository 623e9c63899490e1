"""A broker in memory that delivers at least once: late, out of order, and more than once."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count

import orjson
from simulation.client import Weather
from simulation.machine import Machine, Process

from diptych.client import Json
from diptych.errors import UnavailableError
from diptych.ingest.publishing import Lane, Message

_VISIBILITY_S = 300.0
_DELIVERY_LIMIT = 4
#: A message may overtake this many others.
_REORDERED = 3


@dataclass(slots=True)
class Item:
    """A message on a queue."""

    body: bytes
    lane: Lane
    visible_at_s: float
    n_returns: int = 0


@dataclass(slots=True)
class Delivery:
    """A message in a worker's hands."""

    number: int
    item: Item
    holder: Process
    taken_at_s: float
    #: Ids that were published by the holder since.
    published: set[str] = field(default_factory=set)

    @property
    def body(self) -> Json:
        """What the worker reads."""
        body: Json = orjson.loads(self.item.body)
        return body


class Broker:
    """Two lanes; with a delivery limit as RabbitMQ has, or a visibility timeout as Redis."""

    def __init__(
        self, machine: Machine, weather: Weather, *, has_limit: bool, p_duplicate: float
    ) -> None:
        """Holds no messages yet."""
        self.dead: list[Item] = []
        self.items: list[Item] = []
        self.held: dict[int, Delivery] = {}
        self.n_lost = 0
        #: How many messages each id was in.
        self.n_put: Counter[str] = Counter()
        self._machine = machine
        self._weather = weather
        self.has_limit = has_limit
        self._p_duplicate = p_duplicate
        self._numbers = count(1)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits and nobody holds anything."""
        return not self.items and not self.held

    def put(self, body: bytes, lane: Lane) -> None:
        """A message, or two of it."""
        self.n_put.update(orjson.loads(body).get("ids", ()))
        for _ in range(2 if self._machine.chance(self._p_duplicate) else 1):
            late_s = self._machine.rng.random() * 0.5
            self.items.append(Item(body, lane, self._machine.now_s + late_s))

    def take(self, holder: Process) -> Delivery | None:
        """One of the first messages that can be seen."""
        self._expire()
        now_s = self._machine.now_s
        visible = [item for item in self.items if item.visible_at_s <= now_s][:_REORDERED]
        if not visible:
            return None
        item = self._machine.rng.choice(visible)
        self.items.remove(item)
        delivery = Delivery(next(self._numbers), item, holder, now_s)
        self.held[delivery.number] = delivery
        return delivery

    def acknowledge(self, delivery: Delivery) -> None:
        """Forget the message, if it is still this delivery's."""
        self.held.pop(delivery.number, None)

    def reject(self, delivery: Delivery) -> None:
        """Take the message back."""
        if self.held.pop(delivery.number, None) is not None:
            self._return(delivery.item)

    def lose_holder(self, holder: Process) -> None:
        """A process died: a connection that is counted returns its messages at once."""
        if not self.has_limit:
            return
        for delivery in list(self.held.values()):
            if delivery.holder is holder:
                self.reject(delivery)

    def lose_messages(self) -> None:
        """What a broker without a log on disk does when it restarts."""
        self.n_lost += len(self.items) + len(self.held)
        self.items.clear()
        self.held.clear()

    def _return(self, item: Item) -> None:
        item.n_returns += 1
        if self.has_limit and item.n_returns > _DELIVERY_LIMIT:
            self.dead.append(item)
        else:
            self.items.append(item)

    def _expire(self) -> None:
        if self.has_limit:
            return
        for delivery in list(self.held.values()):
            if self._machine.now_s - delivery.taken_at_s > _VISIBILITY_S:
                self.reject(delivery)


class SimulatedPublisher:
    """A `Publisher` of one process; `delivery` is what that process works on."""

    def __init__(self, broker: Broker, machine: Machine, weather: Weather) -> None:
        """Fails as often as the weather says, before or after the broker has the message."""
        self.delivery: Delivery | None = None
        self._broker = broker
        self._machine = machine
        self._weather = weather

    def publish(self, message: Message, lane: Lane) -> None:
        """Return when the broker has the message."""
        self._machine.pause(self._machine.rng.random() * 0.01)
        is_faulty = self._machine.chance(self._weather.p_fault)
        if is_faulty and self._machine.chance(0.5):
            raise UnavailableError("The broker does not answer.")
        self._broker.put(orjson.dumps(message.to_json()), lane)
        self._machine.say(f"published {message.index} {message.ids}")
        if self.delivery is not None:
            self.delivery.published.update(message.ids)
        self._machine.pause(self._machine.rng.random() * 0.01)
        if is_faulty:
            raise UnavailableError("The broker's answer was lost.")
