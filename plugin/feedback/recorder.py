"""Records go to the cluster behind the answers, never in front of them."""

import logging
import queue
import threading
from typing import Final, Protocol

from diptych.client import Cluster, Json, to_ndjson
from diptych.errors import DiptychError, UnavailableError
from diptych.ingest.bulk import send_bulk
from diptych.plugin.feedback.ubi import EVENTS, QUERIES, EventRecord, QueryRecord, create_indexes

_log = logging.getLogger(__name__)

#: Records that wait; at a hundred searches a second the cluster may be away for a minute.
_MAX_WAITING: Final = 10_000
_BATCH: Final = 500
#: Between two writes, so that a busy server sends hundreds at once.
_PAUSE_S: Final = 1.0


class Recording(Protocol):
    """Takes what was asked and what was done."""

    def query(self, record: QueryRecord) -> None:
        """Take an answered query."""
        ...

    def event(self, record: EventRecord) -> None:
        """Take an event."""
        ...


class Recorder:
    """Writes records in batches from a thread of its own; safe to call from several threads.

    While the cluster is away records wait; what comes when too many wait, what the cluster
    refuses, and what is left at the end, is dropped and counted in the log: no answer is ever late
    for it.
    """

    def __init__(self, cluster: Cluster, *, pause_s: float = _PAUSE_S) -> None:
        """Starts the thread."""
        self._cluster = cluster
        self._pause_s = pause_s
        self._waiting: queue.Queue[bytes] = queue.Queue(_MAX_WAITING)
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._write_all, name="feedback", daemon=True)
        self._thread.start()

    def query(self, record: QueryRecord) -> None:
        """Take an answered query."""
        self._put(QUERIES, record.to_json())

    def event(self, record: EventRecord) -> None:
        """Take an event."""
        self._put(EVENTS, record.to_json())

    def close(self) -> None:
        """Write what waits, and end; at the first failure what is left is dropped."""
        self._is_closed.set()
        self._thread.join()

    def _put(self, index: str, body: Json) -> None:
        try:
            self._waiting.put_nowait(to_ndjson([{"create": {"_index": index}}, body]))
        except queue.Full:
            _log.warning("Feedback is dropped: %d records wait for the cluster.", _MAX_WAITING)

    def _write_all(self) -> None:
        batch: list[bytes] = []
        while True:
            is_closing = self._is_closed.wait(self._pause_s)
            batch = self._unwritten(batch or self._batch())
            if is_closing and batch:
                n_left = len(batch) + self._waiting.qsize()
                _log.warning("%d records of feedback are lost: the cluster is away.", n_left)
            if is_closing and (batch or self._waiting.empty()):
                return

    def _batch(self) -> list[bytes]:
        batch: list[bytes] = []
        while len(batch) < _BATCH:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch

    def _unwritten(self, batch: list[bytes]) -> list[bytes]:
        """Write the batch; what of it is to be tried again."""
        if not batch:
            return []
        try:
            # One that a policy deleted would be made again by the cluster, without types.
            create_indexes(self._cluster)
            items = send_bulk(self._cluster, QUERIES, batch)
        except UnavailableError as err:
            _log.warning("%d records of feedback wait: %s", len(batch), err)
            return batch
        except (DiptychError, ValueError) as err:
            _log.warning("%d records of feedback are lost: %s", len(batch), err)
            return []
        refused = [item for item in items if not (item.is_done or item.is_retryable)]
        if refused:
            _log.warning("%d records are refused: %s", len(refused), refused[0].reason)
        return [line for line, item in zip(batch, items, strict=True) if item.is_retryable]
