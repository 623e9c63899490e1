"""Trees, palms, grass and flowers; a plant stands on its pen's origin and is one unit high."""

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.lighting import lay, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed

_PETALS = ((250, 250, 250), (250, 210, 70), (236, 120, 160), (170, 120, 220), (230, 70, 60))


def draw_palm(pen: Pen, dice: Dice, *, shade: float = 0.0) -> None:
    """A palm, the darker the more `shade` (1: a silhouette)."""
    lean = dice.uniform(0.1, 0.35)
    top = (lean, -0.8)
    trunk = mixed((140, 104, 66), (16, 12, 20), shade)
    leaf = mixed((52, 132, 60), (12, 16, 20), shade)
    sheet = pen.apart()
    sheet.tube(trunk, [(0, 0), (lean * 0.35, -0.4), top], (0.075, 0.05, 0.04))
    for angle in np.linspace(-0.4, 3.6, 9).tolist():
        turn = angle + dice.uniform(-0.15, 0.15)
        _frond(
            sheet,
            top,
            turn,
            dice.uniform(0.36, 0.48),
            mixed(leaf, lighter(leaf), dice.random() * 0.5),
        )
    for x in (-0.03, 0.03):
        sheet.oval(darker(trunk, 0.3), top[0] + x, top[1] + 0.03, 0.03, 0.03)
    lay(pen, sheet, depth=0.25)


def draw_tree(pen: Pen, dice: Dice, *, leaf: Colour) -> None:
    """A round broad-leaved tree."""
    sheet = pen.apart()
    sheet.tube((104, 76, 52), [(0, 0), (0, -0.5)], (0.09, 0.06))
    for _ in range(9):
        x, y = dice.normal(0, 0.14), -0.66 + dice.normal(0, 0.12)
        radius = dice.uniform(0.12, 0.2)
        sheet.oval(mixed(leaf, lighter(leaf, 0.4), dice.random() * 0.6), x, y, radius, radius)
    shadow(pen, 0, 0, 0.3, 0.05, opacity=0.3)
    lay(pen, sheet, depth=0.45)


def draw_fir(pen: Pen, dice: Dice, *, leaf: Colour, has_snow: bool = False) -> None:
    """A fir of three tiers, snow on them or not."""
    sheet = pen.apart()
    sheet.box((86, 62, 46), -0.04, 0, 0.04, -0.2)
    for base, peak, half in ((-0.12, -0.55, 0.28), (-0.36, -0.78, 0.22), (-0.6, -1.0, 0.15)):
        sheet.fill(leaf, [(-half, base), (half, base), (0, peak)])
        if has_snow:
            crest = [(-half * 0.62, base * 0.6 + peak * 0.4 + 0.02), (0, peak - 0.01)]
            sheet.fill((246, 250, 255), [*crest, (half * 0.3, base * 0.3 + peak * 0.7)])
    lay(pen, sheet, depth=0.4)


def draw_blades(pen: Pen, dice: Dice, *, top: float, n: int, green: Colour) -> None:
    """Blades of grass from `top` to the lower edge of the picture, larger nearer."""
    rows = dice.uniform(0, 1, (n, 4))
    rows[:, 1] **= 0.8
    for x, depth, lean, tone in rows[np.argsort(rows[:, 1])].tolist():
        y, height = top + (1.03 - top) * depth, 0.012 + 0.055 * depth
        colour = mixed(darker(green, 0.35), lighter(green, 0.3), tone)
        tip = (x + (lean - 0.5) * height, y - height)
        half = 0.002 + 0.004 * depth
        pen.fill(colour, [(x - half, y), tip, (x + half, y)])


def draw_flowers(pen: Pen, dice: Dice, *, top: float, n: int) -> None:
    """Small flowers all over a meadow."""
    tone = pick(dice, _PETALS)
    for x, depth in dice.uniform(0, 1, (n, 2)).tolist():
        y, radius = top + (1 - top) * depth, 0.004 + 0.009 * depth
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            pen.oval(tone, x + dx * radius, y + dy * radius, radius * 0.8, radius * 0.8)
        pen.oval((240, 180, 50), x, y, radius * 0.6, radius * 0.6)


def _frond(pen: Pen, top: tuple[float, float], turn: float, length: float, leaf: Colour) -> None:
    """A hanging leaf with a toothed lower side."""
    x0, y0 = top
    dx, dy = np.cos(turn) * length, -np.sin(turn) * length * 0.7
    t = np.linspace(0, 1, 8)
    x, y = x0 + dx * t, y0 + dy * t + 0.3 * length * t**2
    width = 0.13 * length * np.sin(np.pi * (0.12 + 0.88 * t)) * 2
    teeth = np.where(np.arange(8) % 2 == 0, 1.0, 0.45)
    lower = np.column_stack([x, y + width * teeth])[::-1]
    pen.fill(leaf, np.concatenate([np.column_stack([x, y - width * 0.2]), lower]))
