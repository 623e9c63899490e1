"""Where the animals are: meadow, beach, snow, forest or a sofa."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.lighting import glow, gradient, lay, mottle, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter
from diptych.plugin.demo.scenes.plants import (
    draw_blades,
    draw_fir,
    draw_flowers,
    draw_palm,
    draw_tree,
)
from diptych.plugin.demo.scenes.skies import Light, draw_sea, draw_sky, draw_surf, light_at

#: Paints the ground and all behind it; gives the height at which an animal stands.
Place: TypeAlias = Callable[[Pen, Dice], float]
_WALLS = ((226, 214, 196), (196, 210, 214), (214, 200, 210), (236, 230, 218), (186, 200, 180))
_SOFAS = ((70, 104, 140), (176, 78, 70), (84, 124, 96), (196, 150, 80), (130, 104, 150))


def draw_grass(pen: Pen, dice: Dice) -> float:
    """A meadow under a blue sky, with trees and flowers."""
    horizon = dice.uniform(0.26, 0.48)
    draw_sky(pen, _daylight(dice), dice, horizon=horizon)
    _hills(pen, dice, horizon, (112, 158, 96))
    green = np.array((98, 168, 62)) + dice.uniform(-14, 14, 3)
    gradient(pen, [lighter(green, 0.14), green, darker(green, 0.2)], horizon, 1)
    for _ in range(dice.integers(0, 4)):
        tree = pen.at(dice.uniform(0, 1), horizon + 0.03, dice.uniform(0.2, 0.4))
        draw_tree(tree, dice, leaf=(70, 128, 58))
    mottle(pen, dice, n=9, strength=0.1, top=horizon)
    draw_blades(pen, dice, top=horizon + 0.02, n=330, green=green)
    if dice.random() < 0.6:
        draw_flowers(pen, dice, top=horizon + 0.06, n=int(dice.integers(8, 26)))
    return float(dice.uniform(0.76, 0.88))


def draw_snow(pen: Pen, dice: Dice) -> float:
    """Snow fields under a pale sky, firs, and often falling flakes."""
    horizon = dice.uniform(0.28, 0.5)
    gradient(pen, [(150, 178, 210), (206, 220, 236), (230, 234, 244)], 0, horizon + 0.1)
    _hills(pen, dice, horizon, (214, 224, 240))
    gradient(pen, [(226, 234, 248), (206, 218, 240), (186, 202, 230)], horizon, 1)
    mottle(pen, dice, n=6, strength=0.06, top=horizon)
    for _ in range(dice.integers(1, 5)):
        fir = pen.at(
            dice.uniform(0, 1), horizon + dice.uniform(0.0, 0.06), dice.uniform(0.18, 0.42)
        )
        draw_fir(fir, dice, leaf=(54, 92, 82), has_snow=True)
    if dice.random() < 0.7:
        for x, y, size in dice.uniform(0, 1, (60, 3)).tolist():
            radius = 0.002 + 0.005 * size
            pen.oval((255, 255, 255), x, y, radius, radius, opacity=0.85)
    return float(dice.uniform(0.76, 0.88))


def draw_shore(pen: Pen, dice: Dice) -> float:
    """A sand beach with the sea behind it."""
    light = _daylight(dice)
    horizon, shore = dice.uniform(0.22, 0.34), dice.uniform(0.46, 0.56)
    x, _ = draw_sky(pen, light, dice, horizon=horizon)
    draw_sea(pen, light, dice, horizon=horizon, bottom=shore, sun_x=x)
    draw_sand(pen, dice, light.sand, top=shore)
    draw_surf(pen, shore, slope=dice.uniform(-0.03, 0.03), tone=(255, 255, 255))
    if dice.random() < 0.4:
        side = dice.random() < 0.5
        palm = pen.at(0.06 if side else 0.94, shore + 0.1, 0.55, is_flipped=not side)
        draw_palm(palm, dice)
    return float(dice.uniform(0.8, 0.9))


def draw_sand(pen: Pen, dice: Dice, tones: tuple[Colour, Colour], *, top: float) -> None:
    """Uneven sand down to the lower edge."""
    gradient(pen, tones, top, 1)
    mottle(pen, dice, n=14, strength=0.05, top=top)
    for x, depth in dice.uniform(0, 1, (40, 2)).tolist():
        y = top + 0.04 + (0.98 - top) * depth
        pen.oval(darker(tones[0], 0.16), x, y, 0.004 + 0.004 * depth, 0.002, opacity=0.6)


def draw_forest(pen: Pen, dice: Dice) -> float:
    """Trunks in green dusk, light falling between them."""
    floor = dice.uniform(0.5, 0.62)
    green = np.array((46, 92, 54)) + dice.uniform(-10, 10, 3)
    gradient(pen, [darker(green, 0.3), green, lighter(green, 0.45)], 0, floor + 0.03)
    glow(pen, (214, 236, 160), dice.uniform(0.2, 0.8), 0.3, 0.5, 0.5, opacity=0.55)
    for depth in np.sort(dice.uniform(0.2, 1, 9)).tolist():
        _trunk(pen.at(dice.uniform(0, 1), floor + 0.08 * depth, 0.02 + 0.06 * depth), depth)
    _fallen_leaves(pen, dice, floor)
    for x, shade in dice.uniform(0, 1, (12, 2)).tolist():
        glow(pen, darker(green, 0.4 * shade), x, 0.02, 0.2, 0.14, opacity=0.9)
    glow(pen, (206, 214, 150), dice.uniform(0.3, 0.7), 0.78, 0.6, 0.3, opacity=0.4)
    draw_blades(pen, dice, top=floor + 0.04, n=60, green=(70, 110, 50))
    return float(dice.uniform(0.78, 0.88))


def _trunk(pen: Pen, depth: float) -> None:
    """One unit thick, and higher than the picture; the paler the further away."""
    bark = lighter((64, 46, 36), 0.4 * (1 - depth))
    pen.fill(bark, [(-0.5, -50), (0.5, -50), (0.7, 0), (-0.7, 0)])
    pen.fill(darker(bark, 0.3), [(0.1, -50), (0.5, -50), (0.7, 0), (0.2, 0)])


def _fallen_leaves(pen: Pen, dice: Dice, floor: float) -> None:
    gradient(pen, [(92, 78, 48), (74, 60, 38), (52, 42, 28)], floor + 0.02, 1)
    mottle(pen, dice, n=16, strength=0.16, top=floor + 0.02)
    for x, y in dice.uniform(0, 1, (26, 2)).tolist():
        leaf = ((150, 96, 40), (120, 130, 50), (178, 130, 50))[int(dice.integers(3))]
        place = floor + 0.06 + (0.92 - floor) * y
        pen.oval(leaf, x, place, 0.006 + 0.012 * y, 0.004 + 0.005 * y, turn=dice.uniform(0, 3))


def draw_sofa(pen: Pen, dice: Dice) -> float:
    """A living room with a wide sofa; the animal is on its seat."""
    wall = np.array(pick(dice, _WALLS), float)
    gradient(pen, [lighter(wall, 0.2), wall, darker(wall, 0.12)], 0, 0.84)
    gradient(pen, [(150, 112, 78), (116, 84, 58)], 0.84, 1)
    _window(pen, dice, dice.uniform(0.02, 0.6))
    tone = np.array(pick(dice, _SOFAS), float) + dice.uniform(-14, 14, 3)
    seat = dice.uniform(0.7, 0.76)
    shadow(pen, 0.5, 0.95, 0.62, 0.08)
    _cushion(pen, tone, (-0.02, seat - 0.33, 0.5, seat + 0.04))
    _cushion(pen, tone, (0.5, seat - 0.33, 1.02, seat + 0.04))
    _cushion(pen, lighter(tone, 0.1), (-0.02, seat - 0.02, 1.02, seat + 0.17))
    _cushion(pen, darker(tone, 0.12), (-0.04, seat + 0.13, 1.04, 0.95))
    for x in (-0.06, 0.94):
        _cushion(pen, darker(tone, 0.05), (x, seat - 0.16, x + 0.12, 0.95))
    if dice.random() < 0.5:
        pillow = pen.at(dice.uniform(0.15, 0.85), seat - 0.1, 0.2, turn=dice.uniform(-0.3, 0.3))
        _cushion(pillow, (236, 222, 196), (-0.5, -0.45, 0.5, 0.5))
    return float(seat + 0.06)


def _cushion(pen: Pen, tone: Colour, edges: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = edges
    soft = min(x1 - x0, y1 - y0) * 0.22
    sheet = pen.apart()
    sheet.fill(
        tone,
        [(x0 + soft, y0), (x1 - soft, y0), (x1, y0 + soft), (x1, y1), (x0, y1), (x0, y0 + soft)],
    )
    sheet.oval(tone, x0 + soft, y0 + soft, soft, soft)
    sheet.oval(tone, x1 - soft, y0 + soft, soft, soft)
    lay(pen, sheet, ink=darker(tone, 0.35), depth=0.4)


def _window(pen: Pen, dice: Dice, x: float) -> None:
    """A window onto a bright day, or a framed picture."""
    right, bottom = x + dice.uniform(0.26, 0.4), dice.uniform(0.3, 0.38)
    frame = (246, 244, 238) if dice.random() < 0.6 else (120, 84, 56)
    pen.fill(frame, [(x, 0.05), (right, 0.05), (right, bottom), (x, bottom)])
    inside = [(x + 0.02, 0.07), (right - 0.02, 0.07), (right - 0.02, bottom - 0.02)]
    pen.fill((170, 210, 240), [*inside, (x + 0.02, bottom - 0.02)])
    middle, sill = (x + right) / 2, bottom - 0.02
    pen.oval((140, 180, 120), middle, sill, (right - x) * 0.4, 0.05)
    pen.fill(
        frame,
        [(x, bottom - 0.04), (right, bottom - 0.04), (right, bottom + 0.03), (x, bottom + 0.03)],
    )
    pen.line(frame, [(middle, 0.06), (middle, bottom)], 0.012)


def _daylight(dice: Dice) -> Light:
    return light_at("noon" if dice.random() < 0.8 else "sunrise")


def _hills(pen: Pen, dice: Dice, horizon: float, tone: Colour) -> None:
    for share in (0.5, 0.0):
        x = np.linspace(0, 1, 20)
        height = 0.05 + 0.03 * np.sin(x * dice.uniform(3, 8) + dice.uniform(0, 6))
        ridge = np.column_stack([x, horizon - height * (0.6 + share)])
        pen.fill(lighter(tone, share), [*ridge.tolist(), (1, horizon + 0.03), (0, horizon + 0.03)])


#: From a place to what paints it.
PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "grass": draw_grass,
        "snow": draw_snow,
        "beach": draw_shore,
        "forest": draw_forest,
        "sofa": draw_sofa,
    }
)
