"""Skies by time of day, clouds, sun and moon, and the water that mirrors them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.lighting import glow, gradient
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed


@dataclass(frozen=True, slots=True)
class Light:
    """One time of day: the sky from top to horizon, cloud, sun or moon, sea and sand.

    `shade` in [0, 1] is how dark things stand against it.
    """

    sky: tuple[Colour, ...]
    cloud: Colour
    sun: Colour
    sea: tuple[Colour, Colour]
    sand: tuple[Colour, Colour]
    glitter: float
    shade: float
    is_low: bool
    is_dark: bool = False


#: From a time of day to its light.
LIGHTS: Mapping[str, Light] = MappingProxyType(
    {
        "sunrise": Light(
            ((128, 174, 222), (196, 206, 228), (250, 216, 206), (255, 236, 190)),
            (252, 206, 206), (255, 250, 216), ((236, 206, 200), (110, 156, 190)),
            ((222, 200, 176), (240, 222, 198)), 0.6, 0.35, is_low=True,
        ),
        "noon": Light(
            ((38, 118, 212), (104, 178, 240), (190, 226, 250)),
            (255, 255, 255), (255, 255, 236), ((26, 110, 176), (64, 200, 206)),
            ((238, 216, 166), (250, 234, 192)), 0.25, 0.0, is_low=False,
        ),
        "sunset": Light(
            ((66, 40, 100), (176, 62, 96), (240, 112, 52), (255, 186, 70)),
            (150, 58, 84), (255, 226, 120), ((232, 124, 62), (84, 44, 84)),
            ((120, 76, 66), (160, 104, 76)), 0.95, 0.85, is_low=True,
        ),
        "night": Light(
            ((6, 9, 30), (14, 22, 58), (36, 52, 98)),
            (82, 94, 136), (244, 244, 226), ((28, 44, 88), (10, 16, 42)),
            ((76, 76, 102), (98, 94, 112)), 0.7, 0.9, is_low=False, is_dark=True,
        ),
    }
)  # fmt: skip
_LIGHT_OF_DAY = {"day": "noon"}


def light_at(time: str) -> Light:
    """The light at a time of day; "day" is noon."""
    return LIGHTS[_LIGHT_OF_DAY.get(time, time)]


def draw_sky(
    pen: Pen, light: Light, dice: Dice, *, horizon: float, n_clouds: int | None = None
) -> tuple[float, float]:
    """Sky down to the `horizon` with that many clouds or a few, and where its sun or moon is."""
    tint = dice.uniform(-10, 10, 3)
    gradient(pen, [np.asarray(c, float) + tint for c in light.sky], 0, horizon + 0.01)
    if light.is_dark:
        _stars(pen, dice, horizon)
    x = dice.uniform(0.15, 0.85)
    y = horizon - dice.uniform(0.0, 0.1) if light.is_low else horizon * dice.uniform(0.15, 0.5)
    _sun(pen, light, x, y)
    for _ in range(dice.integers(0, 5) if n_clouds is None else n_clouds):
        draw_cloud(pen, light, dice, dice.uniform(0, 1), horizon * dice.uniform(0.1, 0.75))
    return float(x), float(y)


def draw_cloud(pen: Pen, light: Light, dice: Dice, x: float, y: float) -> None:
    """One soft cloud, flat and wide when the sun is low."""
    length, height = dice.uniform(0.12, 0.3), dice.uniform(0.03, 0.06)
    if light.is_low:
        length, height = length * 1.7, height * 0.5
    for _ in range(7):
        dx, dy = dice.uniform(-length, length) * 0.6, dice.uniform(-height, height) * 0.5
        glow(pen, light.cloud, x + dx, y + dy, length * 0.55, height * 1.5, opacity=0.55)
    glow(pen, darker(light.cloud, 0.15), x, y + height * 0.8, length, height * 0.7, opacity=0.3)


def draw_sea(
    pen: Pen, light: Light, dice: Dice, *, horizon: float, bottom: float, sun_x: float
) -> None:
    """Water from the horizon down: ripples, and the sun's glitter where it is low or a moon."""
    gradient(pen, light.sea, horizon, bottom)
    depth = bottom - horizon
    far, near = light.sea
    for _ in range(70):
        share = dice.random() ** 1.6
        y, x = horizon + depth * share, dice.uniform(0, 1)
        tone = lighter(near, 0.35) if dice.random() < 0.5 else darker(far, 0.18)
        half = 0.012 + 0.07 * share
        pen.line(tone, [(x - half, y), (x + half, y)], 0.002 + 0.004 * share, opacity=0.35)
    for _ in range(round(110 * light.glitter)):
        share = dice.random()
        y, half = horizon + depth * share, 0.008 + 0.035 * share * dice.random()
        x = sun_x + dice.normal(0, 0.018 + 0.06 * share)
        pen.line(light.sun, [(x - half, y), (x + half, y)], 0.004 + 0.004 * share, opacity=0.6)
    pen.line(mixed(far, light.sky[-1], 0.5), [(0, horizon), (1, horizon)], 0.004, opacity=0.7)


def draw_surf(pen: Pen, y: float, *, slope: float, tone: Colour) -> None:
    """The white edge where the water at height `y` runs onto sand."""
    x = np.linspace(-0.05, 1.05, 24)
    edge = y + slope * (x - 0.5) + 0.012 * np.sin(x * 9)
    for drop, width, opacity in ((0.0, 0.014, 0.9), (-0.026, 0.006, 0.7), (0.014, 0.01, 0.25)):
        pen.line(tone, np.column_stack([x, edge + drop]), width, opacity=opacity)


def _sun(pen: Pen, light: Light, x: float, y: float) -> None:
    reach, radius = (0.5, 0.062) if light.is_low else (0.22, 0.045)
    strength = 0.3 if light.is_dark else 0.65
    glow(pen, light.sun, x, y, reach, reach * 0.8, opacity=strength)
    pen.oval(light.sun, x, y, radius, radius)
    if light.is_dark:
        for dx, dy, r in ((-0.015, -0.01, 0.01), (0.014, 0.012, 0.008), (0.004, -0.022, 0.006)):
            pen.oval(darker(light.sun, 0.14), x + dx, y + dy, r, r)


def _stars(pen: Pen, dice: Dice, horizon: float) -> None:
    for x, y, size in dice.uniform(0, 1, (60, 3)).tolist():
        radius = 0.0014 + 0.0022 * size
        pen.oval((250, 250, 255), x, y * horizon, radius, radius, opacity=0.4 + 0.6 * size)
