"""What everybody on a simulated day shares: machine, cluster, broker, weather and checks."""

from datetime import UTC, datetime

from simulation.broker import Broker
from simulation.checks import POISON, UNINDEXABLE, UNWRITABLE, Checks
from simulation.client import MemoryCluster, StormyTransport, Weather
from simulation.machine import Machine, Process
from simulation.node import Node
from simulation.requests import Refusal
from simulation.shards import Index
from simulation.stormy import StormyLetters

from diptych.client import Json

#: The name by which the application, the feed and searches know the index.
ALIAS = "products"
__all__ = ["ALIAS", "POISON", "Day"]


class Day:
    """One day; everything follows from its seed."""

    def __init__(self, seed: int, transport: type[StormyTransport]) -> None:
        """Before anything happens.

        Args:
            transport: how workers reach the cluster.
        """
        self.machine = Machine(seed)
        rng = self.machine.rng
        self.weather = Weather(
            p_fault=rng.choice((0.0, 0.02, 0.1)), max_body_bytes=rng.choice((700, 1_000_000))
        )
        self.node = Node(now_s=self.now_s, delays_s=self._delays_s, refusal=_refusal)
        self.broker = Broker(
            self.machine,
            self.weather,
            has_limit=rng.random() < 0.5,
            p_duplicate=rng.choice((0.0, 0.1)),
        )
        self.letters = StormyLetters(self.machine, self.weather)
        self.checks = Checks(self.machine, self.node, self.letters)
        self.is_over = False
        self._transport = transport

    def now_s(self) -> float:
        """Seconds; serves as wall clock and as monotonic clock."""
        return self.machine.now_s

    def now(self) -> datetime:
        """The same as a time of day."""
        return datetime.fromtimestamp(self.machine.now_s, UTC)

    def live(self) -> Index:
        """The index behind the alias."""
        index = self.node.find(ALIAS)
        assert index is not None
        return index

    def cluster(self, process: Process) -> MemoryCluster:
        """The cluster as a process sees it."""
        kind = self._transport if process.name.startswith("worker") else StormyTransport
        return MemoryCluster(kind(self.node, self.machine, self.weather, who=process.name))

    def _delays_s(self) -> tuple[float, float]:
        rng = self.machine.rng
        if rng.random() < 0.7:
            return 0.0, 0.0
        done_s = rng.random() * 0.3
        return done_s * rng.random(), done_s


def _refusal(who: str, id_: str, source: Json) -> Refusal | None:
    title = source.get("title", "")
    has_vector = source.get("diptych_vector") is not None
    is_refused = UNWRITABLE in title or (UNINDEXABLE in title and has_vector)
    if who == "application" or not is_refused:
        return None
    return 400, "mapper_parsing_exception"
