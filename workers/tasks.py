"""The one task of the Celery application: hands a message on, and does as the verdict says."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject

from diptych.ingest.publishing import Lane
from diptych.workers.app import TASK, queue_name
from diptych.workers.handling import PATIENCE_S, Handler

__all__ = ["PATIENCE_S", "Handler", "lane_of", "register"]

_log = logging.getLogger(__name__)


def register(app: Celery, handler: Handler, *, on_misconfigured: Callable[[], None]) -> None:
    """Give the application its one task.

    Args:
        on_misconfigured: called where credentials, settings or models are wrong, to stop the
            worker.
    """

    @app.task(name=TASK, bind=True, shared=False, acks_late=True, ignore_result=True)
    def enrich(task: "Task[Any, None]", body: object) -> None:
        verdict = handler.deliver(body, lane_of(task.request.delivery_info or {}))
        if verdict.is_misconfigured:
            _log.error("Stopping: %s", verdict.reason)
            on_misconfigured()
        if not verdict.is_done:
            raise Reject(verdict.reason, requeue=True)


def lane_of(delivery_info: Mapping[str, Any]) -> Lane:
    """The lane that a message came by."""
    is_backfill = delivery_info.get("routing_key") == queue_name(Lane.BACKFILL)
    return Lane.BACKFILL if is_backfill else Lane.LIVE
