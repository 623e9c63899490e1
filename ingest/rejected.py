"""The file of rejected rows: there only where rows were rejected, and whole at any time."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from diptych.client import to_json
from diptych.ingest.rows import RejectedRow


class RejectedFile:
    """Rejected rows as NDJSON: `line`, `reason` and `text`, the row's beginning.

    On leaving the context it replaces the file of an earlier run; without rejected rows it
    removes that. A folder that cannot be written costs the file, not the load: see `fault`.
    """

    def __init__(self, file: Path) -> None:
        """Touches nothing before the first rejected row."""
        self.file = file
        #: Why the file could not be written; None where it was.
        self.fault: str | None = None
        #: The first rejected row, for a report.
        self.first: RejectedRow | None = None
        self._draft = file.with_name(f"{file.name}.partial")
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            if self._stream is not None:
                self._stream.close()
                self._draft.replace(self.file)
            elif self.first is None and kind is None:
                self.file.unlink(missing_ok=True)
        except OSError as err:
            self.fault = err.strerror

    def add(self, row: RejectedRow) -> None:
        """Write one row, or note why not."""
        self.first = self.first or row
        if self.fault is not None:
            return
        try:
            if self._stream is None:
                self._stream = self._draft.open("wb")
            self._stream.write(to_json(row) + b"\n")
        except OSError as err:
            self.fault = err.strerror
