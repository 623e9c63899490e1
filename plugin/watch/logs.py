"""Log lines on stderr, as text for people or as JSON for a collector."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

from diptych.tracing import fields_now

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with the fields of the message at hand."""

    def format(self, record: logging.LogRecord) -> str:
        """`time` (UTC), `level`, `logger`, `message`, and `error` with a traceback if any."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line | dict(fields_now()), ensure_ascii=False)


def log_to_stderr(level: str, log_format: Literal["text", "json"] = "text") -> None:
    """Lines with time, level and module; for processes that run for long."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
