"""Sends the legs of one or several bodies in one `_msearch`, and their pages in a second."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from diptych.client import Json, to_json
from diptych.mappings.engine import Engine
from diptych.query.dropin.answer import Settled, Step, Verdict, after_legs, leg_bodies
from diptych.query.dropin.plan import Forward, Hybrid


@dataclass(frozen=True, slots=True)
class Reply:
    """What the cluster answered to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One search of a request: its `_msearch` header, its body as it came, and its plan."""

    header: Json
    raw: bytes
    plan: Hybrid | Forward


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer and one verdict for each item; `reply` is the cluster's to the first request."""

    responses: list[Json]
    verdicts: list[Verdict]
    reply: Reply


#: Sends the lines of an `_msearch` as the caller.
Send = Callable[[bytes], Reply]


class _Unanswered(Exception):
    """The cluster refuses the whole `_msearch`."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def run(items: Sequence[Item], *, engine: Engine, send: Send) -> Answered | Reply:
    """The answers of all items; the cluster's reply where it refuses to answer any."""
    try:
        return _run(items, engine, send)
    except _Unanswered as err:
        return err.reply


def _run(items: Sequence[Item], engine: Engine, send: Send) -> Answered:
    reply, answers = _ask(_first_lines(items, engine), send)
    steps = [_step(item.plan, answers, engine) for item in items]
    wanted = [step.bodies() for step in steps]
    pages = _second_round(items, wanted, send)
    responses = [
        step.answer([next(pages) for _ in bodies])
        for step, bodies in zip(steps, wanted, strict=True)
    ]
    return Answered(responses, [step.verdict for step in steps], reply)


def _step(plan: Hybrid | Forward, answers: Iterator[Json], engine: Engine) -> Step:
    if isinstance(plan, Forward):
        return Settled(Verdict(plan.reason, plan.degraded), next(answers))
    return after_legs(plan, engine, next(answers), next(answers))


def _first_lines(items: Sequence[Item], engine: Engine) -> bytes:
    lines: list[bytes] = []
    for item in items:
        header = to_json(item.header)
        if isinstance(item.plan, Forward):
            lines += [header, item.raw]
        else:
            for body in leg_bodies(item.plan, engine):
                lines += [header, to_json(body)]
    return b"".join(line + b"\n" for line in lines)


def _second_round(
    items: Sequence[Item], wanted: Sequence[Sequence[Json]], send: Send
) -> Iterator[Json]:
    lines = b"".join(
        to_json(line) + b"\n"
        for item, bodies in zip(items, wanted, strict=True)
        for body in bodies
        for line in (item.header, body)
    )
    return _ask(lines, send)[1] if lines else iter(())


def _ask(lines: bytes, send: Send) -> tuple[Reply, Iterator[Json]]:
    reply = send(lines)
    if reply.status != 200:
        raise _Unanswered(reply)
    try:
        found: Any = orjson.loads(reply.body)
        responses: list[Json] = found["responses"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as err:
        raise _Unanswered(reply) from err
    return reply, iter(responses)
