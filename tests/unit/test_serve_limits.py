"""What is refused before a body is read: its length, its slowness, a strange name."""

import asyncio
import socket
from collections.abc import Sequence

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from diptych.plugin.serve.limits import AtOnce, BodyLimit, OnlyHosts, host_name
from diptych.plugin.serve.listening import listening
from diptych.plugin.serve.problems import busy_problem, sentence_problem


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    await Response(message["body"])(scope, receive, send)


def _ask(
    app: BodyLimit | OnlyHosts,
    chunks: Sequence[bytes] = (b"",),
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> tuple[int, bytes, int]:
    """Status and body of the answer, and how many chunks were not read."""
    waiting = list(chunks)
    sent: list[Message] = []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting) or not body}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": list(headers)}
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], sent[1]["body"], len(waiting)


def _limited(timeout_s: float = 5.0) -> BodyLimit:
    return BodyLimit(_echo, max_bytes=4, refuse=sentence_problem, timeout_s=timeout_s)


def test_a_body_at_the_limit_arrives_in_one_piece() -> None:
    """However it was cut."""
    assert (200, b"abcd", 0) == _ask(_limited(), [b"ab", b"cd"])


def test_a_longer_body_is_not_read_to_its_end() -> None:
    """413 as soon as it is known."""
    status, body, unread = _ask(_limited(), [b"abc", b"def", b"ghi"])

    assert (413, 1) == (status, unread)
    assert b'"fix":"Send the input in parts."' in body


def test_a_declared_length_is_believed() -> None:
    """Nothing is read."""
    status, _, unread = _ask(_limited(), [b"abcde"], [(b"content-length", b"5")])

    assert (413, 1) == (status, unread)


def test_a_body_that_never_ends_is_given_up() -> None:
    """408 after the time for it."""
    status, _, _ = _ask(_limited(timeout_s=0.01), [b""])

    assert 408 == status


def test_half_a_body_is_not_handed_on() -> None:
    """A bulk write that was cut off is not written as far as it came."""
    handed: list[Scope] = []
    half: Message = {"type": "http.request", "body": b"ab", "more_body": True}
    messages = iter([half, {"type": "http.disconnect"}])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        handed.append(scope)

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    limit = BodyLimit(app, max_bytes=4, refuse=sentence_problem)
    asyncio.run(limit({"type": "http", "method": "POST", "headers": []}, receive, send))

    assert [] == handed


@pytest.mark.parametrize(
    ("host", "status"),
    [(b"127.0.0.1:8080", 200), (b"LOCALHOST", 200), (b"shop.example:8080", 421), (b"", 421)],
)
def test_only_own_names_are_answered(host: bytes, status: int) -> None:
    """A page of another site cannot borrow this machine's browser."""
    hosts = frozenset({"127.0.0.1", "localhost"})
    app = OnlyHosts(_echo, hosts=hosts, refuse=sentence_problem)

    assert status == _ask(app, [b"a"], [(b"host", host)])[0]


@pytest.mark.parametrize(("host", "name"), [("[::1]:80", "::1"), ("[::1]", "::1"), ("a:1", "a")])
def test_ports_and_brackets_are_no_part_of_a_name(host: str, name: str) -> None:
    """RFC 9110, section 7.2."""
    assert name == host_name(host)


def test_answers_are_not_held_back() -> None:
    """asyncio sets TCP_NODELAY only where the protocol is named: 40 ms for every answer."""
    with listening("127.0.0.1", 0) as listener:
        assert socket.IPPROTO_TCP == listener.proto


def test_a_request_too_many_is_told_when_to_come_again() -> None:
    """As problem+json, and only while the others are worked on."""

    async def ask_inside(scope: Scope, receive: Receive, send: Send) -> None:
        await limited(scope, receive, send)

    limited = AtOnce(ask_inside, n=3, refuse=busy_problem)

    async def ask() -> Message:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            sent.append(message)

        await limited({"type": "http", "headers": []}, receive, send)
        return sent[0]

    answers = [asyncio.run(ask()) for _ in range(2)]

    assert [503, 503] == [answer["status"] for answer in answers]
    assert (b"retry-after", b"2") in answers[0]["headers"]
    assert (b"content-type", b"application/problem+json") in answers[0]["headers"]


def test_a_finished_request_makes_room() -> None:
    """Also one that failed."""

    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("no")

    limited = AtOnce(fail, n=1, refuse=busy_problem)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no"):
            asyncio.run(limited({"type": "http"}, _never, _nowhere))


async def _never() -> Message:
    return {"type": "http.disconnect"}


async def _nowhere(message: Message) -> None:
    pass
