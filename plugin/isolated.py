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
from diptych.workers.handling import Handler


def answer_lines(handler: Handler, lines: Iterable[bytes], answers: BinaryIO) -> None:
    """Hand each message on, and say what became of it."""
    for line in lines:
        answers.write(orjson.dumps(_answer(handler, orjson.loads(line))) + b"\n")
        answers.flush()


def _answer(handler: Handler, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return asdict(handler.deliver(asked["message"], Lane(asked["lane"])))
    except Exception as err:  # noqa: BLE001 - one document must not end it for the others
        return {"broken": f"{type(err).__name__}: {err}"}


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
    handler = make_handler(connect(settings), is_isolated=True)
    answer_lines(handler, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
