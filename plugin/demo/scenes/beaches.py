"""Beaches by time of day, with palms, boats, waves, a couple or nobody."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.lighting import glow, lay, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed
from diptych.plugin.demo.scenes.people import POSTURES, Clothes, draw_person, dressed, silhouette
from diptych.plugin.demo.scenes.places import draw_sand
from diptych.plugin.demo.scenes.plants import draw_palm
from diptych.plugin.demo.scenes.seaside import (
    BRIGHT,
    draw_gull,
    draw_rowing_boat,
    draw_sailboat,
)
from diptych.plugin.demo.scenes.skies import Light, draw_sea, draw_sky, draw_surf, light_at

_Dressing: TypeAlias = Callable[[Pen, Light, Dice, float, float], None]


def draw_beach(pen: Pen, facts: Mapping[str, str], dice: Dice) -> None:
    """A beach at a time of day; the picture's side is the pen's unit."""
    light, feature = light_at(facts["time"]), facts["feature"]
    horizon, shore = dice.uniform(0.36, 0.5), dice.uniform(0.62, 0.78)
    n_clouds = int(dice.integers(7, 12)) if facts["sky"] == "cloudy" else 0
    sun_x, _ = draw_sky(pen, light, dice, horizon=horizon, n_clouds=n_clouds)
    if dice.random() < 0.35:
        _headland(pen, light, dice, horizon)
    draw_sea(pen, light, dice, horizon=horizon, bottom=shore + 0.02, sun_x=sun_x)
    _add_sand(pen, light, dice, shore, sun_x)
    _DRESSINGS.get(feature, _leave_empty)(pen, light, dice, horizon, shore)
    if not light.is_dark and dice.random() < 0.4:
        _gulls(pen, light, dice, horizon)


def _add_sand(pen: Pen, light: Light, dice: Dice, shore: float, sun_x: float) -> None:
    """The sand, wet and mirroring where it meets the water."""
    draw_sand(pen, dice, light.sand, top=shore)
    slope = dice.uniform(-0.05, 0.05)
    x = np.linspace(-0.05, 1.05, 16)
    edge = shore + 0.03 + slope * (x - 0.5) + 0.012 * np.sin(x * 9)
    wet = mixed(light.sand[0], light.sea[0], 0.4)
    pen.fill(wet, [*np.column_stack([x, edge + 0.05]).tolist(), (1.05, shore), (-0.05, shore)])
    pen.fill(
        light.sea[1],
        [*np.column_stack([x, edge]).tolist(), (1.05, shore - 0.01), (-0.05, shore - 0.01)],
    )
    if light.is_low:
        glow(pen, light.sun, sun_x, shore + 0.07, 0.14, 0.06, opacity=0.5)
    foam = mixed((255, 255, 255), light.sea[0], 0.35 if light.is_low else 0.1)
    foam = darker(foam, 0.4) if light.is_dark else foam
    draw_surf(pen, shore + 0.03, slope=slope, tone=foam)


def _headland(pen: Pen, light: Light, dice: Dice, horizon: float) -> None:
    """Hills far along the coast."""
    tone = mixed(darker(light.sky[0], 0.35), light.sky[-1], 0.25)
    left = dice.uniform(-0.3, 0.6)
    x = np.linspace(left, left + dice.uniform(0.3, 0.7), 12)
    height = (
        np.sin(np.linspace(0, np.pi, 12)) * dice.uniform(0.04, 0.1) * dice.uniform(0.7, 1.2, 12)
    )
    pen.fill(
        tone, [*np.column_stack([x, horizon - height]).tolist(), (x[-1], horizon), (left, horizon)]
    )


def _palms(pen: Pen, light: Light, dice: Dice, horizon: float, shore: float) -> None:
    side = dice.random() < 0.5
    for i in range(dice.integers(1, 4)):
        off = dice.uniform(0.02, 0.2) + 0.16 * i
        x = off if side else 1 - off
        palm = pen.at(
            x, shore + dice.uniform(0.1, 0.24), dice.uniform(0.55, 0.85), is_flipped=not side
        )
        shadow(palm, 0, 0.01, 0.3, 0.03, opacity=0.35)
        draw_palm(palm, dice, shade=light.shade)


def _boats(pen: Pen, light: Light, dice: Dice, horizon: float, shore: float) -> None:
    for _ in range(dice.integers(1, 4)):
        y = dice.uniform(horizon + 0.02, shore - 0.06)
        unit = 0.18 + 1.1 * (y - horizon)
        _boat(
            pen.at(dice.uniform(0.12, 0.88), y, unit, is_flipped=dice.random() < 0.5), light, dice
        )
    if dice.random() < 0.5:
        ashore = pen.at(dice.uniform(0.2, 0.8), dice.uniform(shore + 0.14, 0.92), 0.34, turn=0.06)
        draw_rowing_boat(ashore, is_afloat=False, hull=_in_light(_any_bright(dice), light))


def _boat(pen: Pen, light: Light, dice: Dice) -> None:
    if dice.random() < 0.7:
        draw_sailboat(
            pen, sail=_in_light(_any_bright(dice), light), hull=_in_light((240, 240, 236), light)
        )
    else:
        draw_rowing_boat(pen, hull=_in_light(_any_bright(dice), light))


def _waves(pen: Pen, light: Light, dice: Dice, horizon: float, shore: float) -> None:
    """Breakers that roll in."""
    far, near = light.sea
    foam = darker(mixed((255, 255, 255), far, 0.2), 0.35 if light.is_dark else 0.0)
    pace, phase = dice.uniform(3, 7), dice.uniform(0, 6)
    for share in (0.2, 0.5, 0.85):
        y = horizon + (shore - horizon) * (share + dice.uniform(-0.05, 0.05))
        x = np.linspace(-0.05, 1.05, 26)
        swell = (0.03 + 0.07 * share) * (0.55 + 0.45 * np.sin(x * pace + phase + share))
        crest, foot = y - swell, np.full(26, y + 0.02)
        face = mixed(near, lighter(near, 0.35), 0.5 * share)
        pen.fill(
            face, np.concatenate([np.column_stack([x, crest]), np.column_stack([x, foot])[::-1]])
        )
        pen.line(foam, np.column_stack([x, crest]), 0.008 + 0.014 * share)
        for at in dice.uniform(0, 1, round(26 * share) + 8).tolist():
            top = float(np.interp(at, x, crest))
            glow(
                pen,
                foam,
                at,
                top + dice.uniform(-0.01, 0.03),
                0.02 + 0.03 * share,
                0.012 + 0.02 * share,
                opacity=0.8,
            )


def _couple(pen: Pen, light: Light, dice: Dice, horizon: float, shore: float) -> None:
    x, y = dice.uniform(0.2, 0.8), dice.uniform(shore + 0.12, 0.92)
    unit = dice.uniform(0.26, 0.36)
    shadow(pen, x + 0.03, y, 0.13, 0.02, opacity=0.4)
    sheet = pen.apart()
    for i, posture in enumerate((POSTURES["standing"], POSTURES["standing"])):
        figure = sheet.at(x + i * unit * 0.3, y, unit * (1 - 0.08 * i), is_flipped=i == 1)
        draw_person(figure, posture, _clothes(light, dice))
    lay(pen, sheet, depth=0.25)


def _leave_empty(pen: Pen, light: Light, dice: Dice, horizon: float, shore: float) -> None:
    """Shells or stones in the sand at most."""
    for x, y in dice.uniform(0, 1, (dice.integers(3, 9), 2)).tolist():
        stone = darker(lighter(light.sand[0], 0.2 * x), 0.3 * y)
        size, place = dice.uniform(0.008, 0.022), shore + 0.12 + (0.86 - shore) * y
        pen.oval(darker(stone, 0.3), x, place + size * 0.4, size * 1.2, size * 0.5)
        pen.oval(stone, x, place, size, size * 0.7)


def _gulls(pen: Pen, light: Light, dice: Dice, horizon: float) -> None:
    tone = darker(light.sky[0], 0.5)
    for x, y in dice.uniform(0.1, 0.9, (dice.integers(2, 6), 2)).tolist():
        draw_gull(pen.at(x, y * horizon * 0.8, dice.uniform(0.03, 0.06)), tone=tone)


def _clothes(light: Light, dice: Dice) -> Clothes:
    if light.shade > 0.5:
        return silhouette((24, 16, 26))
    return dressed(dice, shirt=_any_bright(dice), shorts=_any_bright(dice))


def _any_bright(dice: Dice) -> Colour:
    return pick(dice, list(BRIGHT.values()))


def _in_light(colour: Colour, light: Light) -> Colour:
    return mixed(colour, darker(light.sky[0], 0.6), light.shade * 0.75)


_DRESSINGS: Mapping[str, _Dressing] = MappingProxyType(
    {"palms": _palms, "boats": _boats, "waves": _waves, "couple": _couple}
)
