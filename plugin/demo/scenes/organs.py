"""Organs as anatomical drawings, about one unit high around the pen's origin."""

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.lighting import lay, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter

_RED = (200, 56, 60)
_BLUE = (72, 100, 186)
_PINK = (232, 150, 150)
_FAT = (240, 190, 90)
_HEART = (
    *((-0.24, -0.1), (-0.06, -0.2), (0.12, -0.18), (0.28, -0.06), (0.32, 0.14)),
    *((0.2, 0.36), (0.1, 0.46), (-0.06, 0.38), (-0.24, 0.18)),
)
_TOOTH = (
    *((-0.26, -0.3), (-0.14, -0.4), (0.0, -0.33), (0.14, -0.4), (0.26, -0.3)),
    *((0.28, -0.1), (0.2, 0.1), (0.18, 0.4), (0.1, 0.44), (0.0, 0.14)),
    *((-0.1, 0.44), (-0.18, 0.4), (-0.2, 0.1), (-0.28, -0.1)),
)


def draw_heart(pen: Pen, dice: Dice) -> None:
    """A heart with its great vessels in red and blue."""
    shadow(pen, 0.06, 0.1, 0.5, 0.5, opacity=0.25)
    tone = np.asarray(_RED, float) + dice.uniform(-14, 14, 3)
    _vessels(pen, lighter(tone, 0.12))
    body = pen.apart()
    body.blob(tone, _HEART)
    artery = [(0.02, 0.02), (0.1, -0.14), (0.24, -0.2), (0.34, -0.18)]
    body.tube(_BLUE, artery, (0.13, 0.13, 0.11, 0.09))
    lay(pen, body, ink=(96, 20, 30), depth=0.5)
    for line, colour in (
        ([(0.06, -0.02), (0.12, 0.16), (0.1, 0.34)], _FAT),
        ([(0.11, 0.12), (0.2, 0.18), (0.22, 0.26)], _FAT),
        ([(-0.16, -0.06), (-0.08, 0.1), (-0.04, 0.28)], _BLUE),
        ([(-0.09, 0.08), (-0.16, 0.16)], _BLUE),
    ):
        pen.tube(colour, line, tuple(np.linspace(0.024, 0.012, len(line)).tolist()))


def _vessels(pen: Pen, tone: Colour) -> None:
    """The great veins and the aorta's arch, behind the heart."""
    sheet = pen.apart()
    sheet.tube(_BLUE, [(-0.18, -0.44), (-0.18, -0.2), (-0.18, 0.0)], (0.11, 0.11, 0.13))
    sheet.tube(_BLUE, [(-0.2, 0.3), (-0.16, 0.1)], (0.1, 0.12))
    arch = [(0.0, 0.0), (-0.02, -0.28), (0.08, -0.38), (0.2, -0.32), (0.24, -0.18)]
    sheet.tube(tone, arch, (0.16, 0.15, 0.14, 0.13, 0.11))
    for x in (0.02, 0.1, 0.18):
        sheet.tube(tone, [(x, -0.36), (x + 0.01, -0.48)], (0.055, 0.045))
    lay(pen, sheet, ink=(80, 24, 40), depth=0.45)


def draw_lungs(pen: Pen, dice: Dice) -> None:
    """Two pink lungs on a ringed windpipe, its branches showing."""
    shadow(pen, 0.03, 0.08, 0.55, 0.5, opacity=0.25)
    tone = np.asarray((224, 126, 130), float) + dice.uniform(-14, 14, 3)
    pipe = (240, 214, 190)
    for side in (-1, 1):
        lung = [
            (0.09, -0.2),
            (0.17, -0.34),
            (0.28, -0.24),
            (0.38, 0.04),
            (0.42, 0.32),
            (0.3, 0.4),
            (0.12, 0.34),
            (0.1, 0.1),
        ]
        sheet = pen.apart()
        sheet.blob(tone, [(side * x, y) for x, y in lung])
        lay(pen, sheet, ink=(136, 50, 62), depth=0.5)
        cleft = [(side * 0.12, 0.0), (side * 0.24, 0.06), (side * 0.4, 0.16)]
        pen.line(darker(tone, 0.35), cleft, 0.012)
    sheet = pen.apart()
    sheet.tube(pipe, [(0, -0.48), (0, -0.16)], (0.09, 0.09))
    for side in (-1, 1):
        sheet.tube(pipe, [(0, -0.17), (side * 0.1, -0.06), (side * 0.2, 0.06)], (0.07, 0.06, 0.035))
        for x, y in ((0.3, -0.06), (0.32, 0.14), (0.22, 0.26), (0.14, 0.2)):
            sheet.tube(pipe, [(side * 0.18, 0.02), (side * x, y)], (0.032, 0.014))
    lay(pen, sheet, ink=(150, 96, 80), depth=0.35)
    for y in np.linspace(-0.46, -0.2, 8).tolist():
        pen.line(darker(pipe, 0.25), [(-0.04, y), (0.04, y)], 0.012)


