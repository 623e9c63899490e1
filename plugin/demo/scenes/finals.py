"""What makes a match the final: the golden cup, flags and confetti."""

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.lighting import glow, lay, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter

_GOLD = (236, 186, 60)
_HANDLE = ((0.24, -0.9), (0.4, -0.82), (0.34, -0.6), (0.14, -0.5))
_CONFETTI = ((240, 200, 60), (230, 60, 70), (70, 130, 230), (90, 200, 110), (250, 250, 250))


def draw_ceremony(pen: Pen, team: Colour, dice: Dice) -> None:
    """The cup in front, flags over the stands and confetti everywhere."""
    for x in np.linspace(0.1, 0.9, 5).tolist():
        place = x + dice.uniform(-0.04, 0.04)
        _flag(
            pen.at(place, 0.36, dice.uniform(0.16, 0.24), is_flipped=dice.random() < 0.5),
            team,
            dice,
        )
    for x, y, turn in dice.uniform(0, 1, (90, 3)).tolist():
        tone = pick(dice, _CONFETTI)
        pen.oval(tone, x, y * 0.9, 0.009, 0.005, turn=turn * 3)
    side = 0.2 if dice.random() < 0.5 else 0.8
    cup = pen.at(
        side + dice.uniform(-0.06, 0.06), dice.uniform(0.93, 0.98), dice.uniform(0.36, 0.46)
    )
    _cup(cup, is_globe=bool(dice.random() < 0.5))


def _cup(pen: Pen, *, is_globe: bool) -> None:
    """A golden trophy, one unit high: a globe on a twisted foot or a bowl with two handles."""
    glow(pen, (255, 236, 150), 0, -0.55, 0.55, 0.65, opacity=0.45)
    shadow(pen, 0.05, 0.01, 0.36, 0.06)
    sheet = pen.apart()
    sheet.fill((40, 90, 64), [(-0.2, -0.13), (0.2, -0.13), (0.23, 0), (-0.23, 0)])
    sheet.line(lighter(_GOLD, 0.3), [(-0.21, -0.07), (0.21, -0.07)], 0.03)
    if is_globe:
        _globe(sheet)
    else:
        _bowl(sheet)
    sheet.tube((255, 246, 200), [(-0.1, -0.9), (-0.13, -0.7)], (0.04, 0.05))
    lay(pen, sheet, ink=darker(_GOLD, 0.55), depth=0.45)


def _globe(pen: Pen) -> None:
    pen.tube(_GOLD, [(0, -0.14), (0, -0.34), (0, -0.62)], (0.32, 0.16, 0.34))
    pen.oval(lighter(_GOLD, 0.15), 0, -0.8, 0.22, 0.21)
    for lean in (-0.1, 0.08):
        groove = [(lean * 1.2, -0.16), (-lean * 0.4, -0.4), (lean * 1.6, -0.7)]
        pen.tube(darker(_GOLD, 0.25), groove, (0.03, 0.02, 0.03))
    pen.line(darker(_GOLD, 0.25), [(-0.2, -0.84), (0, -0.78), (0.2, -0.84)], 0.02)


def _bowl(pen: Pen) -> None:
    for side in (-1, 1):
        pen.line(_GOLD, [(side * x, y) for x, y in _HANDLE], 0.05)
    pen.tube(_GOLD, [(0, -0.13), (0, -0.3), (0, -0.42)], (0.26, 0.08, 0.14))
    half = ((0.3, -0.98), (0.25, -0.66), (0.1, -0.42))
    pen.fill(_GOLD, [*half, *((-x, y) for x, y in reversed(half))])
    pen.oval(darker(_GOLD, 0.3), 0, -0.98, 0.3, 0.06)


def _flag(pen: Pen, team: Colour, dice: Dice) -> None:
    """A waving flag of three stripes, its pole one unit high."""
    pen.line((226, 226, 226), [(0, 0), (0, -1)], 0.04)
    x = np.linspace(0, 0.9, 9)
    wave = 0.06 * np.sin(x * 7 + dice.uniform(0, 6)) * x
    second = pick(dice, _CONFETTI)
    for i, tone in enumerate((team, second, lighter(team, 0.7))):
        upper = np.column_stack([x, -1 + 0.19 * i + wave])
        pen.fill(tone, np.concatenate([upper, upper[::-1] + np.array((0, 0.2))]))
