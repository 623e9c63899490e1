"""Dates and durations as shops write them, in seconds."""

import math
import re
from datetime import UTC, datetime

from diptych.errors import UsageError

_UNITS_S = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_MILLISECONDS = re.compile(r"-?\d{5,16}")


def duration_s(text: str) -> float:
    """The seconds in `30d`, `12h`, `5m`, `1.5s` or `200ms`.

    Raises:
        UsageError: it is none of these.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"The duration {text!r} cannot be read: write a number and one of d, h, m, s or ms, "
            "for example 30d."
        )
    return float(found[1]) * _UNITS_S[found[2]]


def moment_s(value: object) -> float | None:
    """Seconds since 1970 of an ISO date, or of a number of milliseconds since then; else None.

    Engines give `date` values in either form. A date without a zone is UTC.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value / 1_000 if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    if _MILLISECONDS.fullmatch(value):
        return int(value) / 1_000
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
