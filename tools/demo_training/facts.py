"""What is true of a picture, what a caption says, and the two as arrays of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.plugin.demo.vocabulary import Term

#: From an axis ("colour") to a value ("red"); None where the thing has none of that axis. An axis
#: that is left out is not known.
Facts: TypeAlias = Mapping[str, str | None]
Ints: TypeAlias = NDArray[np.int64]

#: The axis that says which thing a picture shows.
THING: Final = "thing"
#: In arrays, what is not known or not said, and what a thing does not have.
UNKNOWN: Final = -1
ABSENT: Final = -2


@dataclass(frozen=True, slots=True)
class Subject:
    """What one picture shows: its facts, and what those of its axes that have names are called."""

    facts: Facts
    names: Mapping[str, Term] = field(default_factory=dict)

    @property
    def thing(self) -> str:
        """The leaf of the axis of things."""
        return str(self.facts[THING])


@dataclass(frozen=True, slots=True)
class Caption:
    """A text and what it says: for `THING` a concept's key, else a value of the axis."""

    text: str
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis with its values, in order."""

    name: str
    values: tuple[str, ...]

    def number(self, facts: Facts) -> int:
        """The place of a picture's value; UNKNOWN or ABSENT where there is none."""
        if self.name not in facts:
            return UNKNOWN
        value = facts[self.name]
        return ABSENT if value is None else self.values.index(value)


def axes_of(subjects: Iterable[Subject]) -> tuple[Axis, ...]:
    """Every axis that occurs with its values, things first, the rest by name."""
    values: dict[str, set[str]] = {THING: set()}
    for subject in subjects:
        for name, value in subject.facts.items():
            values.setdefault(name, set()).update([value] if value is not None else [])
    names = [THING, *sorted(values.keys() - {THING})]
    return tuple(Axis(name, tuple(sorted(values[name]))) for name in names)


def fact_rows(axes: Sequence[Axis], subjects: Sequence[Subject]) -> Ints:
    """(n, axes): each picture's values by their places, UNKNOWN or ABSENT where there is none."""
    rows = [[axis.number(subject.facts) for axis in axes] for subject in subjects]
    return np.array(rows, np.int64).reshape(len(subjects), len(axes))
