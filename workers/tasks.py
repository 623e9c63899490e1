"""One message, from the queue to the acknowledgement."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator

from celery import Celery
from celery.exceptions import Reject

from diptych.client import Cluster
from diptych.contract import IndexContract
from diptych.encoding import Encoder
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
from diptych.ingest.pictures import PictureSource
from diptych.ingest.publishing import Lane, Message, Publisher, message_from_json
from diptych.ingest.store import ClusterStore
from diptych.mappings.engine import Engine
from diptych.mappings.target import read_target
from diptych.workers.app import TASK

_log = logging.getLogger(__name__)

#: A message waits this long inside a worker for a cluster that is away, then goes back.
PATIENCE_S = 60.0
#: How often a picture that cannot be had is asked for, each time in a new message.
MAX_ATTEMPTS = 5
#: A contract read from the cluster is trusted for this time.
_CONTRACT_S = 60.0

EncoderFactory = Callable[[IndexContract], Encoder]


class Handler:
    """Handles messages; one per worker process, called from several threads."""

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        publisher: Publisher,
        pictures: PictureSource,
        encoder_for: EncoderFactory,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Loads no model: the first message of an index does."""
        self._cluster = cluster
        self._engine = engine
        self._publisher = publisher
        self._pictures = pictures
        self._encoder_for = encoder_for
        self._sleep = sleep
        self._lock = threading.Lock()
        self._enrichers: dict[str, tuple[float, Enricher]] = {}

    def handle(self, message: Message) -> Summary:
        """Bring the message's documents up to date.

        Raises:
            UnavailableError: the cluster was away for longer than a minute.
            DiptychError: a setting or a contract is wrong; no retry helps.
        """
        started_s = time.monotonic()
        for delay_s in _delays():
            try:
                return self._handle_once(message)
            except (UnavailableError, ConflictError) as err:
                if time.monotonic() - started_s + delay_s > PATIENCE_S:
                    raise UnavailableError(f"{len(message.ids)} documents wait: {err}") from err
                _log.warning("Waiting %.1f s: %s", delay_s, err)
                self._sleep(delay_s)
        raise AssertionError("the delays have no end")

    def _handle_once(self, message: Message) -> Summary:
        is_last = message.attempt + 1 >= MAX_ATTEMPTS
        summary = self._enricher(message.index).enrich(
            message.ids, is_forced=message.is_forced, is_last_attempt=is_last
        )
        if summary.again:
            again = Message(message.index, tuple(summary.again), False, message.attempt + 1)
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

    def _enricher(self, index: str) -> Enricher:
        with self._lock:
            read_at_s, enricher = self._enrichers.get(index, (float("-inf"), None))
            if enricher is None or time.monotonic() - read_at_s > _CONTRACT_S:
                target = read_target(self._cluster, index)
                store = ClusterStore(self._cluster, self._engine, target)
                enricher = Enricher(store, self._encoder_for(target.contract), self._pictures)
                self._enrichers[index] = time.monotonic(), enricher
            return enricher


def register(app: Celery, handler: Handler, *, on_misconfigured: Callable[[], None]) -> None:
    """Give the application its one task.

    Args:
        on_misconfigured: called where credentials or settings are wrong, to stop the worker.
    """

    @app.task(name=TASK, acks_late=True, ignore_result=True)
    def enrich(body: object) -> None:
        try:
            message = message_from_json(body)
        except UsageError as err:
            _log.error("Dropped: %s", err)
            return
        try:
            handler.handle(message)
        except MissingIndexError as err:
            _log.warning("Dropped %d ids of an index that is gone: %s", len(message.ids), err)
        except UnavailableError as err:
            _log.warning("Given back: %s", err)
            raise Reject(str(err), requeue=True) from err
        except (SettingsError, ContractError, EncodingError) as err:
            # Every message would fail alike, so none is dropped and a person has to look.
            _log.error("Given back, and stopping: %s", err)
            on_misconfigured()
            raise Reject(str(err), requeue=True) from err
        except DiptychError as err:
            _log.error("Dropped %d ids of %s: %s", len(message.ids), message.index, err)


def _delays() -> Iterator[float]:
    """Full jitter between 0.5 s and 20 s, doubling."""
    ceiling_s = 0.5
    while True:
        yield random.uniform(0.1, ceiling_s)
        ceiling_s = min(20.0, ceiling_s * 2)
