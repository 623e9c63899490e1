"""Bones: the chest and the hand on a film, and a whole skeleton."""

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.lighting import glow, lay, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker

_SOFT = (120, 138, 158)
_BONE = (226, 234, 242)
_IVORY = (236, 226, 200)
#: The right half of the body on a film, from top to bottom, and its lung.
_TRUNK = ((0.12, -0.46), (0.36, -0.34), (0.4, 0.1), (0.36, 0.47))
_LUNG = (
    *((0.07, -0.3), (0.16, -0.36), (0.27, -0.2), (0.33, 0.12)),
    *((0.31, 0.26), (0.18, 0.2), (0.08, 0.18)),
)
_PELVIS = ((-0.09, 0.02), (0, 0.05), (0.09, 0.02), (0.08, 0.09), (0, 0.13), (-0.08, 0.09))


def draw_chest(pen: Pen, dice: Dice) -> None:
    """Two dark lungs behind curved ribs, spine, collarbones and the heart's shadow."""
    pen.blob((96, 110, 128), [*_TRUNK, *((-x, y) for x, y in reversed(_TRUNK))])
    glow(pen, _SOFT, 0, 0.42, 0.46, 0.24, opacity=0.9)
    for side in (-1, 1):
        pen.blob((26, 32, 42), [(side * x, y) for x, y in _LUNG])
        for i in range(7):
            root, tip = (side * 0.06, -0.1 + 0.01 * i), (side * 0.24, -0.26 + 0.075 * i)
            pen.line((88, 100, 116), [root, tip], 0.006, opacity=0.6)
    _ribs(pen, dice)
    pen.tube((206, 216, 226), [(0, -0.46), (0, 0.46)], (0.085, 0.1))
    for y in np.linspace(-0.43, 0.43, 14).tolist():
        pen.line((140, 154, 170), [(-0.045, y), (0.045, y)], 0.01)
    glow(pen, (196, 208, 220), 0.07, 0.1, 0.2, 0.2, opacity=0.9)
    for side in (-1, 1):
        collar = [(side * 0.03, -0.3), (side * 0.18, -0.36), (side * 0.36, -0.34)]
        pen.tube(_BONE, collar, (0.035, 0.026, 0.032))
        arm = [(side * 0.37, -0.32), (side * 0.41, -0.1), (side * 0.42, 0.12)]
        pen.tube(_BONE, arm, (0.07, 0.045, 0.045))


def _ribs(pen: Pen, dice: Dice) -> None:
    sag = dice.uniform(0.05, 0.09)
    for side in (-1, 1):
        for i in range(9):
            y = -0.33 + 0.068 * i
            reach = 0.2 + 0.14 * np.sin(min(1.0, (i + 1) / 6) * np.pi / 2)
            arc = [(0.04, y), (reach * 0.6, y - 0.03), (reach, y + sag), (reach * 0.8, y + sag * 2)]
            pen.line((188, 200, 214), _bent([(side * x, y) for x, y in arc]), 0.018, opacity=0.75)


