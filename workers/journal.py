"""What a worker has in hand, kept where it outlives the worker's death.

A process that is killed returns all its messages, and one of them may have killed it. Whoever
starts next on this machine finds them here, before the broker hands them out again.
"""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Protocol

from diptych.errors import UsageError
from diptych.ingest.publishing import Lane, Message, message_from_json

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in hand.

    `is_suspect` says that a process may have died of it. `n_trials` counts how often it was tried
    apart by processes that did not live to tell what became of it.
    """

    message: Message
    lane: Lane
    is_suspect: bool = False
    n_trials: int = 0

    def trial(self, message: Message) -> "Entry":
        """The next trial of some of its documents; what is known of all says nothing of each."""
        n_before = self.n_trials if message.ids == self.message.ids else 0
        return Entry(message, self.lane, is_suspect=True, n_trials=n_before + 1)

    @property
    def suspicion(self) -> tuple[int, int]:
        """Sorts those first that ended most processes, single documents before messages."""
        return -self.n_trials, len(self.message.ids)


@dataclass(frozen=True, slots=True)
class Abandoned:
    """An entry of a worker that died; `forget` it when it is done."""

    entry: Entry
    forget: Callable[[], None]


class Journal(Protocol):
    """Remembers entries until they are done; safe to call from several threads."""

    def holding(self, entry: Entry) -> AbstractContextManager[None]:
        """Remember an entry for the time of a `with` block, and on if the process dies in it."""
        ...

    def abandoned(self) -> list[Abandoned]:
        """What workers had in hand that are dead by now, kept by this worker until forgotten.

        Those that have ended most processes come first, so that they do not end another.
        """
        ...


class NoJournal:
    """A `Journal` that remembers nothing."""

    def holding(self, entry: Entry) -> AbstractContextManager[None]:
        """Nothing is done."""
        return nullcontext()

    def abandoned(self) -> list[Abandoned]:
        """Nothing."""
        return []


class FolderJournal:
    """A `Journal` in a folder that all workers of a machine share: a file for each entry.

    Each worker has a folder of its own in it, whose lock the system lifts when the worker ends,
    however that ends. Files are not synced: they are for processes that die, not for machines.
    """

    def __init__(self, folder: Path) -> None:
        """Make this worker's folder.

        Raises:
            OSError: that cannot be done.
        """
        self._shared = folder
        self._numbers = count()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock():
            self._own = folder / f"{os.getpid()}-{os.urandom(4).hex()}"
            self._own.mkdir(mode=0o700)
            self._own_lock = os.open(self._own / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._own_lock, fcntl.LOCK_EX)

    @contextmanager
    def holding(self, entry: Entry) -> Iterator[None]:
        """A file that is removed afterwards; where the disk takes none, work goes on without."""
        file = self._own / f"{next(self._numbers)}.json"
        self._write(file, entry)
        try:
            yield
        finally:
            with suppress(OSError):
                file.unlink()

    def abandoned(self) -> list[Abandoned]:
        """The entries of folders that nobody locks, which move into this worker's own."""
        with self._lock():
            files = [file for folder in self._dead() for file in self._adopted(folder)]
        found = [
            Abandoned(entry, partial(file.unlink, missing_ok=True))
            for file in files
            if (entry := _read(file)) is not None
        ]
        return sorted(found, key=lambda one: one.entry.suspicion)

    def close(self) -> None:
        """Remove this worker's folder, which holds nothing any more."""
        with self._lock(), suppress(OSError):
            (self._own / "lock").unlink()
            self._own.rmdir()
        os.close(self._own_lock)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Nobody looks for dead workers while one is being born."""
        with (self._shared / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _dead(self) -> list[Path]:
        return [
            folder
            for folder in sorted(self._shared.iterdir())
            if folder.is_dir() and folder != self._own and not _is_locked(folder / "lock")
        ]

    def _adopted(self, folder: Path) -> list[Path]:
        """Take over the files of a dead worker, and remove its folder."""
        files = [
            file.rename(self._own / f"{next(self._numbers)}.json")
            for file in sorted(folder.glob("*.json"))
        ]
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
        return files

    def _write(self, file: Path, entry: Entry) -> None:
        body = {
            "message": entry.message.to_json(),
            "lane": entry.lane.value,
            "n_trials": entry.n_trials,
        }
        draft = file.with_suffix(".draft")
        try:
            draft.write_text(json.dumps(body), encoding="utf-8")
            draft.rename(file)
        except OSError as err:
            _log.warning("The journal %s takes no entry: %s", self._own, err.strerror)


def _is_locked(lock: Path) -> bool:
    try:
        with lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _read(file: Path) -> Entry | None:
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
        message = message_from_json(body["message"])
        return Entry(message, Lane(body["lane"]), is_suspect=True, n_trials=int(body["n_trials"]))
    except (ValueError, KeyError, TypeError, UsageError) as err:
        _log.warning("The journal entry %s cannot be read: %s", file, err)
        return None
