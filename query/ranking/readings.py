"""Numbers, dates and durations as shops and catalogues write them."""

import math
import re
from datetime import UTC, datetime
from functools import lru_cache

from diptych.errors import UsageError

_UNITS_S = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_MILLISECONDS = re.compile(r"-?\d{5,16}")


def number_of(value: object) -> float | None:
    """A finite number, which may be written as text; else None."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


@lru_cache(maxsize=256)
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
    return _written_moment_s(value) if isinstance(value, str) else None


@lru_cache(maxsize=4_096)
def _written_moment_s(value: str) -> float | None:
    if _MILLISECONDS.fullmatch(value):
        return int(value) / 1_000
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
