"""Boosts: what a product's fields add to its blended score.

Each adds `weight * f`, where f is in [0, 1]; of several values in a field the best counts, and a
product without a value gets nothing. A negative weight takes away. How much a weight moves depends
on the blending: scores of `min_max` and `bounds` lie in [0, 1], those of `z_score` mostly between 0
and 5, those of `rrf` below 1 / (rank_constant + 1).
"""

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from diptych.errors import UsageError
from diptych.query.ranking.candidates import Candidate
from diptych.query.ranking.moments import duration_s, moment_s

#: Field name -> value of one product, or a list of values.
Values = Mapping[str, object]
Shape = Literal["gauss", "exp", "linear"]

SHAPES: tuple[Shape, ...] = get_args(Shape)

#: The origin that means the moment of the search.
NOW = "now"
#: A blended score is at most a few; what is larger sorts by the boost alone.
_LARGEST_WEIGHT = 1_000


@dataclass(frozen=True, slots=True)
class ValueBoost:
    """f = 1 where the field has the value; numbers and booleans may be written as text.

    Raises:
        UsageError: no field, or a weight out of range.
    """

    field: str
    value: str | float | bool
    weight: float

    def __post_init__(self) -> None:
        _check(self.field, self.weight)

    @property
    def name(self) -> str:
        """Its name in an explanation."""
        return f"boost:{self.field}={_written(self.value)}"

    def strength(self, value: object, *, now_s: float) -> float:
        """f of one value; `now_s` does not matter."""
        return float(_written(value) == _written(self.value))


@dataclass(frozen=True, slots=True)
class DecayBoost:
    """f = 1 at the origin and `decay` at `scale` from it, falling with the distance.

    The shapes are those of `function_score` in Elasticsearch and OpenSearch. With d = max(0,
    |value - origin| - offset):

        gauss   exp(-d^2 / (2 s^2)),  s^2 = -scale^2 / (2 ln decay)
        exp     exp(d * ln(decay) / scale)
        linear  max(0, 1 - d * (1 - decay) / scale)

    Args:
        origin: a number; or a date in ISO form or `now`, and then `scale` is a duration.
        scale: a number, or a duration such as `30d` (d, h, m, s, ms).
        decay: above 0 and below 1.
        offset: distance up to which nothing is lost, in the form of `scale`.

    Raises:
        UsageError: a value that cannot be read or is out of its range.
    """

    field: str
    origin: float | str
    scale: float | str
    weight: float
    decay: float = 0.5
    shape: Shape = "gauss"
    offset: float | str = 0.0

    def __post_init__(self) -> None:
        _check(self.field, self.weight)
        if self.shape not in SHAPES:
            raise UsageError(f"There is no shape {self.shape!r}: use {', '.join(SHAPES)}.")
        if not 0 < self.decay < 1:
            raise UsageError(
                f"The decay {self.decay:g} of {self.field!r} cannot be used: use a number between "
                "0 and 1."
            )
        if not 0 < self._length(self.scale):
            raise UsageError(
                f"The scale {self.scale!r} of {self.field!r} cannot be used: use more than 0."
            )
        if not 0 <= self._length(self.offset):
            raise UsageError(
                f"The offset {self.offset!r} of {self.field!r} cannot be used: use 0 or more."
            )
        is_now = self._is_timed and self.origin == NOW
        if not is_now and self._point(self.origin) is None:
            raise UsageError(self._misfit())

    @property
    def name(self) -> str:
        """Its name in an explanation."""
        return f"boost:{self.field}"

    def strength(self, value: object, *, now_s: float) -> float:
        """f of one value; 0 where it is no number, or no date.

        Args:
            now_s: the moment that the origin `now` means, in seconds since 1970.
        """
        point = self._point(value)
        if point is None:
            return 0.0
        origin = self._point(self.origin)
        distance = abs(point - (now_s if origin is None else origin)) - self._length(self.offset)
        return _FALL[self.shape](max(0.0, distance) / self._length(self.scale), self.decay)

    @property
    def _is_timed(self) -> bool:
        return isinstance(self.scale, str)

    def _length(self, value: float | str) -> float:
        if isinstance(value, str) != self._is_timed and value != 0:
            raise UsageError(self._misfit())
        if isinstance(value, str):
            return duration_s(value)
        return value if math.isfinite(value) else -1.0

    def _point(self, value: object) -> float | None:
        return moment_s(value) if self._is_timed else _number(value)

    def _misfit(self) -> str:
        return (
            f"The origin {self.origin!r}, scale {self.scale!r} and offset {self.offset!r} of "
            f"{self.field!r} do not fit: use numbers, or a date such as 2026-01-31 (or now) and "
            "durations such as 30d."
        )


