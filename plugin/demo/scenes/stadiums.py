"""Matches in stadiums: football, basketball, tennis and athletics, by day or floodlit."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.finals import draw_ceremony
from diptych.plugin.demo.scenes.grounds import GROUNDS, Ground, draw_ground
from diptych.plugin.demo.scenes.lighting import lay, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed
from diptych.plugin.demo.scenes.people import POSTURES, draw_person, dressed
from diptych.plugin.demo.scenes.seaside import BRIGHT
from diptych.plugin.demo.scenes.stands import draw_stands

_Play: TypeAlias = Callable[[Pen, Ground, Colour, Dice], None]
_RIVALS = ((30, 30, 36), (240, 140, 40), (120, 60, 160), (236, 120, 180))


def draw_stadium(pen: Pen, facts: Mapping[str, str], dice: Dice) -> None:
    """A match in front of full stands, or its final with the cup, flags and confetti."""
    is_night = facts["time"] == "night"
    team = np.asarray(BRIGHT[facts["colour"]], float) + dice.uniform(-8, 8, 3)
    edge, pan = dice.uniform(0.38, 0.46), dice.uniform(0.08, 0.24) * dice.choice((-1, 1))
    ground = GROUNDS[facts["sport"]]
    ground = replace(ground, top=edge, pan=pan if ground.has_goals else 0.0)
    draw_stands(
        pen, dice, team, edge=edge, is_night=is_night, is_indoors=facts["sport"] == "basketball"
    )
    draw_ground(pen, ground, dice, is_night=is_night)
    _PLAYS[facts["sport"]](pen, ground, team, dice)
    if facts["event"] == "final":
        draw_ceremony(pen, team, dice)


def _football(pen: Pen, ground: Ground, team: Colour, dice: Dice) -> None:
    rival = _rival(dice)
    for _ in range(dice.integers(3, 7)):
        x, y = dice.uniform(0.05, 0.95), dice.uniform(ground.top + 0.04, 0.66)
        _player(
            pen.at(x, y, 0.08 + 0.3 * (y - 0.42)),
            dice,
            team if dice.random() < 0.5 else rival,
            "running",
        )
    y, unit, flip = dice.uniform(0.86, 0.95), dice.uniform(0.34, 0.44), bool(dice.random() < 0.5)
    x = dice.uniform(0.35, 0.65)
    near = pen.at(x, y, unit, is_flipped=flip)
    _player(near, dice, team, "kicking")
    other = pen.at(x + (-0.28 if flip else 0.28), y - 0.05, unit * 0.92, is_flipped=not flip)
    _player(other, dice, rival, "running")
    _football_ball(near.at(0.46, -0.1, 0.2))


def _football_ball(pen: Pen) -> None:
    shadow(pen, 0, 0.5, 0.6, 0.16)
    sheet = pen.apart()
    sheet.oval((250, 250, 250), 0, 0, 0.42, 0.42)
    sheet.fill((30, 30, 34), [(0, -0.16), (0.15, -0.04), (0.1, 0.14), (-0.1, 0.14), (-0.15, -0.04)])
    for angle in np.linspace(0.3, 6.58, 6)[:5].tolist():
        sheet.oval((30, 30, 34), 0.36 * np.cos(angle), 0.36 * np.sin(angle), 0.1, 0.08, turn=angle)
    lay(pen, sheet, ink=(60, 60, 66), depth=0.3)


def _basketball(pen: Pen, ground: Ground, team: Colour, dice: Dice) -> None:
    flip = bool(dice.random() < 0.5)
    side = -1.0 if flip else 1.0
    hoop = pen.at(0.5 + side * dice.uniform(0.28, 0.34), 0.8, 0.62, is_flipped=flip)
    _hoop(hoop)
    shooter = pen.at(
        0.5 + side * dice.uniform(-0.08, 0.06),
        dice.uniform(0.8, 0.9),
        dice.uniform(0.38, 0.46),
        is_flipped=flip,
    )
    _player(shooter, dice, team, "reaching", skips=0.06)
    for i in range(dice.integers(2, 4)):
        x = 0.5 + side * (dice.uniform(-0.42, -0.24) + 0.22 * i)
        other = pen.at(x, dice.uniform(0.7, 0.96), dice.uniform(0.3, 0.4), is_flipped=not flip)
        _player(
            other,
            dice,
            _rival(dice) if i != 1 else team,
            ("running", "cheering")[int(dice.integers(2))],
        )
    ball = shooter.at(0.3, -1.32 - dice.uniform(0, 0.1), 0.22).apart()
    ball.oval((232, 120, 44), 0, 0, 0.5, 0.5)
    ball.line((60, 34, 24), [(-0.5, 0), (0.5, 0)], 0.05)
    ball.line((60, 34, 24), [(0, -0.5), (0, 0.5)], 0.05)
    ball.line((60, 34, 24), [(-0.3, -0.4), (-0.14, 0), (-0.3, 0.4)], 0.05)
    lay(pen, ball, ink=(80, 40, 24), depth=0.35)


def _hoop(pen: Pen) -> None:
    """Board, ring and net on a post one unit high, its front to the left."""
    shadow(pen, 0.04, 0, 0.2, 0.03)
    sheet = pen.apart()
    sheet.tube((70, 76, 96), [(0.16, 0), (0.16, -0.6), (0.0, -0.84)], (0.06, 0.05, 0.04))
    sheet.fill((246, 248, 250), [(-0.08, -1.06), (0.02, -1.1), (0.02, -0.7), (-0.08, -0.66)])
    sheet.line(
        (210, 40, 40),
        [(-0.06, -0.86), (-0.01, -0.88), (-0.01, -0.77), (-0.06, -0.75), (-0.06, -0.86)],
        0.014,
    )
    for i in range(5):
        x = -0.3 + 0.05 * i
        sheet.line((250, 250, 250), [(x, -0.74), (x + 0.08 - 0.03 * i, -0.58)], 0.012)
        sheet.line((250, 250, 250), [(x, -0.74), (x - 0.02 + 0.005 * i, -0.58)], 0.012)
    sheet.line((240, 90, 30), [(-0.32, -0.74), (-0.06, -0.74)], 0.035)
    lay(pen, sheet, ink=(50, 54, 66), depth=0.2)


def _tennis(pen: Pen, ground: Ground, team: Colour, dice: Dice) -> None:
    far = pen.at(dice.uniform(0.35, 0.65), ground.top + 0.09, 0.15, is_flipped=True)
    _racket(far)
    _player(far, dice, _rival(dice), "reaching")
    _net(pen, ground)
    flip = bool(dice.random() < 0.5)
    near = pen.at(
        dice.uniform(0.38, 0.62), dice.uniform(0.9, 0.97), dice.uniform(0.36, 0.44), is_flipped=flip
    )
    _racket(near)
    _player(near, dice, team, "reaching")
    x, y = dice.uniform(0.2, 0.8), dice.uniform(0.45, 0.6)
    pen.oval((222, 244, 60), x, y, 0.014, 0.014)


def _racket(pen: Pen) -> None:
    """Held in the raised hand of a reaching figure."""
    pen.line((60, 40, 36), [(0.24, -1.14), (0.33, -1.3)], 0.035)
    hand = pen.at(0.4, -1.44, 1.0, turn=0.5)
    hand.oval((210, 50, 50), 0, 0, 0.12, 0.17)
    hand.oval((226, 232, 226), 0, 0, 0.095, 0.145)
    for offset in (-0.05, 0.0, 0.05):
        hand.line((150, 154, 150), [(offset, -0.14), (offset, 0.14)], 0.008)
        hand.line((150, 154, 150), [(-0.09, offset * 2), (0.09, offset * 2)], 0.008)


def _net(pen: Pen, ground: Ground) -> None:
    y = ground.top + 0.17
    for x in np.linspace(0.08, 0.92, 30).tolist():
        pen.line((40, 46, 50), [(x, y - 0.07), (x, y)], 0.002, opacity=0.7)
    for step in np.linspace(0, 0.07, 5).tolist():
        pen.line((40, 46, 50), [(0.08, y - step), (0.92, y - step)], 0.002, opacity=0.7)
    pen.line((250, 250, 250), [(0.08, y - 0.07), (0.5, y - 0.064), (0.92, y - 0.07)], 0.012)


def _athletics(pen: Pen, ground: Ground, team: Colour, dice: Dice) -> None:
    flip = bool(dice.random() < 0.5)
    n = int(dice.integers(3, 6))
    first = int(dice.integers(n))
    for i in range(n):
        y = ground.top + 0.2 + (0.94 - ground.top - 0.2) * (i + 0.6) / n
        unit = 0.2 + 0.24 * (y - 0.5)
        x = 0.14 + 0.72 * ((i * 0.37 + dice.uniform(0, 0.5)) % 1)
        _player(
            pen.at(x, y, unit, is_flipped=flip),
            dice,
            team if i == first or i == n - 1 else _rival(dice),
            "running",
        )
    for i in range(3 if dice.random() < 0.4 else 0):
        hurdle = pen.at(0.2 + 0.3 * i, ground.top + 0.24, 0.1)
        hurdle.line((240, 240, 240), [(-0.4, 0), (-0.4, -0.8), (0.4, -0.8), (0.4, 0)], 0.08)


def _player(pen: Pen, dice: Dice, shirt: Colour, posture: str, *, skips: float = 0.0) -> None:
    shadow(pen, 0.08, 0.01, 0.4, 0.06, opacity=0.4)
    sheet = pen.at(0, -skips, 1.0).apart()
    shorts = lighter(shirt, 0.75) if dice.random() < 0.5 else darker(shirt, 0.55)
    draw_person(sheet, POSTURES[posture], dressed(dice, shirt=shirt, shorts=shorts))
    lay(pen, sheet, ink=darker(mixed(shirt, (90, 70, 60), 0.5), 0.5), depth=0.3)


def _rival(dice: Dice) -> Colour:
    return pick(dice, _RIVALS)


_PLAYS: Mapping[str, _Play] = MappingProxyType(
    {
        "football": _football,
        "basketball": _basketball,
        "tennis": _tennis,
        "athletics": _athletics,
    }
)
