"""Boosts by nearness: to a price, a date, the moment of the search."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from diptych.errors import UsageError
from diptych.query.ranking.readings import duration_s, moment_s, number_of

Shape = Literal["gauss", "exp", "linear"]

SHAPES: tuple[Shape, ...] = get_args(Shape)

#: The origin that means the moment of the search.
NOW = "now"
#: A blended score is at most a few; what is larger sorts by the boost alone.
_LARGEST_WEIGHT = 1_000


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
        check_boost(self.field, self.weight)
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
        return moment_s(value) if self._is_timed else number_of(value)

    def _misfit(self) -> str:
        return (
            f"The origin {self.origin!r}, scale {self.scale!r} and offset {self.offset!r} of "
            f"{self.field!r} do not fit: use numbers, or a date such as 2026-01-31 (or now) and "
            "durations such as 30d."
        )


def check_boost(field: str, weight: float) -> None:
    """Pass if a boost of any kind can be made of these.

    Raises:
        UsageError: no field, or a weight out of range.
    """
    if not field.strip():
        raise UsageError("A boost names no field: say which field it reads.")
    if not -_LARGEST_WEIGHT <= weight <= _LARGEST_WEIGHT:
        raise UsageError(
            f"The weight {weight:g} of the boost on {field!r} cannot be used: use a number from "
            f"{-_LARGEST_WEIGHT} to {_LARGEST_WEIGHT}."
        )


def _gauss(scales: float, decay: float) -> float:
    """With s^2 put in, exp(-d^2 / (2 s^2)) is decay to the power of (d / scale)^2."""
    return math.exp(math.log(decay) * scales * scales)


def _exponential(scales: float, decay: float) -> float:
    return math.exp(math.log(decay) * scales)


def _linear(scales: float, decay: float) -> float:
    return max(0.0, 1 - scales * (1 - decay))


#: Shape -> f of the distance in scales and the decay.
_FALL = {"gauss": _gauss, "exp": _exponential, "linear": _linear}
