"""The grounds that are played on, with their lines, seen from the stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.lighting import glow, gradient, mottle
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter

_CHALK = (246, 248, 244)


@dataclass(frozen=True, slots=True)
class Ground:
    """The surfaces it may have, its stripes and lines, its upper edge and the view's pan.

    Lines are given from (0, 0) far left to (1, 1) near right.
    """

    surfaces: tuple[Colour, ...]
    n_stripes: int
    lines: tuple[tuple[tuple[float, float], ...], ...]
    has_goals: bool = False
    has_infield: bool = False
    top: float = 0.42
    pan: float = 0.0

    def seen(self, x: float, depth: float) -> tuple[float, float]:
        """Where a point of the ground is in the picture."""
        near = depth**1.25
        return 0.5 + (x - 0.5) * (0.8 + 0.75 * near) + self.pan, self.top + (1 - self.top) * near


def _ring(x: float, y: float, rx: float, ry: float) -> tuple[tuple[float, float], ...]:
    angles = np.linspace(0, 2 * np.pi, 29).tolist()
    return tuple((x + rx * float(np.cos(a)), y + ry * float(np.sin(a))) for a in angles)


_EDGE = ((0.04, 0.06), (0.96, 0.06), (0.96, 0.98), (0.04, 0.98), (0.04, 0.06))
#: From a sport to its ground.
GROUNDS: Mapping[str, Ground] = MappingProxyType(
    {
        "football": Ground(
            ((62, 148, 62), (74, 156, 58), (50, 138, 66)), 11,
            (
                _EDGE, ((0.5, 0.06), (0.5, 0.98)), _ring(0.5, 0.5, 0.12, 0.18),
                ((0.04, 0.25), (0.18, 0.25), (0.18, 0.78), (0.04, 0.78)),
                ((0.96, 0.25), (0.82, 0.25), (0.82, 0.78), (0.96, 0.78)),
            ),
            has_goals=True,
        ),
        "basketball": Ground(
            ((206, 150, 90), (190, 132, 78)), 24,
            (
                _EDGE, ((0.5, 0.06), (0.5, 0.98)), _ring(0.5, 0.5, 0.09, 0.16),
                ((0.04, 0.34), (0.24, 0.34), (0.24, 0.68), (0.04, 0.68)),
                ((0.96, 0.34), (0.76, 0.34), (0.76, 0.68), (0.96, 0.68)),
                _ring(0.04, 0.5, 0.3, 0.36), _ring(0.96, 0.5, 0.3, 0.36),
            ),
        ),
        "tennis": Ground(
            ((58, 110, 176), (200, 106, 66), (76, 142, 78)), 0,
            (
                ((0.14, 0.12), (0.86, 0.12), (0.86, 0.94), (0.14, 0.94), (0.14, 0.12)),
                ((0.23, 0.12), (0.23, 0.94)), ((0.77, 0.12), (0.77, 0.94)),
                ((0.23, 0.28), (0.77, 0.28)), ((0.23, 0.68), (0.77, 0.68)),
                ((0.5, 0.28), (0.5, 0.68)),
            ),
        ),
        "athletics": Ground(
            ((196, 78, 56), (60, 104, 170)), 0,
            tuple(((-0.3, y), (1.3, y)) for y in (0.42, 0.52, 0.63, 0.74, 0.86, 0.98)),
            has_infield=True,
        ),
    }
)  # fmt: skip


def draw_ground(pen: Pen, ground: Ground, dice: Dice, *, is_night: bool) -> None:
    """The ground from its upper edge down to the picture's lower edge."""
    surface = pick(dice, ground.surfaces)
    gradient(pen, [surface, lighter(surface, 0.06)], ground.top, 1)
    for i in range(0, ground.n_stripes, 2):
        x0, x1 = (-0.3 + 1.6 * (i + k) / ground.n_stripes for k in (0, 1))
        corners = ((x0, 0), (x1, 0), (x1, 1), (x0, 1))
        pen.fill(lighter(surface, 0.12), [ground.seen(x, depth) for x, depth in corners])
    if ground.has_infield:
        infield = ((-0.3, 0), (1.3, 0), (1.3, 0.34), (-0.3, 0.34))
        pen.fill((84, 160, 78), [ground.seen(x, depth) for x, depth in infield])
    for line in ground.lines:
        pen.line(_CHALK, [ground.seen(x, depth) for x, depth in line], 0.007, opacity=0.9)
    if ground.has_goals:
        _goal(pen, ground)
    mottle(pen, dice, n=10, strength=0.04, top=ground.top)
    if is_night:
        glow(pen, (255, 255, 240), 0.5, 0.7, 0.7, 0.35, opacity=0.16)


def _goal(pen: Pen, ground: Ground) -> None:
    """A goal with its net at the end that is in view."""
    side = -1 if ground.pan > 0 else 1
    (x0, y0), (x1, y1) = (ground.seen(0.5 + side * 0.46, depth) for depth in (0.4, 0.64))
    back = side * 0.07
    for share in np.linspace(0, 1, 9).tolist():
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        pen.line(
            (236, 240, 240),
            [(x, y - 0.16), (x + back, y - 0.13), (x + back, y)],
            0.003,
            opacity=0.7,
        )
        pen.line(
            (236, 240, 240),
            [(x0 + back, y0 - 0.13 * share), (x1 + back, y1 - 0.13 * share)],
            0.003,
            opacity=0.7,
        )
    pen.line(darker(_CHALK, 0.02), [(x0, y0), (x0, y0 - 0.16), (x1, y1 - 0.16), (x1, y1)], 0.014)
