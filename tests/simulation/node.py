"""A cluster's node in memory: what Diptych asks of it, with the answers of a real one.

It keeps what makes writing hard: sequence numbers and primary terms, compare-and-set, searches
that see the last refresh, operations that are acknowledged later than they are done, primaries
that fail, and indexes that a bulk request creates by accident.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from urllib.parse import unquote

import orjson
from simulation.requests import Answer, Refusal, Request
from simulation.shards import Index, Operation, Shard

from diptych.client import Json

#: Called after each operation on a document: index, operation, who wrote.
Observer = Callable[[Index, Operation, str], None]


class Node:
    """Answers requests at once; time, delays and faults come from outside."""

    def __init__(
        self,
        *,
        now_s: Callable[[], float] = lambda: 0.0,
        delays_s: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0),
        refusal: Callable[[str, str, Json], Refusal | None] = lambda who, id_, source: None,
    ) -> None:
        """An empty cluster.

        Args:
            delays_s: until an operation can be seen by a refresh, and until all copies have it.
            refusal: what the mapping says to a document that is written.
        """
        self.indexes: dict[str, Index] = {}
        self.observers: list[Observer] = []
        self.now_s = now_s
        self._delays_s = delays_s
        self._refusal = refusal
        self._numbers = count(1)

    def find(self, name: str) -> Index | None:
        """The index of this name or alias."""
        if name in self.indexes:
            return self.indexes[name]
        return next((index for index in self.indexes.values() if name in index.aliases), None)

    def answer(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: Any,
        *,
        who: str = "application",
        operations: list[Operation] | None = None,
        item_faults: Callable[[int], Refusal | None] = lambda position: None,
    ) -> Answer:
        """Status and body of one request.

        Args:
            operations: gets every operation that this request made.
            item_faults: what a bulk request's item at a position is refused with, if it is.
        """
        parts = [unquote(part) for part in path.strip("/").split("/")]
        request = Request(self, who, params, [] if operations is None else operations, item_faults)
        action = parts[1] if len(parts) > 1 else ""
        if isinstance(body, bytes) and action != "_bulk":
            body = orjson.loads(body) if body else None
        return request.run(method, parts, action, body)

    def create(self, name: str, body: Json | None) -> Index:
        """A new index."""
        found = body or {}
        number = next(self._numbers)
        settings = {
            f"index.{k.removeprefix('index.')}": v for k, v in found.get("settings", {}).items()
        }
        n_shards = settings.pop("index.number_of_shards", 1)
        shards = [Shard(n, f"history-{number}-{n}") for n in range(int(n_shards))]
        index = Index(
            name,
            f"uuid-{number}",
            shards,
            found.get("mappings", {}),
            set(found.get("aliases", ())),
            settings,
        )
        self.indexes[name] = index
        return index

    def write(
        self,
        index: Index,
        id_: str,
        source: Json | None,
        routing: str | None,
        who: str,
        operations: list[Operation],
    ) -> Operation:
        """One operation on a document."""
        visible_s, done_s = self._delays_s()
        shard = index.shard_of(id_, routing)
        now_s = self.now_s()
        operation = shard.write(id_, source, routing, now_s + visible_s, now_s + done_s)
        operations.append(operation)
        for observer in self.observers:
            observer(index, operation, who)
        return operation

    def refuse(self, who: str, id_: str, source: Json) -> Refusal | None:
        """What the mapping says to a document."""
        return self._refusal(who, id_, source)
