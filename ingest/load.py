"""Rows into an index: what is there already is left alone, and no vector is lost.

A new row is created. A changed one replaces its document, so that fields which the row no longer
has disappear, and carries its vector and Diptych's object over; the index's own pipeline then
marks it pending if its words or picture changed. Every write is guarded by the version that was
read, so a worker's write in between is never undone.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from diptych.client import Cluster, path, to_json
from diptych.errors import CredentialsError, UnavailableError
from diptych.ingest.bulk import MAX_BULK_BYTES, BulkItem, send_bulk
from diptych.ingest.compare import Fate, decide
from diptych.ingest.lines import excerpt
from diptych.ingest.rows import RejectedRow, Row
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target, missing_index

_BATCH_ROWS: Final = 500
#: Looks at one batch before giving up: with full jitter they last a minute on average.
_MAX_ROUNDS: Final = 10
_FIRST_WAIT_S: Final = 0.5
_MAX_WAIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What became of the rows so far."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    @property
    def n_rows(self) -> int:
        """All of them."""
        return self.created + self.updated + self.unchanged + self.rejected


def load_rows(
    cluster: Cluster,
    engine: Engine,
    target: Target,
    rows: Iterable[Row | RejectedRow],
    *,
    on_batch: Callable[[LoadSummary], None],
    on_rejected: Callable[[RejectedRow], None],
    sleep: Callable[[float], None] = time.sleep,
) -> LoadSummary:
    """Bring the index to the state of the rows; documents that no row names stay as they are.

    Keywords find the rows as soon as this returns.

    Args:
        rows: each id once, see `unique_rows`.
        on_batch: called after each batch with everything so far.
        on_rejected: called for each row that was not loaded, the reader's own included.

    Raises:
        MissingIndexError: the index does not exist; it is never created here.
        UnavailableError: the cluster stayed busy or away; a second run goes on where this ended.
    """
    loader = _Loader(cluster, engine, target, on_rejected, sleep)
    for batch in _batches(rows, loader.reject):
        loader.load(batch)
        on_batch(loader.summary)
    if loader.summary.created or loader.summary.updated:
        cluster.call("POST", path(target.name, "_refresh"))
    on_batch(loader.summary)
    return loader.summary


def _batches(
    rows: Iterable[Row | RejectedRow], reject: Callable[[RejectedRow], None]
) -> Iterator[list[Row]]:
    batch: list[Row] = []
    n_bytes = 0
    for row in rows:
        if isinstance(row, RejectedRow):
            reject(row)
            continue
        batch.append(row)
        n_bytes += len(to_json(row.fields))
        if len(batch) == _BATCH_ROWS or n_bytes > MAX_BULK_BYTES:
            yield batch
            batch, n_bytes = [], 0
    if batch:
        yield batch


class _Loader:
    """Loads batches and counts what became of their rows."""

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        target: Target,
        on_rejected: Callable[[RejectedRow], None],
        sleep: Callable[[float], None],
    ) -> None:
        self.summary = LoadSummary()
        self._cluster = cluster
        self._engine = engine
        self._target = target
        self._on_rejected = on_rejected
        self._sleep = sleep
        #: What the writes of this batch would do: an answer that was lost is told from it.
        self._sent: dict[str, Fate] = {}

    def reject(self, row: RejectedRow) -> None:
        self._count(Fate.REJECTED)
        self._on_rejected(row)

    def load(self, batch: Sequence[Row]) -> None:
        self._sent = {}
        left: Sequence[Row] = batch
        trouble: UnavailableError | None = None
        for n_round in range(_MAX_ROUNDS):
            try:
                left, trouble = self._round(left)
            except UnavailableError as err:
                trouble = err
            if not left:
                return
            if trouble is not None:
                self._wait(n_round)
        if trouble is not None:
            raise UnavailableError(
                f"{trouble} Loading stopped before line {left[0].line}: run the same command "
                "again, and rows that are in the index already are skipped."
            ) from trouble
        for row in left:
            self._reject(row, "others kept changing this document while it was written")

    def _round(self, rows: Sequence[Row]) -> tuple[list[Row], UnavailableError | None]:
        """Rows to look at again, and why they could not be written where that needs a pause."""
        decision = decide(self._cluster, self._engine, self._target, rows)
        for row in decision.unchanged:
            self._count(self._sent.get(row.id, Fate.UNCHANGED))
        writes = decision.writes
        self._sent |= {write.row.id: write.fate for write in writes}
        try:
            items = send_bulk(self._cluster, self._target.name, [write.action for write in writes])
        except UnavailableError as err:
            return [write.row for write in writes], err
        left: list[Row] = []
        trouble: UnavailableError | None = None
        for write, item in zip(writes, items, strict=True):
            if item.is_done:
                self._count(write.fate)
            elif item.is_conflict:  # answered by reading again, without a pause
                left.append(write.row)
            elif item.is_retryable:
                left.append(write.row)
                trouble = UnavailableError(f"The cluster takes no writes now ({item.reason}).")
            else:
                self._refuse(write.row, item)
        return left, trouble

    def _refuse(self, row: Row, item: BulkItem) -> None:
        if item.status in {401, 403}:
            raise CredentialsError(
                f"Writing to {self._target.name!r} is not allowed ({item.reason}): "
                "docs/how-to/roles.md has the roles."
            )
        if item.status == 404:
            raise missing_index(self._target.name)
        self._reject(row, f"the index refuses it: {item.reason}")

    def _reject(self, row: Row, reason: str) -> None:
        self.reject(RejectedRow(row.line, reason, excerpt(to_json(row.fields))))

    def _count(self, fate: Fate) -> None:
        self.summary = replace(self.summary, **{fate: getattr(self.summary, fate) + 1})

    def _wait(self, n_round: int) -> None:
        # Full jitter: AWS Architecture Blog, "Exponential Backoff And Jitter", 2015.
        self._sleep(random.uniform(0, min(_MAX_WAIT_S, _FIRST_WAIT_S * 2**n_round)))
