"""The one task of the Celery application: hands a message on, and does as the verdict says."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject

from diptych.ingest.publishing import Lane
from diptych.tracing import trace_of
from diptych.workers.app import TASK, queue_name
from diptych.workers.handling import Handler
from diptych.workers.verdict import Verdict

_log = logging.getLogger(__name__)


def register(
    app: Celery,
    handler: Handler,
    *,
    stop: Callable[[Verdict], None],
    holding: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Give the application its one task.

    Args:
        stop: called where this process can do nothing for any message, to stop it.
        holding: entered for the time of a delivery.
    """

    @app.task(name=TASK, bind=True, shared=False, acks_late=True, ignore_result=True)
    def enrich(task: "Task[Any, None]", body: object) -> None:
        came = task.request.delivery_info or {}
        is_returned = came.get("redelivered") is True
        with holding(), trace_of(str(task.request.id)):
            verdict = handler.deliver(body, lane_of(came), is_returned=is_returned)
        if verdict.is_misconfigured or verdict.is_device_lost:
            _log.error("Stopping: %s", verdict.reason)
            stop(verdict)
        if not verdict.is_done:
            raise Reject(verdict.reason, requeue=True)


def lane_of(delivery_info: Mapping[str, Any]) -> Lane:
    """The lane that a message came by."""
    is_backfill = delivery_info.get("routing_key") == queue_name(Lane.BACKFILL)
    return Lane.BACKFILL if is_backfill else Lane.LIVE
