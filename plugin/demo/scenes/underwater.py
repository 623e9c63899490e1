"""A diver among corals and fishes."""

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.lighting import glow, gradient, lay, mottle
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed

_CORALS = ((232, 96, 110), (240, 150, 70), (180, 90, 180), (236, 190, 90), (110, 190, 150))
_FISHES = ((250, 200, 50), (250, 130, 50), (90, 190, 250), (240, 240, 250), (240, 90, 120))


def draw_dive(pen: Pen, suit: Colour, dice: Dice, *, is_dim: bool) -> None:
    """Under water; the diver's suit has the given colour, in the evening it is dim."""
    deep, shallow = ((10, 30, 74), (60, 90, 140)) if is_dim else ((8, 64, 130), (70, 190, 222))
    gradient(pen, [shallow, mixed(deep, shallow, 0.45), deep], 0, 1)
    for x in dice.uniform(-0.1, 1, 6).tolist():
        width, lean = dice.uniform(0.03, 0.1), dice.uniform(0.1, 0.3)
        ray = [(x, 0), (x + width, 0), (x + width * 2 + lean, 0.8), (x + lean, 0.8)]
        pen.fill((230, 250, 255), ray, opacity=0.07)
    glow(pen, (240, 255, 255), dice.uniform(0.2, 0.8), 0, 0.5, 0.25, opacity=0.4)
    _reef(pen, dice, deep)
    for _ in range(dice.integers(3, 10)):
        fish = pen.at(
            dice.uniform(0.05, 0.95),
            dice.uniform(0.1, 0.8),
            dice.uniform(0.06, 0.14),
            is_flipped=dice.random() < 0.5,
        )
        _fish(fish, pick(dice, _FISHES))
    diver = pen.at(
        dice.uniform(0.42, 0.58), dice.uniform(0.36, 0.52), dice.uniform(0.5, 0.66),
        turn=dice.uniform(-0.3, 0.35), is_flipped=bool(dice.random() < 0.5),
    )  # fmt: skip
    _diver(diver, suit)
    for x, y, size in dice.uniform(0, 1, (14, 3)).tolist():
        bubble = diver.at(0.5 + 0.12 * (x - 0.5), -0.1 - 0.5 * y, 0.02 + 0.03 * size)
        bubble.oval((226, 246, 255), 0, 0, 0.6, 0.6, opacity=0.6)
        bubble.oval((255, 255, 255), -0.2, -0.2, 0.2, 0.2)


def _diver(pen: Pen, suit: Colour) -> None:
    """Swimming to the right, one unit long."""
    sheet = pen.apart()
    for dy, tone in ((0.05, darker(suit, 0.3)), (-0.02, np.asarray(suit, float))):
        sheet.tube(tone, [(-0.12, 0.0), (-0.32, dy), (-0.48, dy - 0.02)], (0.12, 0.09, 0.06))
        sheet.fill(
            (40, 44, 54),
            [(-0.46, dy - 0.05), (-0.7, dy - 0.12), (-0.72, dy + 0.06), (-0.46, dy + 0.01)],
        )
    sheet.tube(darker(suit, 0.2), [(0.16, 0.02), (0.26, 0.16), (0.42, 0.14)], (0.08, 0.07, 0.05))
    sheet.tube(suit, [(-0.14, 0), (0.2, -0.02)], (0.16, 0.19))
    sheet.tube((196, 200, 206), [(-0.1, -0.13), (0.16, -0.15)], (0.1, 0.1))
    sheet.line((60, 62, 70), [(0.0, -0.2), (0.0, 0.06)], 0.025)
    sheet.oval((40, 38, 40), 0.31, -0.05, 0.09, 0.09)
    sheet.oval((236, 190, 150), 0.345, -0.03, 0.062, 0.07)
    sheet.oval((40, 44, 54), 0.365, -0.05, 0.055, 0.045)
    sheet.oval((150, 220, 240), 0.37, -0.05, 0.038, 0.028)
    sheet.line((50, 52, 60), [(0.36, 0.02), (0.26, 0.06), (0.16, -0.12)], 0.022)
    sheet.tube(suit, [(0.18, 0.0), (0.34, 0.1), (0.5, 0.04)], (0.08, 0.07, 0.05))
    sheet.oval((236, 190, 150), 0.53, 0.03, 0.035, 0.03)
    lay(pen, sheet, ink=darker(suit, 0.6), depth=0.35)


def _fish(pen: Pen, tone: Colour) -> None:
    pen.fill(darker(tone, 0.2), [(-0.3, 0), (-0.6, -0.24), (-0.54, 0), (-0.6, 0.24)])
    pen.oval(tone, 0, 0, 0.42, 0.24)
    pen.fill(darker(tone, 0.15), [(-0.1, -0.2), (0.1, -0.38), (0.18, -0.18)])
    pen.line(lighter(tone, 0.6), [(0.02, -0.22), (0.02, 0.22)], 0.07)
    pen.oval((20, 20, 30), 0.24, -0.05, 0.05, 0.05)


def _reef(pen: Pen, dice: Dice, deep: Colour) -> None:
    """Rocks and corals along the bottom."""
    x = np.linspace(-0.05, 1.05, 14)
    ridge = np.column_stack([x, dice.uniform(0.82, 0.92, 14)])
    pen.fill(mixed(deep, (196, 180, 140), 0.4), [*ridge.tolist(), (1.05, 1.05), (-0.05, 1.05)])
    mottle(pen, dice, n=12, strength=0.08, top=0.82)
    for x0 in dice.uniform(0, 1, 8).tolist():
        tone = mixed(pick(dice, _CORALS), deep, 0.2)
        sheet = pen.apart()
        height, base = dice.uniform(0.08, 0.2), dice.uniform(0.92, 1.0)
        for lean in (-0.7, -0.3, 0.05, 0.4, 0.75):
            tip = (x0 + lean * height, base - height * (1 - abs(lean) * 0.4))
            bend = (x0 + lean * height * 0.35, base - height * 0.5)
            sheet.tube(tone, [(x0, base), bend, tip], (0.03, 0.024, 0.018))
        lay(pen, sheet, depth=0.35)
