"""Log lines on stderr, as text for people or as JSON for a collector."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Literal, TypeAlias

from diptych.tracing import fields_now

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_Raised: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)
#: These write a line for each request, with its address and even its body.
_CHATTY: Final = ("opensearch", "urllib3")


class TextFormatter(logging.Formatter):
    """Time, level, logger and message; of an error its class and where it was raised.

    What an error of a library says of its own accord can hold what it was given.
    """

    def __init__(self) -> None:
        """As `logging` writes times."""
        super().__init__(_TEXT)

    def formatException(self, ei: _Raised) -> str:
        """Frames and class."""
        kind, _, where = ei
        return "".join(traceback.format_tb(where)) + (kind.__name__ if kind else "")


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with the fields of the message at hand."""

    def format(self, record: logging.LogRecord) -> str:
        """`time` (UTC), `level`, `logger`, `message`, and `error` with its `frames` if any."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, where = record.exc_info
            frames = traceback.extract_tb(where)
            line["error"] = kind.__name__
            line["frames"] = [f"{it.filename}:{it.lineno} {it.name}" for it in frames]
        return json.dumps(line | dict(fields_now()), ensure_ascii=False)


def log_to_stderr(level: str, log_format: Literal["text", "json"] = "text") -> None:
    """Lines with time, level and module; for processes that run for long."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler])
    logging.captureWarnings(True)
    if level.upper() != "DEBUG":
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
