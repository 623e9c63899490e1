"""The real client over a node in memory, with everything that a network can do between them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from opensearchpy import exceptions
from simulation.machine import Machine
from simulation.node import Node
from simulation.requests import Answer, Refusal, error_body
from simulation.shards import Operation

from diptych.client import Cluster
from diptych.settings import Settings, load_settings

_DOWN = exceptions.ConnectionError("N/A", "connection refused", OSError("connection refused"))
_KINDS = ("refused", "busy", "unavailable", "lost", "unsent", "half", "items", "twice", "unread")


@dataclass(slots=True)
class Weather:
    """What goes wrong now; times are the machine's."""

    p_fault: float = 0.0
    down_until_s: float = 0.0
    locked_until_s: float = 0.0
    away_until_s: float = 0.0
    max_body_bytes: int = 1_000_000

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.p_fault = self.down_until_s = self.locked_until_s = self.away_until_s = 0.0


@cache
def _settings() -> Settings:
    return load_settings(cluster_url="http://memory:9200")


class MemoryCluster(Cluster):
    """A `Cluster` whose requests a node in memory answers."""

    def __init__(self, transport: "DirectTransport | StormyTransport") -> None:
        """Opens no connection: there is none."""
        super().__init__(_settings())
        self._client.transport = transport  # type: ignore[assignment]


class DirectTransport:
    """Answers at once, and nothing goes wrong."""

    def __init__(self, node: Node) -> None:
        """To this node."""
        self._node = node

    def perform_request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str],
        body: Any,
        ignore: Collection[int],
        timeout: float | None,
    ) -> Any:
        """The answer's JSON, or the error that opensearch-py would raise."""
        return _result(self._node.answer(method, path, params, body), ignore)


class StormyTransport:
    """Requests take time, and what the weather says happens to them."""

    def __init__(self, node: Node, machine: Machine, weather: Weather, *, who: str) -> None:
        """For one client; `who` is told to the node's observers."""
        self._node = node
        self._machine = machine
        self._weather = weather
        self._who = who

    def perform_request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str],
        body: Any,
        ignore: Collection[int],
        timeout: float | None,
    ) -> Any:
        """The answer's JSON after a while, or what a client sees of a fault."""
        machine, weather = self._machine, self._weather
        machine.pause(machine.rng.random() * 0.02)
        self._check_weather()
        fault = self._fault(path)
        if isinstance(body, bytes) and len(body) > weather.max_body_bytes:
            raise exceptions.TransportError(413, "too_large", {})
        self._before(fault)
        operations: list[Operation] = []
        answer = self._ask(method, path, params, body, fault, operations)
        if fault == "twice":
            answer = self._ask(method, path, params, body, "", operations)
        machine.pause(machine.rng.random() * 0.02)
        late_s = max((o.done_at_s for o in operations), default=0.0) - machine.now_s
        if late_s > 0:
            machine.pause(late_s)
        if fault in {"lost", "half"} or any(o.is_lost for o in operations):
            raise exceptions.ConnectionTimeout("TIMEOUT", "timed out", OSError("timed out"))
        self._check_weather()
        if fault == "unread" and path.endswith("_mget"):
            answer[1]["docs"][0] = {"_id": "?", **error_body("no_shard_available", "no shard")}
        return _result(answer, ignore)

    def _check_weather(self) -> None:
        if self._machine.now_s < self._weather.down_until_s:
            raise _DOWN
        if self._machine.now_s < self._weather.locked_until_s:
            raise exceptions.AuthenticationException(401, "security_exception", {})

    def _fault(self, path: str) -> str:
        if not self._machine.chance(self._weather.p_fault):
            return ""
        fault = self._machine.rng.choice(_KINDS)
        self._machine.say(f"fault {fault} at {path}")
        return fault

    def _before(self, fault: str) -> None:
        if fault == "refused":
            raise _DOWN
        if fault == "busy":
            raise exceptions.TransportError(429, "rejected_execution_exception", {})
        if fault == "unavailable":
            raise exceptions.TransportError(503, "unavailable", {})
        if fault == "unsent":
            raise exceptions.ConnectionTimeout("TIMEOUT", "timed out", OSError("timed out"))

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: Any,
        fault: str,
        operations: list[Operation],
    ) -> Answer:
        rng = self._machine.rng
        stop = rng.randrange(4) if fault == "half" else 1_000

        def item_fault(position: int) -> Refusal | None:
            if position >= stop:
                return 503, "unavailable_shards_exception"
            if fault == "items" and rng.random() < 0.5:
                return rng.choice(
                    ((429, "rejected_execution_exception"), (503, "unavailable_shards_exception"))
                )
            return None

        return self._node.answer(
            method,
            path,
            params,
            body,
            who=self._who,
            operations=operations,
            item_faults=item_fault,
        )


def _result(answer: Answer, ignore: Collection[int]) -> Any:
    status, body = answer
    if status >= 300 and status not in ignore:
        raise exceptions.TransportError(status, "error", body)
    return body
