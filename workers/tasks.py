"""One message, from the queue to the acknowledgement."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject

from diptych.errors import (
    ConflictError,
    ContractError,
    DiptychError,
    EncodingError,
    MissingIndexError,
    SettingsError,
    UnavailableError,
    UsageError,
)
from diptych.ingest.enrich import Enricher, Summary
from diptych.ingest.publishing import Lane, Message, Publisher, message_from_json
from diptych.workers.app import TASK, queue_name

_log = logging.getLogger(__name__)

#: A message waits this long inside a worker for a cluster that is away, then goes back; with the
#: work itself it must stay below the broker's visibility timeout (`workers.app`).
PATIENCE_S = 60.0
#: How often a picture that cannot be had is asked for, each time in a new message.
MAX_ATTEMPTS = 5


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
        """Takes the enricher of an index, and where to put what has to come again."""
        self._enricher_for = enricher_for
        self._publisher = publisher
        self._sleep = sleep
        self._monotonic_s = monotonic_s

    def handle(self, message: Message) -> Summary:
        """Bring the message's documents up to date, waiting with jitter for a busy cluster.

        Raises:
            UnavailableError: the cluster was away for a minute.
            DiptychError: a setting or a contract is wrong; no retry helps.
        """
        end_s = self._monotonic_s() + PATIENCE_S
        delays_s = _delays_s()
        while True:
            try:
                return self._handle_once(message)
            except (UnavailableError, ConflictError) as err:
                delay_s = next(delays_s)
                if self._monotonic_s() + delay_s > end_s:
                    raise UnavailableError(f"{len(message.ids)} documents wait: {err}") from err
                _log.warning("Waiting %.1f s: %s", delay_s, err)
                self._sleep(delay_s)

    def _handle_once(self, message: Message) -> Summary:
        summary = self._enricher_for(message.index).enrich(
            message.ids,
            is_forced=message.is_forced,
            is_last_attempt=message.attempt + 1 >= MAX_ATTEMPTS,
        )
        if summary.again:
            again = Message(message.index, tuple(summary.again), attempt=message.attempt + 1)
            self._publisher.publish(again, Lane.BACKFILL)
        _log.info(
            "%s: %d written, %d unchanged, %d gone, %d refused, %d again",
            message.index,
            summary.written,
            summary.skipped,
            summary.gone,
            summary.failed,
            len(summary.again),
        )
        return summary


def register(
    app: Celery, handler: Handler, publisher: Publisher, *, on_misconfigured: Callable[[], None]
) -> None:
    """Give the application its one task.

    Args:
        publisher: where a message goes that this worker cannot finish.
        on_misconfigured: called where credentials, settings or models are wrong, to stop the
            worker: every message would fail alike, so none is dropped and a person has to look.
    """

    @app.task(name=TASK, bind=True, acks_late=True, ignore_result=True)
    def enrich(task: "Task[Any, None]", body: object) -> None:
        try:
            message = message_from_json(body)
            handler.handle(message)
        except UnavailableError as err:
            _give_back(task, message, err)
        except (SettingsError, ContractError, EncodingError) as err:
            _give_back(task, message, err)
            on_misconfigured()
        except (UsageError, MissingIndexError) as err:
            _log.warning("Dropped a message that nobody can handle: %s", err)
        except DiptychError as err:
            _log.error("Dropped %s: %s", body, err)

    def _give_back(task: "Task[Any, None]", message: Message, reason: Exception) -> None:
        """Publish a copy, then let this one be acknowledged.

        A rejected message would count as a delivery that failed, and an outage of the cluster
        must not send the whole queue to the dead letters.
        """
        _log.warning("Given back: %s", reason)
        try:
            publisher.publish(message, lane_of(task.request.delivery_info or {}))
        except UnavailableError as err:
            raise Reject(str(err), requeue=True) from err


def lane_of(delivery_info: Mapping[str, Any]) -> Lane:
    """The lane that a message came by."""
    is_backfill = delivery_info.get("routing_key") == queue_name(Lane.BACKFILL)
    return Lane.BACKFILL if is_backfill else Lane.LIVE


def _delays_s() -> Iterator[float]:
    """Full jitter below 0.5 s, then below twice as much each time, up to 20 s."""
    ceiling_s = 0.5
    while True:
        yield random.uniform(0, ceiling_s)
        ceiling_s = min(20.0, ceiling_s * 2)
