"""A process in which one message at a time runs, and which may die of it."""

import logging
import selectors
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any, Final

import orjson

from diptych.errors import CrashError
from diptych.ingest.meters import Apart, Meters, NoMeters
from diptych.ingest.publishing import Lane, Message
from diptych.ingest.retelling import retell
from diptych.tracing import fields_now
from diptych.workers.suspects import BrokenError
from diptych.workers.verdict import Verdict

_log = logging.getLogger(__name__)

#: Longest time without an answer, in seconds: to load the models, and for each document. One
#: that takes longer is taken for one that never ends.
_LOADING_S: Final = 120.0
_EACH_S: Final = 5.0
#: A process that nobody needs for so long ends, to give its memory back.
_IDLE_S: Final = 60.0


class ProcessIsolation:
    """An `Isolation` in a child process, started when it is needed; safe to call from threads."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        loading_s: float = _LOADING_S,
        each_s: float = _EACH_S,
        idle_s: float = _IDLE_S,
        meters: Meters | None = None,
    ) -> None:
        """Starts nothing yet.

        Args:
            command: of a program that answers each line of JSON by one, see `answer_lines`; it
                ends with its standard input, and with this process.
            meters: told of what the child did; nobody by default.
        """
        self._command = list(command)
        self._environment = dict(environment)
        self._loading_s = loading_s
        self._each_s = each_s
        self._idle_s = idle_s
        self._meters = meters or NoMeters()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._timer: threading.Timer | None = None
        # A child that ends with the thread that started it must not be started by a passing one.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="diptych-apart")

    def run(self, message: Message, lane: Lane) -> Verdict:
        """What the child says of the message.

        Raises:
            CrashError: it died, or was killed because it came to no end.
            BrokenError: several documents failed together in it.
        """
        with self._lock:
            self._stay()
            try:
                return self._verdict(self._ask(message, lane))
            except CrashError:
                self._meters.ran_apart(Apart.CRASHED)
                raise
            finally:
                self._end_when_idle()

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._stay()
            self._end()

    def _ask(self, message: Message, lane: Lane) -> dict[str, Any]:
        child = self._started()
        assert child.stdin is not None and child.stdout is not None
        asked = {"message": message.to_json(), "lane": lane.value, "trace": _trace()}
        line = orjson.dumps(asked) + b"\n"
        limit_s = self._loading_s + self._each_s * len(message.ids)
        try:
            child.stdin.write(line)
            child.stdin.flush()
            answer = _line(child.stdout, limit_s)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        if answer is None:
            child.kill()
            self._end()
            raise CrashError(f"It came to no end within {limit_s:.0f} s, and was killed.")
        if not answer.endswith(b"\n"):
            status = self._end()
            raise CrashError(f"It ended the process that worked on it ({_cause(status)}).")
        found: dict[str, Any] = orjson.loads(answer)
        return found

    def _verdict(self, answer: dict[str, Any]) -> Verdict:
        retell(answer.pop("events", []), self._meters)
        if "broken" in answer:
            self._meters.ran_apart(Apart.BROKEN)
            raise BrokenError(answer["broken"])
        self._meters.ran_apart(Apart.DONE)
        return Verdict(**answer)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._child = self._starter.submit(self._start).result()
            _log.info("Process %d runs what may have ended one", self._child.pid)
        return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def _stay(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_when_idle(self) -> None:
        if self._child is not None:
            self._timer = threading.Timer(self._idle_s, self.close)
            self._timer.daemon = True
            self._timer.start()

    def _end(self) -> int:
        """Its status; ended by the end of its input, and killed if that does not help."""
        child, self._child = self._child, None
        if child is None:
            return 0
        assert child.stdin is not None and child.stdout is not None
        with suppress(BrokenPipeError):
            child.stdin.close()
        try:
            status = child.wait(5.0)
        except subprocess.TimeoutExpired:
            child.kill()
            status = child.wait()
        child.stdout.close()
        return status


def _line(stream: IO[bytes], limit_s: float) -> bytes | None:
    """The next line; without its end where the stream ended, None where none came in time."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        return stream.readline() if selector.select(limit_s) else None


def _trace() -> str:
    """By which the child's lines of the log join ours."""
    return str(fields_now().get("trace", ""))


def _cause(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"status {status}"
