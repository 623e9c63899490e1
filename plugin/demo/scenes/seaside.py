"""What is seen by the sea: boats, parasols, loungers, hotels, boards and water scooters.

Each stands (or floats) on its pen's origin; the unit is its height or length, as stated.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.lighting import glow, lay, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed

_WHITE = (248, 248, 246)
#: The colours of things that people bring to the sea.
BRIGHT: Mapping[str, Colour] = MappingProxyType(
    {
        "red": (222, 44, 44),
        "blue": (34, 96, 206),
        "yellow": (250, 204, 44),
        "green": (44, 160, 84),
        "white": (246, 246, 244),
    }
)


def draw_sailboat(pen: Pen, *, sail: Colour, hull: Colour = _WHITE) -> None:
    """A yacht under sail, one unit high, with its reflection."""
    for step in range(5):
        y, half = 0.05 + 0.07 * step, 0.24 - 0.03 * step
        pen.line(sail, [(-half, y), (half, y)], 0.03, opacity=0.35)
    sheet = pen.apart()
    sheet.fill(hull, [(-0.36, -0.12), (0.42, -0.14), (0.28, 0.02), (-0.28, 0.02)])
    sheet.fill(darker(hull, 0.4), [(-0.33, -0.04), (0.34, -0.05), (0.28, 0.02), (-0.28, 0.02)])
    sheet.line((110, 84, 60), [(0.02, -0.12), (0.02, -1.0)], 0.024)
    sheet.fill(sail, [(-0.02, -0.97), (-0.02, -0.18), (-0.36, -0.2), (-0.22, -0.5)])
    sheet.fill(lighter(sail, 0.25), [(0.05, -0.9), (0.05, -0.19), (0.38, -0.2)])
    lay(pen, sheet, ink=darker(mixed(sail, hull, 0.5), 0.45), depth=0.3)


def draw_rowing_boat(pen: Pen, *, hull: Colour, is_afloat: bool = True) -> None:
    """An open boat, one unit long."""
    for step in range(4 if is_afloat else 0):
        y, half = 0.04 + 0.05 * step, 0.44 - 0.06 * step
        pen.line(darker(hull, 0.5), [(-half, y), (half, y)], 0.03, opacity=0.4)
    sheet = pen.apart()
    sheet.blob(
        darker(hull, 0.45), [(-0.46, -0.2), (0, -0.16), (0.5, -0.24), (0.3, -0.06), (-0.3, -0.06)]
    )
    sheet.fill(
        hull,
        [(-0.48, -0.2), (-0.2, -0.13), (0.2, -0.13), (0.52, -0.24), (0.34, 0.03), (-0.34, 0.03)],
    )
    sheet.line(
        lighter(hull, 0.5), [(-0.48, -0.2), (-0.2, -0.13), (0.2, -0.13), (0.52, -0.24)], 0.03
    )
    lay(pen, sheet, ink=darker(hull, 0.5))


def draw_parasol(pen: Pen, *, tone: Colour, tilt: float = 0.15) -> None:
    """A striped parasol, one unit high, with its shadow."""
    shadow(pen, 0.16, 0.01, 0.5, 0.07, opacity=0.35)
    sheet = pen.apart()
    sheet.line((236, 232, 224), [(0, 0), (tilt * 0.8, -0.9)], 0.03)
    top = sheet.at(tilt * 0.8, -0.66, 1.0, turn=tilt)
    second = _WHITE if np.ptp(np.asarray(tone, float)) > 40 else (60, 130, 190)
    edges = np.linspace(-0.5, 0.5, 7)
    for i, (x0, x1) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        arc = [
            (x, -0.32 * np.sqrt(max(0, 1 - (x / 0.5) ** 2)) * 1.0) for x in np.linspace(x0, x1, 6)
        ]
        middle = ((x0 + x1) / 2, 0.04)
        top.fill(tone if i % 2 == 0 else second, [(x0, 0.0), *arc, (x1, 0.0), middle])
    top.oval(darker(tone, 0.2), 0, -0.33, 0.03, 0.03)
    lay(pen, sheet, ink=darker(tone, 0.45), depth=0.3)


def draw_lounger(pen: Pen, *, tone: Colour) -> None:
    """A deck chair, one unit long."""
    shadow(pen, 0, 0.02, 0.6, 0.1, opacity=0.35)
    sheet = pen.apart()
    for x in (-0.3, 0.34):
        sheet.line((150, 110, 70), [(x, -0.2), (x, 0)], 0.05)
    sheet.tube(tone, [(-0.52, -0.56), (-0.2, -0.24), (0.5, -0.2)], (0.1, 0.12, 0.1))
    sheet.oval(_WHITE, -0.42, -0.5, 0.11, 0.07, turn=0.8)
    lay(pen, sheet, ink=darker(tone, 0.4))


def draw_hotel(pen: Pen, dice: Dice, *, wall: Colour, width: float, is_lit: bool) -> None:
    """A tall building of balconies, one unit high, its windows lit or mirroring the sky."""
    n_floors, n_rooms = int(dice.integers(6, 11)), int(dice.integers(3, 7))
    glass = (255, 220, 130) if is_lit else (96, 156, 200)
    sheet, half = pen.apart(), width / 2
    sheet.box(wall, -half, -1, half, 0)
    sheet.fill(darker(wall, 0.3), [(half * 0.8, -1), (half, -0.97), (half, 0), (half * 0.8, 0)])
    sheet.box(darker(wall, 0.2), -half * 0.5, -1.06, half * 0.4, -1)
    step_x, step_y = width * 0.8 / n_rooms, 0.86 / n_floors
    for row in range(n_floors):
        y = -0.94 + row * step_y
        for column in range(n_rooms):
            x = -half * 0.92 + column * step_x
            pane = darker(glass, dice.uniform(0, 0.45))
            sheet.box(pane, x, y, x + step_x * 0.68, y + step_y * 0.6)
        balcony = [(-half * 0.96, y + step_y * 0.66), (half * 0.76, y + step_y * 0.66)]
        sheet.line(lighter(wall, 0.6), balcony, step_y * 0.16)
    sheet.box(darker(glass, 0.2), -half * 0.9, -0.07, half * 0.7, 0)
    lay(pen, sheet, ink=darker(wall, 0.4), depth=0.18)


def draw_surfboard(pen: Pen, *, tone: Colour) -> None:
    """A board seen from the side of its rider, one unit long, its middle on the origin."""
    pen.oval(darker(tone, 0.45), 0, 0.03, 0.5, 0.075)
    pen.oval(tone, 0, 0, 0.5, 0.07)
    pen.line(darker(tone, 0.5), [(-0.42, 0), (0.42, 0)], 0.016)


def draw_jetski(pen: Pen, *, tone: Colour) -> None:
    """A water scooter, one unit long, facing right."""
    pen.tube((40, 42, 52), [(-0.42, -0.26), (-0.1, -0.3)], (0.1, 0.12))
    pen.line((40, 42, 52), [(0.1, -0.32), (0.18, -0.5), (0.1, -0.52)], 0.045)
    pen.blob(
        tone,
        [(-0.52, -0.2), (-0.05, -0.24), (0.16, -0.38), (0.58, -0.16), (0.34, 0.04), (-0.46, 0.06)],
    )
    pen.fill(_WHITE, [(-0.5, -0.1), (0.46, -0.13), (0.4, -0.05), (-0.48, -0.03)])


def draw_spray(pen: Pen, dice: Dice, *, reach: float, n: int = 26) -> None:
    """White water thrown up to the left of the origin."""
    for x, y, size in dice.uniform(0, 1, (n, 3)).tolist():
        radius = 0.03 + 0.09 * size * (1 - y)
        glow(
            pen,
            (255, 255, 255),
            -reach * x,
            -0.34 * y * x * reach,
            radius * 1.5,
            radius,
            opacity=0.8,
        )


def draw_gull(pen: Pen, *, tone: Colour) -> None:
    """A far bird of two strokes, one unit wide."""
    for side in (-1, 1):
        arc = [(0, 0), (side * 0.2, -0.16), (side * 0.5, -0.08)]
        pen.line(tone, arc, 0.07)
