"""RabbitMQ's last line: messages that were delivered too often, turned into dead letters.

The documents of such a message were not given up one by one, for no worker lived to do that.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from celery import Celery

from diptych.errors import DiptychError
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.dead_letters import DeadLetter, DeadLetters, Stage
from diptych.ingest.publishing import message_from_json
from diptych.workers.app import BROKER_ERRORS, dead_queue, has_dead_queue

_log = logging.getLogger(__name__)

_REASON: Final = "It was delivered five times, and nobody acknowledged it: its workers died."


def drain(app: Celery, dead_letters: DeadLetters, *, now: Callable[[], datetime] = utc_now) -> int:
    """Record what lies in the queue of dead messages, and empty it; how many messages.

    Raises:
        DiptychError: a letter is not kept; its message stays.
        BROKER_ERRORS: the broker does not answer.
    """
    n_messages = 0
    with app.connection_for_read() as connection:
        # kombu's types know a channel's methods on no broker.
        channel: Any = connection.default_channel
        while (raw := channel.basic_get(dead_queue().name, no_ack=False)) is not None:
            message = channel.message_to_python(raw)
            for letter in _letters(message, timestamp(now())):
                dead_letters.record(letter)
            message.ack()
            n_messages += 1
    return n_messages


def drain_or_say(app: Celery, dead_letters: DeadLetters) -> None:
    """The same where the broker has such a queue; what goes wrong is said in the log."""
    if not has_dead_queue(app):
        return
    try:
        n_messages = drain(app, dead_letters)
    except (DiptychError, *BROKER_ERRORS) as err:
        _log.warning("The queue of dead messages cannot be emptied now: %s", err)
        return
    if n_messages:
        _log.error("%d messages were delivered too often", n_messages)


def _letters(received: Any, now: str) -> list[DeadLetter]:
    """One for each document, or one for a message that nobody understands."""
    # A stranger's pickle is not opened here.
    received.accept = {"application/json"}
    try:
        message = message_from_json(_argument(received.payload))
    except Exception as err:  # noqa: BLE001 - bytes of a stranger may fail in any way
        kind = type(err).__name__
        return [DeadLetter("", "", Stage.MESSAGE, kind, str(err)[:500], now, now)]
    return [
        DeadLetter(
            index=message.index,
            id=id_,
            stage=Stage.DELIVERY,
            error_class="DeliveryLimitError",
            reason=_REASON,
            first_seen=now,
            last_seen=now,
            attempts=5,
            contract=message.contract,
            routing=message.routing.get(id_),
        )
        for id_ in message.ids
    ]


def _argument(payload: object) -> object:
    """The one argument of what Celery sent, which has the arguments first."""
    match payload:
        case [[argument, *_], *_]:
            return argument
        case _:
            return payload
