"""What need not be worked out twice: a SQLite file of keys and values, bounded in size.

It belongs to one machine; any number of its threads and processes may share it. Nothing here is
ever an error of a document: a cache that cannot be used knows nothing and keeps nothing.
"""

import logging
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)

#: SQLite takes at least this many parameters in one statement (its limit until 3.32).
_KEYS_AT_ONCE: Final = 999
#: The time of an entry's last use is renewed at most once in this time, so that reading seldom
#: writes.
_USE_S: Final = 3600
#: An entry above the limit makes room for more than itself.
_ROOM: Final = 0.9
#: One of so many entries goes at a time.
_EVICTED_OF: Final = 20
#: How long another process's write is waited for.
_BUSY_S: Final = 2.0
#: How long a cache rests that cannot be written, as on a full disk.
_REST_S: Final = 60.0
#: Set aside and begun anew at most so often by one process.
_MAX_BROKEN: Final = 3
_CHECK_BYTES: Final = 4
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used);
"""
#: Result codes (sqlite.org/rescode.html) of a file that is not, or no longer, a database.
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class CacheFile:
    """Values by key; those not used for longest go first. Safe to use from several threads."""

    def __init__(
        self,
        file: Path | None,
        *,
        max_bytes: int,
        now_s: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens nothing; the file and its folder are made on first use.

        Args:
            file: None keeps the entries in memory.
            max_bytes: how long the file may grow.
        """
        self._file = file
        self._max_bytes = max_bytes
        self._now_s = now_s
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._rest_until_s = float("-inf")
        self._n_broken = 0

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that are there; damaged ones are not."""
        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, bytes] = {}

        def read(connection: sqlite3.Connection) -> None:
            for start in range(0, len(wanted), _KEYS_AT_ONCE):
                self._read(connection, wanted[start : start + _KEYS_AT_ONCE], found)

        self._guarded(read)
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep these, and let the oldest go where they are too many."""
        now = int(self._now_s())
        rows = [(key, _sealed(value), now) for key, value in entries.items()]

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)
            self._make_room(connection)

        if rows:
            self._guarded(write)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            self._close()

    def _read(
        self, connection: sqlite3.Connection, keys: list[bytes], found: dict[bytes, bytes]
    ) -> None:
        marks = ",".join("?" * len(keys))
        old: list[tuple[int, bytes]] = []
        now = int(self._now_s())
        query = f"SELECT key, value, used FROM entries WHERE key IN ({marks})"
        for key, sealed, used in connection.execute(query, keys):
            value = _unsealed(sealed)
            if value is None:
                continue
            found[key] = value
            if abs(now - used) >= _USE_S:
                old.append((now, key))
        if old:
            with connection:
                connection.executemany("UPDATE entries SET used = ? WHERE key = ?", old)

    def _make_room(self, connection: sqlite3.Connection) -> None:
        if _used_bytes(connection) <= self._max_bytes:
            return
        n_entries: int = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
        oldest = "SELECT key FROM entries ORDER BY used LIMIT ?"
        while _used_bytes(connection) > _ROOM * self._max_bytes:
            with connection:
                deleted = connection.execute(
                    f"DELETE FROM entries WHERE key IN ({oldest})", [n_entries // _EVICTED_OF + 1]
                )
            if not deleted.rowcount:
                return

    def _guarded(self, use: Callable[[sqlite3.Connection], None]) -> None:
        """Run on the open file; whatever SQLite says about it ends here."""
        with self._lock:
            if self._monotonic_s() < self._rest_until_s:
                return
            try:
                use(self._open())
            except (sqlite3.Error, OSError) as err:
                self._recover(err)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            if self._file is not None:
                self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._file or ":memory:", timeout=_BUSY_S, check_same_thread=False
            )
            self._connection = connection
            self._opened = self._identity()
            # The file can be made anew, so it need not survive a power failure to the last entry.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
        return self._connection

    def _recover(self, err: sqlite3.Error | OSError) -> None:
        # The low byte is the kind; the rest tells where SQLite noticed it.
        code = getattr(err, "sqlite_errorcode", 0) & 0xFF
        if code in _LOCKED:
            return
        self._close()
        if code in _BROKEN and self._n_broken < _MAX_BROKEN:
            self._n_broken += 1
            self._set_aside(err)
            return
        self._rest_until_s = self._monotonic_s() + _REST_S
        _log.warning(
            "The cache %s cannot be used (%s) and rests for %.0f s: check the disk and "
            "--cache-dir. Vectors are made without it.",
            self._file,
            err,
            _REST_S,
        )

    def _set_aside(self, err: Exception) -> None:
        """Move a broken file out of the way, unless another process has done so."""
        if self._file is None or self._identity() != self._opened:
            return
        aside = self._file.with_name(self._file.name + ".broken")
        try:
            self._file.replace(aside)
            for ending in ("-wal", "-shm"):
                self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        except OSError as moving:
            _log.warning("The broken cache %s cannot be moved (%s).", self._file, moving)
            return
        _log.warning(
            "The cache %s is broken (%s): it was set aside as %s, and a new one begins.",
            self._file,
            err,
            aside.name,
        )

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat() if self._file is not None else None
        except OSError:
            return None
        return None if status is None else (status.st_dev, status.st_ino)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _used_bytes(connection: sqlite3.Connection) -> int:
    def pragma(name: str) -> int:
        value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
        return value

    return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size")


def _sealed(value: bytes) -> bytes:
    """With a checksum: SQLite does not notice when a disk changes what lies inside a value."""
    return zlib.crc32(value).to_bytes(_CHECK_BYTES) + value


def _unsealed(sealed: bytes) -> bytes | None:
    value = sealed[_CHECK_BYTES:]
    return value if zlib.crc32(value).to_bytes(_CHECK_BYTES) == sealed[:_CHECK_BYTES] else None
