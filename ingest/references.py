"""What a product says about its pictures: web addresses, or paths relative to its file."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from diptych.client import to_json
from diptych.ingest.inputs import image_references
from diptych.ingest.lines import excerpt
from diptych.ingest.rows import RejectedRow, Row

#: A scheme with its slashes, or one that needs none; `a:b.jpg` is a file's name.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|(https?|data|file|s3|gs):", re.IGNORECASE)


def is_address(reference: str) -> bool:
    """Whether a picture's reference has a scheme; else it is a path."""
    return _ADDRESS.match(reference) is not None


def path_fault(reference: str) -> str | None:
    """Why a path cannot name a picture below a folder; None where it can."""
    if "\0" in reference or not reference.strip():
        return "it is no path"
    path = PurePosixPath(reference)
    if path.is_absolute():
        return "its path is absolute, and pictures are named relative to a folder"
    depth = 0
    for part in path.parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return "its path leaves the folder"
    return None


def with_usable_paths(
    rows: Iterable[Row | RejectedRow], *, image_field: str
) -> Iterator[Row | RejectedRow]:
    """The rows, where one that names a picture outside its file's folder is rejected.

    A picture that is missing is no fault of the row: its document keeps its words.
    """
    for row in rows:
        yield row if isinstance(row, RejectedRow) else _checked(row, image_field)


def relative_paths(rows: Iterable[Row | RejectedRow], *, image_field: str) -> Iterator[str]:
    """Every usable path that the rows name, in order."""
    for row in rows:
        if isinstance(row, Row):
            for reference in image_references(row.fields, image_field):
                if not is_address(reference) and path_fault(reference) is None:
                    yield reference


def _checked(row: Row, image_field: str) -> Row | RejectedRow:
    for reference in image_references(row.fields, image_field):
        fault = None if is_address(reference) else path_fault(reference)
        if fault is not None:
            reason = f"the picture {reference[:200]!r} cannot be used: {fault}"
            return RejectedRow(row.line, reason, excerpt(to_json(row.fields)))
    return row
