"""The watchdog of a worker: looks again and again, and starts the process anew."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Final

from celery import signals
from celery.platforms import EX_FAILURE

from diptych.workers.watchdog import Watch

_log = logging.getLogger(__name__)

#: A worker that ends sooner is not started again, in seconds.
_SHORTEST_S: Final = 5.0
#: Frames that are named of each thread.
_N_FRAMES: Final = 8


def guard(watch: Watch, stopped: threading.Event, restart: Callable[[], None]) -> None:
    """Look until stopped, and restart when there is no progress."""
    pause_s = max(0.1, min(5.0, watch.limit_s / 10))
    while not stopped.wait(pause_s):
        fault = watch.fault()
        if fault is not None:
            _log.error("Starting again, for %s. Threads: %s", fault, stacks())
            restart()
            return


def is_broken(status: int | None, *, was_asked: bool, ran_s: float) -> bool:
    """Whether Celery ended by an error of its own, so that a new process may go on.

    Seen with kombu 5.7 on a Redis that was killed while messages were in hand: closing the lost
    connection raises AttributeError, which ends the worker. One that cannot even begin is left to
    its supervisor.
    """
    return status == EX_FAILURE and not was_asked and ran_s >= _SHORTEST_S


def on_stopping(call: Callable[[], None]) -> None:
    """Call when the worker is asked to stop: one that finishes its work is not started again."""
    signals.worker_shutting_down.connect(lambda **_: call(), weak=False)


def stacks() -> str:
    """Where each thread is: names of functions, innermost first, and no values."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    frames: Mapping[int, FrameType] = sys._current_frames()
    return "; ".join(f"{names.get(me, me)}: {_functions(frame)}" for me, frame in frames.items())


def start_again() -> None:
    """Become the same command in a new process image; what it held goes back to the broker.

    Python opens files and sockets so that they are closed by this (PEP 446).
    """
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "diptych", *sys.argv[1:]])


def _functions(frame: FrameType | None) -> str:
    found: list[str] = []
    while frame is not None and len(found) < _N_FRAMES:
        module = frame.f_globals.get("__name__", "?")
        found.append(f"{module}.{frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(found)
