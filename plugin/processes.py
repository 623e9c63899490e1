"""What a long-running command opens: cluster, engine, queue, pictures, models."""

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass

from celery import Celery

from diptych.client import Cluster
from diptych.mappings.engine import Engine, detect_engine
from diptych.plugin.local.defaults import resolve_settings
from diptych.settings import Settings
from diptych.workers.app import make_app


@dataclass(frozen=True, slots=True)
class Connections:
    """The cluster and the queue of one command."""

    settings: Settings
    cluster: Cluster
    engine: Engine
    app: Celery


def connect(settings: Settings) -> Connections:
    """Open the cluster and name the broker; what is not set is the running local stack's.

    Raises:
        SettingsError: neither is there.
        UnavailableError: the cluster does not answer.
    """
    resolved = resolve_settings(settings, needs_broker=True)
    cluster = Cluster(resolved)
    app = make_app(
        resolved.broker_url.get_secret_value() if resolved.broker_url else "",
        redis_visibility_s=resolved.redis_visibility_s,
    )
    return Connections(resolved, cluster, detect_engine(cluster), app)


def process_name() -> str:
    """`host:pid`, which names this process in leases and logs."""
    return f"{socket.gethostname()}:{os.getpid()}"


def on_stop_signal(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM and SIGINT instead of ending at once."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())
