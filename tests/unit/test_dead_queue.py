"""What lies in the broker's queue of dead messages, whoever put it there."""

from collections.abc import Iterator

import pytest
from celery import Celery

from diptych.ingest.dead_letters import Stage
from diptych.testing import MemoryDeadLetters
from diptych.workers.app import dead_queue, make_app
from diptych.workers.dead_queue import drain


@pytest.fixture
def app() -> Iterator[Celery]:
    """A broker in this process, with an empty queue of dead messages."""
    app = make_app("memory://")
    with app.connection_for_write() as connection:
        queue = dead_queue()(connection.default_channel)
        queue.declare()
        queue.purge()
        yield app
        queue.purge()


def put(app: Celery, body: object, *, content_type: str | None = None) -> None:
    """One message: bytes of this type as they are, anything else as JSON."""
    with app.connection_for_write() as connection:
        connection.Producer().publish(
            body,
            exchange=dead_queue().exchange,
            serializer=None if content_type else "json",
            content_type=content_type,
            content_encoding="utf-8" if content_type else None,
        )


@pytest.mark.parametrize("body", [[{"a": 1}], [[]], [[None]], ["x"], {}, None, 5, "text"])
def test_stranger_of_any_form_is_one_dead_letter(app: Celery, body: object) -> None:
    """It must not end the thread that empties the queue."""
    letters = MemoryDeadLetters()
    put(app, body)

    n_drained = drain(app, letters)

    assert (1, [Stage.MESSAGE]) == (n_drained, [letter.stage for letter in letters.letters])
    assert 0 == drain(app, letters)


@pytest.mark.parametrize("content_type", ["application/json", "application/x-python-serialize"])
def test_message_that_cannot_be_decoded_is_one_dead_letter(app: Celery, content_type: str) -> None:
    """Broken JSON, and pickle, which is never opened."""
    letters = MemoryDeadLetters()
    put(app, b"{", content_type=content_type)

    n_drained = drain(app, letters)

    assert (1, [Stage.MESSAGE]) == (n_drained, [letter.stage for letter in letters.letters])
