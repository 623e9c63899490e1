"""The parts of a cell, each about one unit wide around its pen's origin, and their labels."""

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.outlines import ellipse
from diptych.plugin.demo.scenes.lighting import lay
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed
from diptych.plugin.demo.textures import Array


def draw_nucleus(pen: Pen, tint: Colour) -> None:
    """A sphere with pores and a nucleolus."""
    tone = mixed(darker(tint, 0.3), (120, 80, 170), 0.55)
    sheet = pen.apart()
    sheet.oval(tone, 0, 0, 0.5, 0.48)
    sheet.oval(lighter(tone, 0.3), 0, 0, 0.45, 0.43)
    for angle in np.linspace(0, 6.28, 12, endpoint=False).tolist():
        sheet.oval(darker(tone, 0.3), 0.475 * np.cos(angle), 0.455 * np.sin(angle), 0.03, 0.03)
    sheet.oval(darker(tone, 0.25), 0.08, 0.04, 0.2, 0.19)
    lay(pen, sheet, ink=darker(tone, 0.4), depth=0.5)


def draw_mitochondrion(pen: Pen) -> None:
    """An orange bean with a folded inner membrane."""
    sheet = pen.apart()
    sheet.oval((222, 110, 60), 0, 0, 0.5, 0.27)
    sheet.oval((250, 184, 120), 0, 0, 0.44, 0.21)
    x = np.linspace(-0.36, 0.36, 15)
    fold = np.where(np.arange(15) % 2 == 0, 0.13, -0.13) * np.sqrt(1 - (x / 0.46) ** 2)
    sheet.line((206, 90, 50), np.column_stack([x, fold]), 0.05)
    lay(pen, sheet, ink=(150, 60, 30), depth=0.35)


def draw_chloroplast(pen: Pen) -> None:
    """A green lens with stacks of discs."""
    sheet = pen.apart()
    sheet.oval((56, 140, 60), 0, 0, 0.5, 0.3)
    sheet.oval((112, 190, 90), 0, 0, 0.45, 0.25)
    for x in (-0.26, -0.02, 0.22):
        for y in (-0.1, 0.0, 0.1):
            sheet.oval((36, 112, 48), x, y, 0.09, 0.04)
    lay(pen, sheet, ink=(28, 90, 40), depth=0.35)


def draw_vacuole(pen: Pen, tone: Colour) -> None:
    """A small bubble."""
    sheet = pen.apart()
    sheet.oval(tone, 0, 0, 0.36, 0.34)
    sheet.oval(lighter(tone, 0.6), -0.1, -0.1, 0.1, 0.08)
    lay(pen, sheet, ink=darker(tone, 0.4), depth=0.4)


def draw_reticulum(pen: Pen, tint: Colour) -> None:
    """Folded sheets beside the nucleus."""
    tone = mixed((90, 130, 200), darker(tint, 0.2), 0.3)
    for radius in (0.215, 0.25, 0.285):
        arc = ellipse(0, 0, radius, radius, n=16, start=-0.9, end=0.9)
        ripple = 0.008 * np.where(np.arange(16) % 2 == 0, 1.0, -1.0)[:, None]
        pen.line(tone, arc * (1 + ripple), 0.02)


def draw_ribosomes(pen: Pen, dice: Dice, tint: Colour, *, n: int, flat: float = 1.0) -> None:
    """Fine dots all over the cell."""
    angles, radii = dice.uniform(0, 6.28, n), 0.4 * np.sqrt(dice.uniform(0, 1, n))
    spots = np.column_stack([radii * np.cos(angles), radii * np.sin(angles) * flat])
    for x, y in spots.tolist():
        pen.oval(darker(tint, 0.4), x, y, 0.008, 0.008)


def draw_label(pen: Pen, part: Array, dice: Dice) -> None:
    """A line from a part to the picture's edge, where bars stand for its name."""
    x, y = part.tolist()
    is_left = x < 0.5
    end = 0.13 if is_left else 0.87
    level = min(0.94, max(0.06, 0.5 + (y - 0.5) * 1.35 + dice.uniform(-0.05, 0.05)))
    ink = (52, 56, 66)
    pen.line(ink, [(x, y), (end, level)], 0.005)
    pen.oval(ink, x, y, 0.009, 0.009)
    width = dice.uniform(0.05, 0.1)
    left = end - width if is_left else end
    pen.box(ink, left, level - 0.008, left + width, level + 0.008)
