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

from diptych.errors import UsageError
from diptych.query.ranking.candidates import Candidate
from diptych.query.ranking.decay import DecayBoost, check_boost
from diptych.query.ranking.readings import number_of

__all__ = ["Boost", "DecayBoost", "SaturationBoost", "ValueBoost", "Values", "boost"]

#: Field name -> value of one product, or a list of values.
Values = Mapping[str, object]


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
        check_boost(self.field, self.weight)

    @property
    def name(self) -> str:
        """Its name in an explanation."""
        return f"boost:{self.field}={_written(self.value)}"

    def strength(self, value: object, *, now_s: float) -> float:
        """f of one value; `now_s` does not matter."""
        return float(_written(value) == _written(self.value))


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
        check_boost(self.field, self.weight)
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
        number = number_of(value)
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


def _written(value: object) -> str:
    """A value as text, so that 5, 5.0 and "5", or true and "true", are the same."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
