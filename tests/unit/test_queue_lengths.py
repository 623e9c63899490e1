"""Asking for the lengths of queues where nobody answers."""

import socket
import time

import pytest

from diptych.errors import UnavailableError
from diptych.workers.app import make_app
from diptych.workers.queues import queue_lengths


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_broker_that_takes_a_connection_and_says_nothing_holds_nobody_up(scheme: str) -> None:
    """The system accepts for a listener that never reads; the limit is 0.2 s for each answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        app = make_app(f"{scheme}://shop:secret@127.0.0.1:{port}//")
        started_s = time.monotonic()
        with pytest.raises(UnavailableError, match=f"127.0.0.1:{port}.* does not answer") as caught:
            queue_lengths(app, timeout_s=0.2)
        duration_s = time.monotonic() - started_s

    assert duration_s < 2.0
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_broker_that_is_not_there_is_said(scheme: str) -> None:
    """Nothing listens at the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    app = make_app(f"{scheme}://127.0.0.1:{port}//")

    with pytest.raises(UnavailableError, match="--broker-url"):
        queue_lengths(app, timeout_s=0.2)
