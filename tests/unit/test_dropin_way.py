"""The way to the cluster: connections that were closed, and clusters that are away."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from diptych.errors import RefusedError
from diptych.plugin.serve.dropin.asking import CallersCluster
from diptych.plugin.serve.dropin.forwarding import Forwarder, Letter
from diptych.plugin.serve.dropin.refusing import RefusalError

_FOUND = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}"
_NO_JSON = b"HTTP/1.1 401 No\r\ncontent-length: 2\r\n\r\nno"


@contextmanager
def _answering(*answers: bytes) -> Iterator[tuple[Forwarder, list[bytes]]]:
    """A server with one answer for each connection, which it then closes; an empty one is none."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            for text in answers:
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65_536))
                    connection.sendall(text)

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        forwarder = Forwarder(url, ca_file=None, timeout_s=5)
        yield forwarder, heard
        thread.join()
        forwarder.close()


def _letter(*, is_read: bool) -> Letter:
    return Letter("POST", "/a/_search", {"b": "c;d"}, {}, b"{}", is_read)


def test_a_read_is_sent_again_over_a_connection_that_was_closed() -> None:
    """Clusters close connections that idle."""
    with _answering(b"", _FOUND) as (forwarder, heard):
        reply = forwarder.send(_letter(is_read=True))

    assert (200, b"{}") == (reply.status, reply.body)
    assert 2 == len(heard)
    assert heard[0].startswith(b"POST /a/_search?b=c%3Bd HTTP/1.1\r\n")


def test_a_write_is_never_sent_twice() -> None:
    """The first may have been done."""
    with _answering(b"") as (forwarder, heard), pytest.raises(RefusalError) as caught:
        forwarder.send(_letter(is_read=False))

    assert 503 == caught.value.status
    assert 1 == len(heard)


def test_a_cluster_that_is_away_is_told_in_the_engines_form() -> None:
    """With a status that clients retry."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    forwarder = Forwarder(f"http://127.0.0.1:{port}", ca_file=None, timeout_s=5)

    with pytest.raises(RefusalError) as caught:
        forwarder.send(_letter(is_read=True))

    assert 503 == caught.value.to_response().status_code


def test_a_callers_read_that_is_refused_is_an_error_of_ours() -> None:
    """So that the search degrades."""
    headers = {"authorization": "Basic x", "x-api-key": "ours"}
    with _answering(_NO_JSON) as (forwarder, heard), pytest.raises(RefusedError, match="not JSON"):
        CallersCluster(forwarder, headers).call("POST", "/a/_search", body={"size": 1})

    assert b"authorization: Basic x" in heard[0]
    assert b"ours" not in heard[0]
