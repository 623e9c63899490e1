"""What an evaluation measured, as a table for people and as data."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    Attributes:
        about: the part of the evaluation.
        name: what was measured.
        value: a percentage, or a rate a second.
        n: of queries or pictures; 0 for a rate.
        goal: the least that is wanted, in the same unit.
    """

    about: str
    name: str
    value: float
    n: int = 0
    goal: float | None = None

    @property
    def is_reached(self) -> bool:
        """Whether the goal is; true where there is none."""
        return self.goal is None or self.value >= self.goal


def share(about: str, name: str, value: float, n: int, goal: float | None = None) -> Figure:
    """A figure in percent of a share in [0, 1]."""
    return Figure(about, name, round(100 * value, 1), n, goal)


def table(figures: Iterable[Figure]) -> str:
    """Lines by part: name, value, goal with a mark where it is missed, number of queries."""
    return "\n".join(_lines(figures))


def rows(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """The figures as objects for JSON."""
    return [asdict(figure) for figure in figures]


def _lines(figures: Iterable[Figure]) -> Iterator[str]:
    for about, part in groupby(figures, key=lambda figure: figure.about):
        yield about
        for figure in part:
            goal = f"goal {figure.goal:g}" if figure.goal is not None else ""
            mark = "" if figure.is_reached else "missed"
            n = f"n={figure.n}" if figure.n else ""
            value = f"{figure.value:,.1f}"
            yield f"  {figure.name:<52}{value:>9}  {goal:<10} {mark:<7}{n}".rstrip()
