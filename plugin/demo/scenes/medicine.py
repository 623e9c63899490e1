"""Medical pictures: x-ray films, organs and what doctors use."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.bones import draw_chest, draw_hand, draw_skeleton
from diptych.plugin.demo.scenes.lighting import glow, gradient, lay, shadow
from diptych.plugin.demo.scenes.organs import draw_brain, draw_heart, draw_lungs, draw_tooth
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter

_Exhibit: TypeAlias = Callable[[Pen, Dice], None]
_GROUNDS: Mapping[str, tuple[Colour, Colour]] = MappingProxyType(
    {
        "white": ((252, 252, 252), (226, 230, 234)),
        "blue": ((120, 180, 230), (48, 110, 180)),
        "green": ((170, 218, 190), (88, 164, 132)),
        "black": ((44, 46, 54), (14, 14, 20)),
    }
)
_DYES = (
    (222, 60, 60),
    (60, 120, 210),
    (250, 200, 70),
    (90, 180, 120),
    (236, 130, 170),
    (244, 244, 240),
)
_STEEL = (176, 182, 192)


def draw_medicine(pen: Pen, facts: Mapping[str, str], dice: Dice) -> None:
    """One exhibit in front of its background; a film hangs on it."""
    light, dark = _GROUNDS[facts["background"]]
    tint = dice.uniform(-8, 8, 3)
    gradient(pen, [np.asarray(light, float) + tint, np.asarray(dark, float) + tint])
    glow(pen, lighter(light, 0.4), dice.uniform(0.3, 0.7), 0.3, 0.6, 0.5, opacity=0.4)
    x, y = dice.uniform(0.46, 0.54, 2).tolist()
    unit, turn = dice.uniform(0.78, 0.95), dice.normal(0, 0.05)
    at = pen.at(x, y, unit, turn=turn, is_flipped=dice.random() < 0.5)
    _EXHIBITS[facts["kind"]](at, dice)


def _film(pen: Pen, dice: Dice, draw: _Exhibit) -> None:
    """A dark film that fills most of the picture, nothing drawn beyond its edges."""
    half_w, half_h = dice.uniform(0.42, 0.49), dice.uniform(0.46, 0.5)
    shadow(pen, 0.03, 0.04, half_w * 1.3, half_h * 1.3, opacity=0.5)
    edges = [(-half_w, -half_h), (half_w, -half_h), (half_w, half_h), (-half_w, half_h)]
    film = Pen(pen.image.copy(), pen.matrix, pen.shift)
    film.fill((8, 11, 18), edges)
    glow(film, (44, 58, 78), 0, 0, half_w * 1.1, half_h * 1.1, opacity=0.6)
    draw(film, dice)
    x, y = -half_w + 0.05, -half_h + 0.06
    film.line((220, 228, 236), [(x, y), (x, y + 0.05), (x + 0.03, y + 0.05)], 0.012)
    outline = pen.apart()
    outline.fill((0, 0, 0), edges)
    pen.image.paste(film.image, mask=outline.image.getchannel("A"))


def _chest_film(pen: Pen, dice: Dice) -> None:
    _film(pen, dice, draw_chest)


def _hand_film(pen: Pen, dice: Dice) -> None:
    _film(pen, dice, draw_hand)


def _stethoscope(pen: Pen, dice: Dice) -> None:
    tone = ((66, 72, 88), (46, 96, 170), (170, 50, 60), (56, 130, 100))[int(dice.integers(4))]
    sheet = pen.apart()
    for side in (-1, 1):
        tube = [(side * 0.2, -0.44), (side * 0.24, -0.2), (side * 0.12, 0.0), (0, 0.1)]
        sheet.tube(_STEEL, tube[:2], (0.03, 0.03))
        sheet.tube(tone, tube[1:], (0.045, 0.045, 0.045))
        sheet.tube(tone, [(side * 0.2, -0.44), (side * 0.15, -0.47)], (0.05, 0.05))
    loop = [(0, 0.1), (-0.04, 0.34), (0.16, 0.42), (0.3, 0.3), (0.28, 0.14)]
    sheet.tube(tone, loop, (0.045,) * 5)
    sheet.oval(darker(_STEEL, 0.35), 0.28, 0.1, 0.125, 0.125)
    sheet.oval(lighter(_STEEL, 0.3), 0.28, 0.1, 0.1, 0.1)
    sheet.oval((236, 238, 242), 0.28, 0.1, 0.07, 0.07)
    shadow(pen, 0.04, 0.06, 0.5, 0.55, opacity=0.25)
    lay(pen, sheet, ink=darker(tone, 0.4), depth=0.4)


def _syringe(pen: Pen, dice: Dice) -> None:
    fluid = _DYES[int(dice.integers(len(_DYES) - 1))]
    tilted = pen.at(0, 0, 1.0, turn=dice.uniform(-0.9, -0.4))
    shadow(pen, 0.04, 0.06, 0.5, 0.4, opacity=0.25)
    level = dice.uniform(-0.12, 0.08)
    sheet = tilted.apart()
    sheet.line(lighter(_STEEL, 0.2), [(0.26, 0), (0.52, 0)], 0.014)
    sheet.tube(_STEEL, [(0.24, 0), (0.3, 0)], (0.08, 0.03))
    sheet.fill((226, 236, 242), [(-0.26, -0.09), (0.24, -0.09), (0.24, 0.09), (-0.26, 0.09)])
    sheet.box(fluid, level, -0.075, 0.23, 0.075)
    sheet.box((50, 54, 62), level - 0.05, -0.08, level, 0.08)
    sheet.box(_STEEL, -0.46, -0.025, level - 0.05, 0.025)
    for x in (-0.46, -0.26):
        sheet.line((120, 128, 140), [(x, -0.14), (x, 0.14)], 0.035)
    for x in np.linspace(-0.2, 0.2, 9).tolist():
        sheet.line((60, 70, 84), [(x, -0.085), (x, -0.035)], 0.008)
    lay(pen, sheet, ink=(84, 92, 106), depth=0.3)
    drop = tilted.at(0.54, 0.02, 0.03)
    drop.oval(fluid, 0, 0, 0.5, 0.6)


def _pills(pen: Pen, dice: Dice) -> None:
    """Tablets and two-coloured capsules, often with their bottle."""
    if dice.random() < 0.6:
        _bottle(pen.at(dice.uniform(-0.22, 0.22), -0.1, 0.62), dice)
    n = int(dice.integers(5, 12))
    for y in np.sort(dice.uniform(-0.1 if n > 8 else 0.1, 0.4, n)).tolist():
        pill = pen.at(
            dice.uniform(-0.42, 0.42), y, dice.uniform(0.18, 0.25), turn=dice.uniform(0, 3)
        )
        shadow(pill, 0.06, 0.1, 0.6, 0.5, opacity=0.4)
        first, second = (_DYES[int(i)] for i in dice.integers(0, len(_DYES), 2))
        sheet = pill.apart()
        if dice.random() < 0.6:
            sheet.tube(first, [(-0.28, 0), (0, 0)], (0.36, 0.36))
            sheet.box(second, 0, -0.18, 0.28, 0.18)
            sheet.oval(second, 0.28, 0, 0.18, 0.18)
        else:
            sheet.oval(first, 0, 0, 0.34, 0.34)
            sheet.line(darker(first, 0.25), [(-0.28, 0), (0.28, 0)], 0.04)
        lay(pen, sheet, ink=darker(first, 0.45), depth=0.45)
        pill.oval((255, 255, 255), -0.12, -0.09, 0.1, 0.035, opacity=0.7)


def _bottle(pen: Pen, dice: Dice) -> None:
    tone = ((224, 130, 40), (240, 240, 240), (70, 130, 190))[int(dice.integers(3))]
    shadow(pen, 0.08, 0.4, 0.5, 0.14)
    sheet = pen.apart()
    sheet.tube(tone, [(0, -0.12), (0, 0.28)], (0.5, 0.5))
    sheet.box((252, 252, 250), -0.25, -0.1, 0.25, 0.26)
    sheet.box((214, 52, 56), -0.04, -0.04, 0.04, 0.2)
    sheet.box((214, 52, 56), -0.12, 0.04, 0.12, 0.12)
    sheet.box((246, 248, 250), -0.2, -0.56, 0.2, -0.34)
    for x in np.linspace(-0.16, 0.16, 6).tolist():
        sheet.line((196, 202, 210), [(x, -0.54), (x, -0.36)], 0.016)
    lay(pen, sheet, ink=darker(tone, 0.5), depth=0.35)


_EXHIBITS: Mapping[str, _Exhibit] = MappingProxyType(
    {
        "chest x-ray": _chest_film,
        "hand x-ray": _hand_film,
        "heart": draw_heart,
        "lungs": draw_lungs,
        "brain": draw_brain,
        "tooth": draw_tooth,
        "skeleton": draw_skeleton,
        "stethoscope": _stethoscope,
        "syringe": _syringe,
        "pills": _pills,
    }
)
