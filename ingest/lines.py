"""The physical lines of a file of any size, each of bounded length."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from diptych.errors import CatalogError

#: Longest line or CSV record that is looked at: a product with 1 MB of text fits many times.
MAX_ROW_BYTES: Final = 16 * 1024 * 1024
#: Characters of a rejected row that are shown.
EXCERPT_CHARS: Final = 200

_BOM = b"\xef\xbb\xbf"
_STEP_BYTES = 64 * 1024
#: First bytes of files that are mistaken for text, and the remedy.
_FOREIGN = {
    b"\xff\xfe": "is UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "is UTF-16 text: save it as UTF-8",
    b"\x1f\x8b": "is compressed: pipe it through `gunzip -c` into `diptych ingest -`",
    b"\x28\xb5\x2f\xfd": "is compressed: pipe it through `zstd -dc` into `diptych ingest -`",
    b"PK\x03\x04": "is a ZIP file or a spreadsheet: save it as CSV in UTF-8",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its line end; `is_whole` is False where only its beginning was read."""

    number: int
    data: bytes
    is_whole: bool = True


def read_lines(
    stream: BinaryIO, *, name: str, max_row_bytes: int = MAX_ROW_BYTES
) -> Iterator[Line]:
    """Every line, counted from 1, without a byte order mark.

    Raises:
        CatalogError: the file cannot be read, or is of a kind that has no lines.
    """
    number = 0
    while data := _read(stream, max_row_bytes, name):
        number += 1
        if number == 1:
            data = _checked_start(data, name)
        is_whole = len(data) < max_row_bytes or data.endswith(b"\n")
        if not is_whole:
            _skip_rest(stream, name)
        yield Line(number, data, is_whole)


def excerpt(data: bytes) -> str:
    """The beginning of a row, fit for a report."""
    return data[: 4 * EXCERPT_CHARS].decode("utf-8", "replace").rstrip("\r\n")[:EXCERPT_CHARS]


def _read(stream: BinaryIO, n_bytes: int, name: str) -> bytes:
    try:
        return stream.readline(n_bytes)
    except OSError as err:
        raise CatalogError(f"{name} cannot be read to its end: {err.strerror}.") from err


def _skip_rest(stream: BinaryIO, name: str) -> None:
    while (data := _read(stream, _STEP_BYTES, name)) and not data.endswith(b"\n"):
        pass


def _checked_start(data: bytes, name: str) -> bytes:
    for start, remedy in _FOREIGN.items():
        if data.startswith(start):
            raise CatalogError(f"{name} {remedy}.")
    # A file that is nothing but a mark has one empty line.
    return data.removeprefix(_BOM) or b"\n"