def draw_brain(pen: Pen, dice: Dice) -> None:
    """A folded brain from the side, with the cerebellum and the stem."""
    shadow(pen, 0.04, 0.1, 0.56, 0.45, opacity=0.25)
    tone = np.asarray(_PINK, float) + dice.uniform(-12, 12, 3)
    ink = darker(tone, 0.42)
    stem = pen.apart()
    stem.tube(lighter(tone, 0.2), [(0.08, 0.1), (0.12, 0.28), (0.16, 0.46)], (0.18, 0.14, 0.1))
    stem.oval(darker(tone, 0.12), 0.28, 0.24, 0.16, 0.12)
    for y in (0.18, 0.22, 0.26, 0.3):
        stem.line(ink, [(0.14, y), (0.28, y + 0.01), (0.42, y - 0.01)], 0.01)
    lay(pen, stem, ink=ink, depth=0.45)
    sheet = pen.apart()
    sheet.blob(
        tone,
        [
            (-0.44, 0.02),
            (-0.38, -0.22),
            (-0.14, -0.38),
            (0.14, -0.37),
            (0.38, -0.2),
            (0.45, 0.04),
            (0.34, 0.18),
            (0.08, 0.2),
            (-0.1, 0.26),
            (-0.3, 0.2),
        ],
    )
    _folds(sheet, dice, ink)
    lay(pen, sheet, ink=ink, depth=0.5)


def _folds(pen: Pen, dice: Dice, ink: Colour) -> None:
    """Winding furrows and the lateral cleft."""
    t = np.linspace(0, 1, 48)
    for level in (-0.27, -0.18, -0.09, 0.0, 0.09, 0.16):
        reach = 0.42 * np.sqrt(max(0.1, 1 - (level / 0.4) ** 2))
        x = -reach + 0.02 + (2 * reach - 0.06) * t
        y = level + 0.036 * np.sin(t * dice.uniform(22, 30) + dice.uniform(0, 6))
        start, end = int(dice.integers(0, 9)), int(dice.integers(36, 48))
        pen.line(ink, np.column_stack([x, y])[start:end], 0.016)
    pen.line(darker(ink, 0.2), [(-0.26, 0.2), (-0.06, 0.06), (0.18, 0.0)], 0.024)


def draw_tooth(pen: Pen, dice: Dice) -> None:
    """A molar with two roots in its gum, cut open or whole."""
    shadow(pen, 0.06, 0.1, 0.42, 0.5, opacity=0.25)
    enamel = np.asarray((246, 244, 234), float) + dice.uniform(-6, 4, 3)
    if dice.random() < 0.6:
        _gum(pen)
    sheet = pen.apart()
    sheet.blob(enamel, _TOOTH)
    lay(pen, sheet, ink=(146, 140, 128), depth=0.35)
    if dice.random() < 0.5:
        pen.blob((240, 212, 150), [(x * 0.66, y * 0.72 + 0.02) for x, y in _TOOTH])
        pen.blob((214, 82, 86), [(x * 0.4, y * 0.52 + 0.06) for x, y in _TOOTH])
    else:
        pen.tube((255, 255, 255), [(-0.17, -0.24), (-0.19, -0.08)], (0.04, 0.05))
        pen.line(darker(enamel, 0.2), [(-0.1, -0.3), (0.0, -0.24), (0.1, -0.3)], 0.014)


def _gum(pen: Pen) -> None:
    """What the roots of a tooth are in."""
    rim = [(-0.46, 0.06), (-0.22, -0.02), (0.0, 0.05), (0.22, -0.02), (0.46, 0.06)]
    sheet = pen.apart()
    sheet.blob((230, 128, 134), [*rim, (0.48, 0.46), (0, 0.5), (-0.48, 0.46)])
    lay(pen, sheet, ink=(160, 60, 70), depth=0.4)