@dataclass(frozen=True, slots=True)
class SaturationBoost:
    """f = value / (value + pivot), the `saturation` of `rank_feature`: 0.5 at the pivot, never 1.

    Raises:
        UsageError: no field, a pivot of 0 or less, or a weight out of range.
    """

    field: str
    pivot: float
    weight: float

    def __post_init__(self) -> None:
        _check(self.field, self.weight)
        if not 0 < self.pivot < math.inf:
            raise UsageError(
                f"The pivot {self.pivot:g} of {self.field!r} cannot be used: use a number above 0, "
                "for example a usual value of the field."
            )

    @property
    def name(self) -> str:
        """Its name in an explanation."""
        return f"boost:{self.field}"

    def strength(self, value: object, *, now_s: float) -> float:
        """f of one value; 0 where it is no number or a negative one; `now_s` does not matter."""
        number = _number(value)
        return 0.0 if number is None or number <= 0 else 1 / (1 + self.pivot / number)


Boost = ValueBoost | DecayBoost | SaturationBoost


def boost(
    candidates: Iterable[Candidate],
    boosts: Sequence[Boost],
    values: Mapping[str, Values],
    *,
    now_s: float | None = None,
) -> list[Candidate]:
    """The candidates with what the boosts add, best first; equal scores in the order of their ids.

    Args:
        values: document id -> field -> value, as the engine's `docvalue_fields` or the source give
            it; dates as ISO text or milliseconds since 1970.
        now_s: the moment of the search in seconds since 1970; the clock's where it is None.
    """
    moment = time.time() if now_s is None else now_s
    lifted = [_lift(one, boosts, values.get(one.id, {}), moment) for one in candidates]
    return sorted(lifted, key=lambda one: (-one.score, one.id))


def _lift(one: Candidate, boosts: Sequence[Boost], values: Values, now_s: float) -> Candidate:
    parts = dict(one.parts)
    score = one.score
    for each in boosts:
        strengths = [each.strength(value, now_s=now_s) for value in _several(values, each.field)]
        added = each.weight * max(strengths, default=0.0)
        parts[each.name] = parts.get(each.name, 0.0) + added
        score += added
    return replace(one, score=score, parts=parts)


def _several(values: Values, field: str) -> Sequence[object]:
    value = values.get(field)
    if isinstance(value, list | tuple):
        return value
    return () if value is None else (value,)


def _gauss(scales: float, decay: float) -> float:
    """With s^2 put in, exp(-d^2 / (2 s^2)) is decay to the power of (d / scale)^2."""
    return math.exp(math.log(decay) * scales * scales)


def _exponential(scales: float, decay: float) -> float:
    return math.exp(math.log(decay) * scales)


def _linear(scales: float, decay: float) -> float:
    return max(0.0, 1 - scales * (1 - decay))


#: Shape -> f of the distance in scales and the decay.
_FALL = {"gauss": _gauss, "exp": _exponential, "linear": _linear}


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _written(value: object) -> str:
    """A value as text, so that 5, 5.0 and "5", or true and "true", are the same."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _check(field: str, weight: float) -> None:
    if not field.strip():
        raise UsageError("A boost names no field: say which field it reads.")
    if not -_LARGEST_WEIGHT <= weight <= _LARGEST_WEIGHT:
        raise UsageError(
            f"The weight {weight:g} of the boost on {field!r} cannot be used: use a number from "
            f"{-_LARGEST_WEIGHT} to {_LARGEST_WEIGHT}."
        )
