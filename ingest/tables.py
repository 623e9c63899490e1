"""Records of CSV and TSV files (RFC 4180), where a bad one costs only itself."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from diptych.errors import CatalogError
from diptych.ingest.lines import Line

#: Messages of Python's csv module, for the person who mends the file.
_FAULTS = {
    "unexpected end of data": "a quote is opened and never closed",
    "expected after": 'text follows a closing quote: write "" for a quote inside a quoted cell',
    "new-line character": "a carriage return stands outside quotes",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One record by the names of its header; `reason` says why it cannot be used.

    `line` is where it begins, `data` its first line.
    """

    line: int
    data: bytes
    fields: dict[str, str]
    reason: str | None = None


def read_records(
    lines: Iterator[Line], *, delimiter: str, name: str, id_field: str, max_row_bytes: int
) -> Iterator[Record]:
    """Every record below the header; an empty cell is no field, an empty line no record.

    Raises:
        CatalogError: there is no header, or it cannot be used.
    """
    # The limit is the process's; ours is at least as wide as anybody's default.
    csv.field_size_limit(max(csv.field_size_limit(), max_row_bytes))
    feed = _Feed(lines, max_row_bytes)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while (taken := _next(reader, feed)) is not None:
        cells, reason = taken
        if not reason and not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = _checked_header(cells, reason, name=name, id_field=id_field)
        else:
            yield _record(feed.taken[0], header, cells, reason)
    if header is None:
        raise CatalogError(f"{name} is empty: its first line must name the columns.")


class _Feed:
    """Hands lines to a csv reader, which asks for as many as a record has."""

    def __init__(self, lines: Iterator[Line], max_row_bytes: int) -> None:
        self.taken: list[Line] = []
        self.fault = ""
        self._lines = lines
        self._again: deque[Line] = deque()
        self._max_row_bytes = max_row_bytes
        self._n_bytes = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self._n_bytes += len(line.data)
        if not line.is_whole or self._n_bytes > self._max_row_bytes:
            raise csv.Error(f"the row is longer than {self._max_row_bytes:,} bytes")
        if b"\0" in line.data:
            self.fault = "the row holds a NUL byte"
        try:
            return line.data.decode("utf-8")
        except UnicodeDecodeError as err:
            self.fault = f"the row is not UTF-8 text (byte {line.data[err.start]:#04x})"
            return line.data.decode("utf-8", "replace")

    def start_record(self) -> None:
        self.taken, self.fault, self._n_bytes = [], "", 0

    def keep_first(self) -> None:
        """Only the first line is bad: a quote left open must not swallow the rest."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _next(reader: Iterator[list[str]], feed: _Feed) -> tuple[list[str], str] | None:
    """The cells of the next record, or why there are none; None at the end of the file."""
    feed.start_record()
    try:
        return next(reader), feed.fault
    except StopIteration:
        return None
    except csv.Error as err:
        feed.keep_first()
        return [], _fault(str(err))


def _fault(message: str) -> str:
    for sign, fault in _FAULTS.items():
        if sign in message:
            return fault
    return message


def _checked_header(cells: list[str], reason: str, *, name: str, id_field: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    if reason:
        raise CatalogError(f"The header of {name} cannot be read: {reason}.")
    if "" in header or len(set(header)) < len(header):
        raise CatalogError(
            f"The header of {name} has columns without a name of their own "
            f"({', '.join(header)}): name each once."
        )
    if id_field not in header:
        raise CatalogError(
            f"{name} has no column {id_field!r}, only {', '.join(header)}: name the one that "
            "holds the id with --id-field."
        )
    return header


def _record(line: Line, header: list[str], cells: list[str], reason: str) -> Record:
    if not reason and len(cells) != len(header):
        reason = f"the row has {len(cells)} cells and the header {len(header)}"
    if reason:
        return Record(line.number, line.data, {}, reason)
    fields = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    return Record(line.number, line.data, fields)
