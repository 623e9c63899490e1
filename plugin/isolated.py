"""`python -m diptych.plugin.isolated`: runs messages that may have ended a worker.

One line of JSON in, one out; settings come from the environment. It ends with its input.
"""

import os
import signal
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, BinaryIO

import orjson

from diptych.ingest.publishing import Lane
from diptych.ingest.retelling import RememberingMeters
from diptych.tracing import trace_of
from diptych.workers.giving_up import loggable
from diptych.workers.handling import Handler


def answer_lines(
    handler: Handler, lines: Iterable[bytes], answers: BinaryIO, *, meters: RememberingMeters
) -> None:
    """Hand each message on, and say what became of it.

    Args:
        meters: those of the handler; what they were told goes with the answer.
    """
    for line in lines:
        answer = _answer(handler, orjson.loads(line)) | {"events": meters.taken()}
        answers.write(orjson.dumps(answer) + b"\n")
        answers.flush()


def _answer(handler: Handler, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        with trace_of(asked["trace"]):
            return asdict(handler.deliver(asked["message"], Lane(asked["lane"])))
    except Exception as err:  # noqa: BLE001 - one document must not end it for the others
        return {"broken": loggable(err)}


def main() -> None:
    """Answer until the input ends."""
    from diptych.plugin.handlers import make_handler
    from diptych.plugin.processes import connect
    from diptych.plugin.watch.logs import log_to_stderr
    from diptych.settings import load_settings

    # An interrupt from the keyboard is the worker's, which closes the input when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What libraries print must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    settings = load_settings()
    log_to_stderr(settings.log_level, settings.log_format)
    meters = RememberingMeters()
    handler = make_handler(connect(settings), is_isolated=True, meters=meters)
    answer_lines(handler, sys.stdin.buffer, answers, meters=meters)


if __name__ == "__main__":
    main()
