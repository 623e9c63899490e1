"""The Celery application: two queues, JSON messages, acknowledged late, no results."""

import logging
import secrets
from typing import Any

from amqp.exceptions import AMQPError
from celery import Celery
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError

from diptych.errors import CredentialsError, DiptychError, SettingsError, UnavailableError
from diptych.ingest.publishing import Lane, Message
from diptych.settings import REDIS_VISIBILITY_S
from diptych.tracing import traced

_log = logging.getLogger(__name__)

#: The one task; its only argument is a `Message` as JSON.
TASK = "diptych.enrich"

_SCHEMES = ("redis://", "rediss://", "amqp://", "amqps://", "pyamqp://", "memory://")
#: What Redis, Valkey and RabbitMQ say to a wrong password.
_REFUSALS = (
    "WRONGPASS",
    "NOAUTH",
    "Authentication required",
    "invalid username-password",
    "ACCESS_REFUSED",
)
#: RabbitMQ's own errors reach us as they are, those of a connection and of Redis as kombu's.
BROKER_ERRORS = (OperationalError, AMQPError, OSError)
#: Exchange and queue of messages that ended several workers.
_DEAD = "diptych.dead"
#: A broker that stands but does not answer for this time is connected to anew.
_ANSWER_S = 15
_HEARTBEAT_S = 20


def queue_name(lane: Lane) -> str:
    """Name of a lane's queue on the broker."""
    return f"diptych.{lane.value}"


def make_app(broker_url: str, *, redis_visibility_s: int = REDIS_VISIBILITY_S) -> Celery:
    """An application bound to a broker; connects with the first message.

    Args:
        redis_visibility_s: after this time a Redis broker gives a message to another worker; a
            worker gives back those of all, so the shortest time of any counts. RabbitMQ needs none.

    Raises:
        SettingsError: the address is of no broker that Diptych works with.
    """
    if not broker_url.startswith(_SCHEMES):
        raise SettingsError(
            f"The broker address {masked(broker_url)!r} cannot be used: write it as "
            "redis://host:port/0 or amqp://host:port//."
        )
    app = Celery("diptych", broker=broker_url, set_as_current=False)
    is_rabbitmq = _is_rabbitmq(broker_url)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        # RabbitMQ is taken for gone after twice this time without a word from it.
        broker_heartbeat=_HEARTBEAT_S,
        # Other Celery applications on the same broker must not answer our pings.
        control_exchange="diptych.control",
        task_create_missing_queues=False,
        task_queues=[_queue(lane, is_rabbitmq=is_rabbitmq) for lane in Lane],
        task_default_queue=queue_name(Lane.LIVE),
        broker_transport_options=(
            _rabbitmq_options() if is_rabbitmq else _redis_options(redis_visibility_s)
        ),
    )
    return app


class CeleryPublisher:
    """A `Publisher` on the broker of an application."""

    def __init__(self, app: Celery) -> None:
        """Connects with the first message."""
        self._app = app

    def publish(self, message: Message, lane: Lane) -> None:
        """Return when the broker has confirmed the message.

        Raises:
            UnavailableError: the broker does not answer.
            CredentialsError: it refuses us.
        """
        trace = secrets.token_hex(6)
        try:
            self._app.send_task(
                TASK,
                task_id=trace,
                args=[message.to_json()],
                queue=queue_name(lane),
                confirm_timeout=_ANSWER_S,
                retry_policy={"max_retries": 3, "interval_start": 0.2, "interval_max": 1.0},
            )
        except BROKER_ERRORS as err:
            raise _no_answer(self._app, err) from err
        with traced(trace=trace, index=message.index, ids=message.ids, lane=lane):
            _log.info("%s: %d ids enqueued", message.index, len(message.ids))


def prepare_broker(app: Celery) -> None:
    """Connect once, before a worker consumes: Celery would try a wrong password for ever.

    On RabbitMQ, which counts deliveries, this makes the queue that keeps messages which ended
    workers; without it they would be dropped.

    Raises:
        UnavailableError: the broker does not answer.
        CredentialsError: it refuses us.
    """
    try:
        with app.connection_for_write() as connection:
            channel = connection.default_channel
            if has_dead_queue(app):
                dead_queue()(channel).declare()
    except BROKER_ERRORS as err:
        raise _no_answer(app, err) from err


def has_dead_queue(app: Celery) -> bool:
    """Whether the broker counts deliveries, and keeps what was delivered too often."""
    return _is_rabbitmq(app.conf.broker_url)


def dead_queue() -> Queue:
    """The queue of messages that were delivered too often."""
    exchange = Exchange(_DEAD, type="fanout")
    return Queue(_DEAD, exchange, queue_arguments={"x-queue-type": "quorum"})


def is_worker_running(app: Celery, *, timeout_s: float = 1.0) -> bool:
    """Whether any worker answers on this broker.

    Raises:
        UnavailableError: the broker does not answer.
    """
    try:
        return bool(app.control.ping(timeout=timeout_s))
    except BROKER_ERRORS as err:
        raise _no_answer(app, err) from err


def masked(broker_url: str) -> str:
    """The address without user and password."""
    scheme, _, rest = broker_url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _is_rabbitmq(broker_url: str) -> bool:
    return broker_url.startswith(("amqp", "pyamqp"))


def _no_answer(app: Celery, err: Exception) -> DiptychError:
    address = masked(app.conf.broker_url)
    if any(sign in str(err) for sign in _REFUSALS):
        return CredentialsError(
            f"The broker at {address} refuses these credentials: correct DIPTYCH_BROKER_URL."
        )
    return UnavailableError(
        f"The broker at {address} does not answer: check that it runs and that --broker-url is "
        "right."
    )


def _queue(lane: Lane, *, is_rabbitmq: bool) -> Queue:
    name = queue_name(lane)
    arguments: dict[str, Any] = {}
    if is_rabbitmq:
        # A message that ended four workers goes to the dead-letter exchange (celery#9082).
        arguments = {
            "x-queue-type": "quorum",
            "x-delivery-limit": 4,
            "x-dead-letter-exchange": _DEAD,
        }
    exchange = Exchange(name, type="direct")
    return Queue(name, exchange, routing_key=name, queue_arguments=arguments)


def _rabbitmq_options() -> dict[str, Any]:
    # Heartbeats are looked at between a worker's requests; a request itself waits for ever
    # unless reading ends.
    return {"confirm_publish": True, "read_timeout": _ANSWER_S}


def _redis_options(visibility_s: int) -> dict[str, Any]:
    return {
        "visibility_timeout": visibility_s,
        # kombu looks for expired messages every 10 x 10 s unless told otherwise.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "health_check_interval": 10,
        "socket_keepalive": True,
        # Without it, who publishes would wait for ever on a connection that went silent.
        "socket_timeout": _ANSWER_S,
        # A lane's queue is looked at in turn, so that neither waits for the other.
        "queue_order_strategy": "round_robin",
    }
