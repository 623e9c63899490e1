"""Values as the types of a mapping take them; what a type cannot be is refused before it is sent."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date

from diptych.errors import UsageError
from diptych.query.criteria import Value
from diptych.query.fields import DATE_KINDS, ExactField

_TRUTH = {"true": True, "false": False}
#: Least and largest whole number of a type.
_WHOLE: Mapping[str, tuple[int, int]] = {
    "long": (-(2**63), 2**63 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsigned_long": (0, 2**64 - 1),
}
#: Largest number of a type, either way.
_BROKEN: Mapping[str, float] = {
    "double": 1.7976931348623157e308,
    "scaled_float": 1e15,
    "float": 3.4028234e38,
    "half_float": 65_504.0,
}
#: The engines' default format of a date, `strict_date_optional_time||epoch_millis`.
_DATE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T\d\d(:\d\d(:\d\d([.,]\d{1,9})?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?)?)?"
)
_MILLISECONDS = re.compile(r"-?\d{1,16}")
#: Reckoning from a date or from `now`, as in now-30d/d.
_RECKONED = re.compile(r"(now|(?P<from>[^|]+)\|\|)([+-]\d{1,6}[yMwdhHms])*(/[yMwdhHms])?")


def exact_value(name: str, value: Value, field: ExactField) -> object:
    """The value for a clause on the field.

    Args:
        name: the field as the caller wrote it, for the sentence.

    Raises:
        UsageError: the field's type cannot have it.
    """
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field.kind == "boolean":
        return _read(name, text.lower(), "true or false", _TRUTH.__getitem__)
    if field.kind in _WHOLE:
        least, largest = _WHOLE[field.kind]
        expected = f"a whole number from {least:,} to {largest:,}"
        return _read(name, text, expected, lambda it: _between(int(it), least, largest))
    if field.kind in _BROKEN:
        largest_one = _BROKEN[field.kind]
        expected = f"a number of at most {largest_one:g}"
        return _read(
            name, text, expected, lambda it: _between(float(it), -largest_one, largest_one)
        )
    if field.kind in DATE_KINDS and not field.has_own_format:
        return _read(name, text, "a date such as 2026-01-31, or now-30d", _as_date)
    if field.kind == "ip":
        return _read(name, text, "an address", _as_address)
    return text


def _read(name: str, text: str, expected: str, read: Callable[[str], object]) -> object:
    try:
        return read(text)
    except (KeyError, ValueError) as err:
        raise UsageError(f"No product can have {name}={text}: {name} is {expected}.") from err


def _between(number: float, least: float, largest: float) -> float:
    """Infinities and what is no number lie outside."""
    if not least <= number <= largest:
        raise ValueError(number)
    return number


def _as_date(text: str) -> str:
    reckoned = _RECKONED.fullmatch(text)
    base = text if reckoned is None else reckoned["from"]
    if base is None or _MILLISECONDS.fullmatch(base):
        return text
    found = _DATE.fullmatch(base)
    if found is None:
        raise ValueError(text)
    date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    return text


def _as_address(text: str) -> str:
    ipaddress.ip_network(text, strict=False)
    return text
