"""Shards in memory: sequence numbers, terms, and the difference between written and visible."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from zlib import crc32

from diptych.client import Json


@dataclass(frozen=True, slots=True)
class Doc:
    """One version of a document."""

    id: str
    seq_no: int
    term: int
    source: Json
    routing: str | None = None


@dataclass(slots=True)
class Operation:
    """What became of a document; `is_lost` after a primary failed with it."""

    seq_no: int
    id: str
    before: Doc | None
    after: Doc | None
    visible_at_s: float
    done_at_s: float
    is_lost: bool = False


class Shard:
    """A primary: its documents in real time, and as the last refresh shows them."""

    def __init__(self, number: int, history: str) -> None:
        """An empty one."""
        self.number = number
        self.history = history
        self.term = 1
        self.docs: dict[str, Doc] = {}
        self.searchable: dict[str, Doc] = {}
        self.n_refreshes = 0
        self._next = 0
        self._last_done = -1
        self._open: list[Operation] = []
        self._hidden: list[Operation] = []

    def write(
        self, id_: str, source: Json | None, routing: str | None, visible_s: float, done_s: float
    ) -> Operation:
        """Replace a document, or delete it where `source` is None."""
        after = None if source is None else Doc(id_, self._next, self.term, source, routing)
        before = self.docs.pop(id_, None)
        if after is not None:
            self.docs[id_] = after
        # Operations on one document are done in their order.
        last = next((o for o in reversed(self._open) if o.id == id_), None)
        if last is not None:
            visible_s, done_s = max(visible_s, last.visible_at_s), max(done_s, last.done_at_s)
        operation = Operation(self._next, id_, before, after, visible_s, done_s)
        self._next += 1
        self._open.append(operation)
        self._hidden.append(operation)
        return operation

    def checkpoint(self, now_s: float) -> int:
        """The last number up to which every operation is on all copies."""
        done = [o.seq_no for o in self._open if o.done_at_s <= now_s]
        self._last_done = max([self._last_done, *done])
        self._open = [o for o in self._open if o.done_at_s > now_s]
        return min((o.seq_no for o in self._open), default=self._next) - 1

    @property
    def last(self) -> int:
        """The last number given out."""
        return self._next - 1

    def refresh(self, now_s: float) -> None:
        """Show what is written by now; later operations may be there before earlier ones."""
        self.n_refreshes += 1
        still_hidden = []
        for operation in self._hidden:
            if operation.visible_at_s > now_s:
                still_hidden.append(operation)
            else:
                self._show(operation)
        self._hidden = still_hidden

    def _show(self, operation: Operation) -> None:
        if operation.after is None:
            self.searchable.pop(operation.id, None)
        else:
            self.searchable[operation.id] = operation.after

    def fail_over(self, now_s: float, is_lost: Callable[[], bool]) -> list[Operation]:
        """Another copy becomes primary; operations that were not done yet can be lost."""
        self.checkpoint(now_s)
        lost = [operation for operation in self._open if is_lost()]
        for operation in reversed(lost):
            operation.is_lost = True
            now = self.docs.get(operation.id)
            is_last = operation.after is now if now is not None else operation.after is None
            if is_last:
                self._restore(operation.id, operation.before)
        kept = [operation for operation in self._open if not operation.is_lost]
        self._next = max([self._last_done, *(o.seq_no for o in kept)]) + 1
        self.term += 1
        self.n_refreshes = 1
        self._open, self._hidden = kept, []
        self.searchable = dict(self.docs)
        return lost

    def _restore(self, id_: str, doc: Doc | None) -> None:
        if doc is None:
            self.docs.pop(id_, None)
        else:
            self.docs[id_] = doc


@dataclass(slots=True)
class Index:
    """An index with its shards."""

    name: str
    uuid: str
    shards: list[Shard]
    mappings: Json
    aliases: set[str] = field(default_factory=set)
    settings: Json = field(default_factory=dict)
    #: Status of the items of a bulk request while the index takes no writes.
    block: int | None = None

    def shard_of(self, id_: str, routing: str | None) -> Shard:
        """Where a document lives."""
        return self.shards[crc32((routing or id_).encode()) % len(self.shards)]

    def docs(self) -> Iterator[Doc]:
        """All documents in real time."""
        for shard in self.shards:
            yield from shard.docs.values()
