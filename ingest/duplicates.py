"""Rows whose id stood in the file before, found in constant memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

from diptych.client import to_json
from diptych.errors import CatalogError
from diptych.ingest.lines import excerpt
from diptych.ingest.rows import RejectedRow, Row


def unique_rows(rows: Iterable[Row | RejectedRow]) -> Iterator[Row | RejectedRow]:
    """The rows, where the second and later ones of an id are rejected and name the first's line.

    The first stays, so that a second run over the same file finds nothing to change. The ids
    lie in a temporary database on disk, which is gone with this process.

    Raises:
        CatalogError: there is no room for it.
    """
    try:
        with closing(_open()) as seen:
            for row in rows:
                yield row if isinstance(row, RejectedRow) else _checked(seen, row)
    except sqlite3.Error as err:
        raise CatalogError(
            f"The ids seen so far cannot be kept in a temporary file ({err}): free some space "
            "there, or name another folder with SQLITE_TMPDIR."
        ) from err


def _open() -> sqlite3.Connection:
    # An empty name is SQLite's own temporary file; a negative cache size is in KiB.
    seen = sqlite3.connect("", isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16000"):
        seen.execute(f"PRAGMA {pragma}")
    seen.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
    seen.execute("BEGIN")
    return seen


def _checked(seen: sqlite3.Connection, row: Row) -> Row | RejectedRow:
    added = seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (row.id, row.line))
    if added.rowcount == 1:
        return row
    (first,) = seen.execute("SELECT line FROM seen WHERE id = ?", (row.id,)).fetchone()
    return RejectedRow(
        row.line, f"the id {row.id!r} already stands in line {first}", excerpt(to_json(row.fields))
    )