def _bent(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A finer line through a few points, as a cubic Bezier near them."""
    p = np.asarray(points, float)
    t = np.linspace(0, 1, 12)[:, None]
    curve = (
        (1 - t) ** 3 * p[0] + 3 * (1 - t) ** 2 * t * p[1] + 3 * (1 - t) * t**2 * p[2] + t**3 * p[3]
    )
    return [(float(x), float(y)) for x, y in curve]


def draw_hand(pen: Pen, dice: Dice) -> None:
    """The bones of a hand in the grey of its flesh."""
    spread = dice.uniform(0.8, 1.25)
    fingers = [
        (-0.2, 0.02, -0.32 * spread, 0.3),
        (-0.1, -0.08, -0.14 * spread, 0.37),
        (0.0, -0.1, 0.0, 0.4),
        (0.1, -0.08, 0.13 * spread, 0.36),
    ]
    thumb = (0.16, 0.16, 0.75, 0.3)
    flesh = pen.apart()
    flesh.tube((78, 92, 112), [(0, 0.1), (0, 0.28), (0.0, 0.48)], (0.42, 0.32, 0.24))
    for x, y, lean, length in (*fingers, thumb):
        tip = (x + np.sin(lean) * length, y - np.cos(lean) * length)
        flesh.tube((78, 92, 112), [(x * 0.8, 0.14), (x, y), tip], (0.13, 0.11, 0.09))
    lay(pen, flesh, depth=0.3)
    for x in (-0.05, 0.06):
        _bone(pen, (x, 0.48), (x * 0.9, 0.32), 0.065)
    for x, y in (
        (-0.08, 0.25),
        (-0.01, 0.26),
        (0.06, 0.25),
        (-0.05, 0.2),
        (0.02, 0.2),
        (0.09, 0.19),
    ):
        pen.oval(darker(_BONE, 0.12), x, y, 0.036, 0.03)
    for x, y, lean, length in (*fingers, thumb):
        _finger(pen, (x * 0.45 + 0.01, 0.15), (x, y), lean, length)


def _finger(
    pen: Pen, root: tuple[float, float], knuckle: tuple[float, float], lean: float, length: float
) -> None:
    _bone(pen, root, knuckle, 0.045)
    x, y = knuckle
    stops = [
        (x + np.sin(lean) * length * s, y - np.cos(lean) * length * s)
        for s in (0.06, 0.44, 0.5, 0.74, 0.8, 0.97)
    ]
    for i, width in ((0, 0.042), (2, 0.036), (4, 0.03)):
        _bone(pen, stops[i], stops[i + 1], width)


def _bone(
    pen: Pen,
    first: tuple[float, float],
    second: tuple[float, float],
    width: float,
    tone: Colour = _BONE,
) -> None:
    """Thick at both ends."""
    middle = ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    pen.tube(tone, [first, middle, second], (width, width * 0.6, width))


def draw_skeleton(pen: Pen, dice: Dice) -> None:
    """A standing skeleton with its arms hanging or one raised."""
    shadow(pen, 0, 0.49, 0.3, 0.03, opacity=0.4)
    sheet = pen.apart()
    sheet.oval(_IVORY, 0, -0.4, 0.075, 0.08)
    sheet.tube(_IVORY, [(0, -0.36), (0, -0.32)], (0.09, 0.07))
    sheet.tube(_IVORY, [(0, -0.3), (0, 0.04)], (0.03, 0.035))
    sheet.blob(_IVORY, _PELVIS)
    raised = dice.random() < 0.5
    for side in (-1, 1):
        _rib_cage(sheet, side)
        _arm(sheet, side, is_raised=bool(raised and side > 0))
        foot = side * dice.uniform(0.07, 0.1)
        _bone(sheet, (side * 0.06, 0.1), (foot, 0.28), 0.042, _IVORY)
        _bone(sheet, (foot, 0.29), (foot, 0.46), 0.034, _IVORY)
        sheet.tube(_IVORY, [(foot, 0.475), (foot + side * 0.05, 0.48)], (0.025, 0.018))
    lay(pen, sheet, ink=darker(_IVORY, 0.62), depth=0.35)
    for side in (-1, 1):
        pen.oval((34, 28, 26), side * 0.03, -0.405, 0.02, 0.022)
    pen.fill((34, 28, 26), [(0, -0.385), (0.01, -0.365), (-0.01, -0.365)])
    pen.line((70, 56, 48), [(-0.03, -0.338), (0.03, -0.338)], 0.008)


def _rib_cage(pen: Pen, side: int) -> None:
    for i in range(6):
        y = -0.22 + 0.036 * i
        reach = side * (0.1 + 0.012 * min(i, 3) - 0.012 * max(0, i - 4))
        rib = [(0, y - 0.02), (reach, y - 0.03), (reach * 1.1, y + 0.03), (side * 0.02, y + 0.04)]
        pen.line(_IVORY, _bent(rib), 0.014)


def _arm(pen: Pen, side: int, *, is_raised: bool) -> None:
    shoulder = (side * 0.13, -0.255)
    elbow = (side * 0.22, -0.18) if is_raised else (side * 0.17, -0.09)
    x, y = (side * 0.26, -0.36) if is_raised else (side * 0.2, 0.08)
    _bone(pen, (0, -0.255), shoulder, 0.024, _IVORY)
    _bone(pen, shoulder, elbow, 0.032, _IVORY)
    _bone(pen, elbow, (x, y), 0.028, _IVORY)
    for lean in (-0.02, 0.0, 0.02):
        pen.line(_IVORY, [(x, y), (x + lean, y - 0.05 if is_raised else y + 0.05)], 0.01)
