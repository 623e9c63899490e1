"""What an evaluation measured, as a table for people and as data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import orjson

_ENGLISH, _CHINESE = ", en", ", zh"
_HEAD: Final = "| | value | in Chinese | goal | n |\n|---|---|---|---|---|"


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


def to_table(figures: Iterable[Figure]) -> str:
    """Lines by part: name, value, goal with a mark where it is missed, number of queries."""
    return "\n".join(_lines(figures))


def to_json(figures: Iterable[Figure]) -> str:
    """A JSON array of the figures."""
    return orjson.dumps(list(figures)).decode()


def to_markdown(figures: Iterable[Figure]) -> str:
    """A Markdown table for each part; a figure in both languages is one row."""
    parts = groupby(figures, key=lambda figure: figure.about)
    return "\n\n".join("\n".join(_markdown_lines(about, list(part))) for about, part in parts)


def _markdown_lines(about: str, figures: Sequence[Figure]) -> Iterator[str]:
    yield f"### {about[:1].upper()}{about[1:]}\n\n{_HEAD}"
    chinese = {figure.name: figure for figure in figures if figure.name.endswith(_CHINESE)}
    for figure in figures:
        if figure.name in chinese:
            continue
        name = figure.name.strip().removesuffix(_ENGLISH)
        other = chinese.get(figure.name.removesuffix(_ENGLISH) + _CHINESE)
        both = [figure, other] if other else [figure]
        values = [f"{one.value:,.1f}" for one in both] + [""] * (2 - len(both))
        goal = f"{figure.goal:g}" if figure.goal is not None else ""
        missed = "" if all(one.is_reached for one in both) else ", missed"
        yield f"| {name} | {' | '.join(values)} | {goal}{missed} | {figure.n or ''} |"


def _lines(figures: Iterable[Figure]) -> Iterator[str]:
    for about, part in groupby(figures, key=lambda figure: figure.about):
        yield about
        for figure in part:
            goal = f"goal {figure.goal:g}" if figure.goal is not None else ""
            mark = "" if figure.is_reached else "missed"
            n = f"n={figure.n}" if figure.n else ""
            value = f"{figure.value:,.1f}"
            yield f"  {figure.name:<52}{value:>9}  {goal:<10} {mark:<7}{n}".rstrip()
