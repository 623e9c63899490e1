"""Wall-clock times as the index keeps them."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present time with its zone."""
    return datetime.now(UTC)


def timestamp(time: datetime) -> str:
    """The time as text in UTC with milliseconds; such texts sort by time."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")
