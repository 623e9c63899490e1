"""What a broker tells of itself, asked over a short connection that a silent broker cannot hold up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery
from kombu import Connection
from kombu.exceptions import ChannelError, OperationalError

from diptych.errors import UnavailableError
from diptych.ingest.publishing import Lane
from diptych.workers.app import masked, queue_name

#: Longest wait for each answer of the broker, in seconds.
_TIMEOUT_S = 2.0


def queue_lengths(app: Celery, *, timeout_s: float = _TIMEOUT_S) -> dict[Lane, int]:
    """Messages that wait in each lane; a queue that is not there has none.

    Raises:
        UnavailableError: the broker does not answer in time, or refuses us.
    """
    with _brief(app, timeout_s) as connection:
        return {lane: _length(connection, queue_name(lane)) for lane in Lane}


def broker_run(app: Celery, *, timeout_s: float = _TIMEOUT_S) -> str | None:
    """What changes when the broker may have lost messages; None where it loses none.

    Redis and Valkey hand a message out before they note who has it, and write their file a moment
    after they have answered: one that is killed loses what was on its way.

    Raises:
        UnavailableError: the broker does not answer in time, or refuses us.
    """
    if not app.conf.broker_url.startswith("redis"):
        return None
    with _brief(app, timeout_s) as connection:
        client: Any = connection.default_channel.client  # type: ignore[attr-defined]
        return str(client.info("server")["run_id"])


@contextmanager
def _brief(app: Celery, timeout_s: float) -> Iterator[Connection]:
    url = app.conf.broker_url
    options = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
    if not url.startswith("redis"):
        options = {"read_timeout": timeout_s, "write_timeout": timeout_s}
    try:
        with Connection(url, connect_timeout=timeout_s, transport_options=options) as connection:
            # By itself it would pause for two seconds before a second try.
            connection.ensure_connection(max_retries=1, interval_start=0)
            yield connection
    except _silences(url) as err:
        raise UnavailableError(
            f"The broker at {masked(url)} does not answer ({type(err).__name__}): check that it "
            "runs and that --broker-url is right."
        ) from err


def _silences(url: str) -> tuple[type[BaseException], ...]:
    """What a broker that does not answer, or refuses us, raises in its client."""
    return OperationalError, OSError, *Connection(url).connection_errors


def _length(connection: Connection, name: str) -> int:
    # RabbitMQ closes the channel on which a queue was asked for that is not there.
    channel: Any = connection.channel()
    with channel:
        try:
            return int(channel.queue_declare(name, passive=True).message_count)
        except ChannelError:
            return 0
        except connection.channel_errors:
            return 0
