"""Dead letters on this machine's disk, while the cluster takes none."""

import errno
import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from diptych.errors import RefusedError, UnavailableError
from diptych.ingest.dead_letters import DeadLetter, letter_from_json

_log = logging.getLogger(__name__)


class DeadLetterFile:
    """A `DeadLetters` in a file of NDJSON that all processes of a machine share.

    Its lock is held while a line is written, and while the lines are moved elsewhere.
    """

    def __init__(self, file: Path) -> None:
        """Opens nothing yet."""
        self._file = file

    def record(self, letter: DeadLetter) -> None:
        """Return when the letter is on the disk.

        Raises:
            UnavailableError: the disk does not take it.
        """
        line = json.dumps(letter.to_json()).encode() + b"\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._locked(os.O_CREAT) as descriptor:
                _append(descriptor, line)
        except OSError as err:
            raise UnavailableError(
                f"The dead letter {letter.key} cannot be kept, neither in the cluster nor in "
                f"{self._file} ({err.strerror}): free disk space."
            ) from err

    def move(self, record: Callable[[DeadLetter], None]) -> int:
        """Hand all letters on, and empty the file; how many there were.

        Raises:
            DiptychError: `record` does not take one; all stay, and the same letter counts once.
                One that is refused keeps none from being handed on.
        """
        try:
            if self._file.stat().st_size == 0:
                return 0
            with self._locked(0) as descriptor:
                letters = list(_letters(self._file.read_bytes(), self._file))
                _hand_on(letters, record)
                os.ftruncate(descriptor, 0)
        except FileNotFoundError:
            return 0
        except OSError as err:
            raise UnavailableError(
                f"The dead letters in {self._file} cannot be moved: {err.strerror}."
            ) from err
        return len(letters)

    @contextmanager
    def _locked(self, flags: int) -> Iterator[int]:
        descriptor = os.open(self._file, os.O_RDWR | os.O_APPEND | flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _append(descriptor: int, line: bytes) -> None:
    """Write a line whole or not at all; one that was torn before it is ended first.

    Raises:
        OSError: it is not on the disk.
    """
    n_bytes = os.fstat(descriptor).st_size
    is_torn = n_bytes > 0 and os.pread(descriptor, 1, n_bytes - 1) != b"\n"
    whole = b"\n" + line if is_torn else line
    try:
        if os.write(descriptor, whole) < len(whole):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, n_bytes)
        raise


def _hand_on(letters: list[DeadLetter], record: Callable[[DeadLetter], None]) -> None:
    """One by one: joined here, those that were taken before a crash would count again."""
    refused: RefusedError | None = None
    for letter in letters:
        try:
            record(letter)
        except RefusedError as err:
            refused = err
    if refused is not None:
        raise refused


def _letters(data: bytes, file: Path) -> Iterator[DeadLetter]:
    for number, line in enumerate(data.splitlines(), 1):
        try:
            yield letter_from_json(json.loads(line))
        except (ValueError, KeyError, TypeError):
            _log.warning("Line %d of %s is no dead letter: %r", number, file, line[:200])
