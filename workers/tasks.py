"""One message, from the queue to the acknowledgement."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject

from diptych.errors import (
    ConflictError,
    ContractError,
    EncodingError,
    MissingIndexError,
    NotInstalledError,
    SettingsError,
    UnavailableError,
    UsageError,
)
from diptych.ingest.enrich import Enricher, Summary
from diptych.ingest.publishing import Lane, Message, Publisher, message_from_json
from diptych.workers.app import TASK, queue_name

_log = logging.getLogger(__name__)

#: A message waits this long inside a worker for a cluster that is away, then goes back. A worker
#: that is asked to stop finishes its wait first, so this is shorter than what supervisors grant.
PATIENCE_S = 30.0


class Handler:
    """Handles messages; one per worker process, called from several threads."""

    def __init__(
        self,
        enricher_for: Callable[[str], Enricher],
        publisher: Publisher,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes the enricher of an index, and where messages go that have to come again."""
        self._enricher_for = enricher_for
        self._publisher = publisher
        self._sleep = sleep
        self._monotonic_s = monotonic_s

    def handle(self, message: Message) -> Summary:
        """Bring the message's documents up to date, waiting with jitter for a busy cluster.

        Raises:
            UnavailableError: the cluster was away for half a minute.
            SettingsError: a model cannot be loaded, or we may not write.
            DiptychError: what no wait mends.
        """
        end_s = self._monotonic_s() + PATIENCE_S
        delays_s = _delays_s()
        work = None
        while True:
            try:
                work = work or self._open(message.index).start(
                    message.ids, is_forced=message.is_forced, is_refetch=message.is_refetch
                )
                return _logged(message, work.run())
            except (UnavailableError, ConflictError) as err:
                delay_s = next(delays_s)
                if self._monotonic_s() + delay_s > end_s:
                    raise UnavailableError(f"{len(message.ids)} documents wait: {err}") from err
                _log.warning("Waiting %.1f s: %s", delay_s, err)
                self._sleep(delay_s)

    def give_back(self, message: Message, lane: Lane, reason: Exception) -> None:
        """Publish a copy, so that this one can be acknowledged.

        A rejected message would count as a delivery that failed, and an outage of the cluster
        must not send the whole queue to the dead letters.
        """
        _log.warning("Given back: %s", reason)
        self._publisher.publish(message, lane)

    def isolate(self, message: Message, reason: Exception) -> None:
        """Find the document that makes a message fail: by halves, then say so in the document."""
        ids = message.ids
        _log.error("%d documents of %s failed together: %s", len(ids), message.index, reason)
        if len(ids) == 1:
            self._open(message.index).give_up(ids[0], f"{type(reason).__name__}: {reason}")
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            self._publisher.publish(replace(message, ids=half), Lane.BACKFILL)

    def _open(self, index: str) -> Enricher:
        try:
            return self._enricher_for(index)
        except EncodingError as err:
            # Not of one document: the model is missing or cannot be loaded.
            raise SettingsError(str(err)) from err


def register(app: Celery, handler: Handler, *, on_misconfigured: Callable[[], None]) -> None:
    """Give the application its one task.

    Args:
        on_misconfigured: called where credentials, settings or models are wrong, to stop the
            worker: every message would fail alike, so none is dropped and a person has to look.
    """

    @app.task(name=TASK, bind=True, shared=False, acks_late=True, ignore_result=True)
    def enrich(task: "Task[Any, None]", body: object) -> None:
        try:
            message = message_from_json(body)
        except UsageError as err:
            _log.error("Dropped: %s", err)
            return
        try:
            _enrich(handler, message, lane_of(task.request.delivery_info or {}), on_misconfigured)
        except UnavailableError as err:
            # Neither the cluster nor the broker takes anything: the broker keeps the message.
            raise Reject(str(err), requeue=True) from err


def _enrich(
    handler: Handler, message: Message, lane: Lane, on_misconfigured: Callable[[], None]
) -> None:
    try:
        handler.handle(message)
    except UnavailableError as err:
        handler.give_back(message, lane, err)
    except (NotInstalledError, MissingIndexError) as err:
        _log.warning("Dropped %d ids: %s", len(message.ids), err)
    except (SettingsError, ContractError) as err:
        handler.give_back(message, lane, err)
        _log.error("Stopping: %s", err)
        on_misconfigured()
    except Exception as err:  # noqa: BLE001 - a task's boundary: one document must not end it
        _log.exception("A message failed")
        handler.isolate(message, err)


def lane_of(delivery_info: Mapping[str, Any]) -> Lane:
    """The lane that a message came by."""
    is_backfill = delivery_info.get("routing_key") == queue_name(Lane.BACKFILL)
    return Lane.BACKFILL if is_backfill else Lane.LIVE


def _logged(message: Message, summary: Summary) -> Summary:
    _log.info(
        "%s: %d written, %d unchanged, %d gone, %d refused",
        message.index,
        summary.written,
        summary.skipped,
        summary.gone,
        summary.failed,
    )
    return summary


def _delays_s() -> Iterator[float]:
    """Full jitter below 0.5 s, then below twice as much each time, up to 20 s."""
    ceiling_s = 0.5
    while True:
        yield random.uniform(0, ceiling_s)
        ceiling_s = min(20.0, ceiling_s * 2)
