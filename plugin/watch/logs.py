"""Log lines on stderr, as text for people or as JSON for a collector."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Final, Literal

from diptych.tracing import fields_now

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: These write a line for each request, with its address and even its body.
_CHATTY: Final = ("opensearch", "urllib3")


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
            # What an error says of its own accord can hold what it was given.
            line["frames"] = [f"{it.filename}:{it.lineno} {it.name}" for it in frames]
        return json.dumps(line | dict(fields_now()), ensure_ascii=False)


def log_to_stderr(level: str, log_format: Literal["text", "json"] = "text") -> None:
    """Lines with time, level and module; for processes that run for long."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    logging.captureWarnings(True)
    if level.upper() != "DEBUG":
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
