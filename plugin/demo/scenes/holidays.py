"""Holidays by the sea: hotels, pools, parasols, surfing, sailing, diving, water scooters."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.lighting import glow, gradient, lay, shadow
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed
from diptych.plugin.demo.scenes.people import POSTURES, draw_person, dressed
from diptych.plugin.demo.scenes.places import draw_sand
from diptych.plugin.demo.scenes.plants import draw_palm
from diptych.plugin.demo.scenes.seaside import (
    BRIGHT,
    draw_hotel,
    draw_jetski,
    draw_lounger,
    draw_parasol,
    draw_sailboat,
    draw_spray,
    draw_surfboard,
)
from diptych.plugin.demo.scenes.skies import Light, draw_sea, draw_sky, draw_surf, light_at
from diptych.plugin.demo.scenes.underwater import draw_dive

_Outing: TypeAlias = Callable[[Pen, Light, Colour, Dice], None]
_FOAM = (255, 255, 255)


def draw_holiday(pen: Pen, facts: Mapping[str, str], dice: Dice) -> None:
    """A holiday's activity, its main thing in the colour of the facts."""
    tone = np.asarray(BRIGHT[facts["colour"]], float) + dice.uniform(-9, 9, 3)
    _OUTINGS[facts["activity"]](pen, light_at(facts["time"]), tone, dice)


def _hotel(pen: Pen, light: Light, tone: Colour, dice: Dice) -> None:
    """Hotels along the beach."""
    horizon, shore = dice.uniform(0.5, 0.58), dice.uniform(0.72, 0.8)
    x, _ = draw_sky(pen, light, dice, horizon=horizon)
    draw_sea(pen, light, dice, horizon=horizon, bottom=shore + 0.03, sun_x=x)
    side = dice.random() < 0.5
    place = dice.uniform(0.24, 0.36) if side else dice.uniform(0.64, 0.76)
    _land(pen, light, horizon + 0.1, place, dice)
    is_lit = light.is_low
    wall = mixed(lighter(tone, 0.12), light.sky[0], light.shade * 0.3)
    second = pen.at(place + (-0.22 if side else 0.22), horizon + 0.08, dice.uniform(0.3, 0.42))
    draw_hotel(second, dice, wall=darker(wall, 0.08), width=0.7, is_lit=is_lit)
    hotel = pen.at(place, horizon + 0.12, dice.uniform(0.46, 0.58))
    draw_hotel(hotel, dice, wall=wall, width=dice.uniform(0.55, 0.8), is_lit=is_lit)
    for step in (-0.26, 0.24):
        palm = pen.at(place + step, horizon + 0.18, dice.uniform(0.24, 0.34))
        draw_palm(palm, dice, shade=light.shade * 0.7)
    _sand(pen, light, dice, shore)
    for share in dice.uniform(0.1, 0.9, 3).tolist():
        draw_parasol(pen.at(share, shore + dice.uniform(0.1, 0.18), 0.15), tone=_any_bright(dice))


def _pool(pen: Pen, light: Light, tone: Colour, dice: Dice) -> None:
    """A pool with loungers, the sea and a hotel behind it."""
    horizon = dice.uniform(0.3, 0.4)
    x, _ = draw_sky(pen, light, dice, horizon=horizon)
    draw_sea(pen, light, dice, horizon=horizon, bottom=horizon + 0.1, sun_x=x)
    deck = mixed((228, 212, 188), light.sky[0], light.shade * 0.4)
    gradient(pen, [deck, darker(deck, 0.14)], horizon + 0.08, 1)
    if dice.random() < 0.6:
        hotel = pen.at(dice.uniform(0.1, 0.9), horizon + 0.1, 0.36)
        draw_hotel(hotel, dice, wall=lighter(deck, 0.3), width=0.6, is_lit=light.is_low)
    _water_basin(pen, light, dice, horizon + dice.uniform(0.2, 0.26))
    for i in range(3):
        x = 0.14 + 0.34 * i + dice.uniform(-0.05, 0.05)
        draw_parasol(pen.at(x + 0.06, horizon + 0.19, 0.25), tone=tone)
        draw_lounger(pen.at(x, horizon + 0.2, 0.16), tone=tone)
    ring = pen.at(dice.uniform(0.3, 0.7), dice.uniform(0.72, 0.86), dice.uniform(0.14, 0.2))
    _swim_ring(ring, tone, dice)
    side = 0.04 if dice.random() < 0.5 else 0.96
    draw_palm(pen.at(side, 0.98, 0.7, is_flipped=side > 0.5), dice, shade=light.shade * 0.7)


def _water_basin(pen: Pen, light: Light, dice: Dice, top: float) -> None:
    water = mixed((56, 186, 222), light.sky[-1], light.shade * 0.35)
    bend = dice.uniform(-0.06, 0.06)
    rim = [
        (0.12 + bend, top),
        (0.5, top - 0.02),
        (0.88 + bend, top),
        (1.02, 0.84),
        (0.7, 0.97),
        (0.3, 0.97),
        (-0.02, 0.84),
    ]
    sheet = pen.apart()
    sheet.blob((246, 246, 242), [(x, y + 0.012) for x, y in rim])
    lay(pen, sheet, depth=0.1)
    inner = [(0.5 + (x - 0.5) * 0.94, 0.7 + (y - 0.7) * 0.93) for x, y in rim]
    pen.blob(water, inner)
    for x, y in dice.uniform(0, 1, (40, 2)).tolist():
        place = top + 0.05 + (0.9 - top) * y
        half, middle = 0.02 + 0.03 * y, 0.2 + 0.6 * x
        ripple = [(middle - half, place), (middle, place - 0.01), (middle + half, place)]
        pen.line(lighter(water, 0.5), ripple, 0.005, opacity=0.6)


def _swim_ring(pen: Pen, tone: Colour, dice: Dice) -> None:
    sheet = pen.apart()
    for i, angle in enumerate(np.linspace(0, 2 * np.pi, 25).tolist()):
        colour = tone if (i // 3) % 2 == 0 else (250, 250, 250)
        sheet.oval(colour, 0.4 * np.cos(angle), 0.2 * np.sin(angle), 0.15, 0.12)
    lay(pen, sheet, ink=darker(tone, 0.4))
    swimmer = dressed(dice, shirt=tone, shorts=tone)
    pen.tube(swimmer.skin, [(-0.26, 0.02), (0, -0.1), (0.26, 0.02)], (0.12, 0.26, 0.12))
    pen.oval(swimmer.hair, 0, -0.34, 0.17, 0.18)
    pen.oval(swimmer.skin, 0.03, -0.29, 0.13, 0.14)


def _parasols(pen: Pen, light: Light, tone: Colour, dice: Dice) -> None:
    """Rows of parasols and loungers on the sand."""
    horizon, shore = dice.uniform(0.26, 0.36), dice.uniform(0.46, 0.52)
    x, _ = draw_sky(pen, light, dice, horizon=horizon)
    draw_sea(pen, light, dice, horizon=horizon, bottom=shore + 0.03, sun_x=x)
    _sand(pen, light, dice, shore)
    for y, unit, n in ((shore + 0.16, 0.26, 3), (0.95, 0.46, 2)):
        for i in range(n):
            place = (i + 0.5) / n + dice.uniform(-0.06, 0.06)
            draw_parasol(
                pen.at(place + unit * 0.16, y - 0.01, unit), tone=tone, tilt=dice.uniform(0, 0.25)
            )
            draw_lounger(pen.at(place, y, unit * 0.62), tone=lighter(tone, 0.3))
    ball = pen.at(dice.uniform(0.1, 0.9), 0.93, 0.05)
    ball.oval(_any_bright(dice), 0, 0, 0.6, 0.6)
    ball.oval(_FOAM, -0.15, -0.2, 0.2, 0.2)


def _surfing(pen: Pen, light: Light, tone: Colour, dice: Dice) -> None:
    """A rider on the face of a breaking wave."""
    horizon, peak = dice.uniform(0.26, 0.36), dice.uniform(0.15, 0.85)
    x, _ = draw_sky(pen, light, dice, horizon=horizon)
    draw_sea(pen, light, dice, horizon=horizon, bottom=1.0, sun_x=x)
    _breaker(pen, light, dice, horizon, peak)
    is_flipped = peak >= 0.5
    side = -1.0 if is_flipped else 1.0
    x, y = peak + side * dice.uniform(0.1, 0.24), dice.uniform(0.62, 0.72)
    draw_spray(pen.at(x, y, 0.4, is_flipped=is_flipped), dice, reach=0.9)
    rider = pen.at(x, y, dice.uniform(0.36, 0.46), turn=side * 0.16, is_flipped=is_flipped)
    sheet = rider.apart()
    draw_surfboard(sheet.at(0, 0.02, 1.1), tone=tone)
    suit = dressed(dice, shirt=darker(tone, 0.25), shorts=(40, 44, 60))
    draw_person(sheet, POSTURES["balancing"], suit)
    lay(rider, sheet, ink=darker(tone, 0.5), depth=0.3)


def _breaker(pen: Pen, light: Light, dice: Dice, horizon: float, peak: float) -> None:
    """A wave as wide as the picture, highest at `peak`."""
    far, near = light.sea
    x = np.linspace(-0.05, 1.05, 24)
    crest = horizon + 0.26 - 0.24 * np.exp(-(((x - peak) / 0.32) ** 2))
    for step in np.linspace(0, 1, 9).tolist():
        line = np.column_stack([x, crest + (1 - crest) * step * 0.9])
        face = mixed(lighter(near, 0.3), darker(far, 0.1), step)
        pen.fill(face, [*line.tolist(), (1.05, 1), (-0.05, 1)])
    foam = mixed(_FOAM, light.sky[-1], light.shade * 0.3)
    for at in dice.uniform(0, 1, 70).tolist():
        y = float(np.interp(at, x, crest)) + abs(dice.normal(0, 0.025))
        glow(pen, foam, at, y, dice.uniform(0.02, 0.06), dice.uniform(0.015, 0.04), opacity=0.75)


def _sailing(pen: Pen, light: Light, tone: Colour, dice: Dice) -> None:
    """A large yacht, others far away."""
    horizon = dice.uniform(0.42, 0.56)
    x, _ = draw_sky(pen, light, dice, horizon=horizon)
    draw_sea(pen, light, dice, horizon=horizon, bottom=1.0, sun_x=x)
    for _ in range(dice.integers(0, 4)):
        far = pen.at(
            dice.uniform(0.05, 0.95), horizon + dice.uniform(0.01, 0.05), dice.uniform(0.08, 0.16)
        )
        draw_sailboat(far, sail=darker(tone, 0.1))
    unit, lean = dice.uniform(0.55, 0.75), dice.uniform(-0.14, 0.14)
    yacht = pen.at(dice.uniform(0.35, 0.65), horizon + dice.uniform(0.2, 0.32), unit, turn=lean)
    draw_sailboat(yacht, sail=tone)
    draw_spray(yacht.at(-0.2, 0.04, 0.5), dice, reach=0.7, n=14)


def _jetski(pen: Pen, light: Light, tone: Colour, dice: Dice) -> None:
    """A rider on a water scooter that throws up spray."""
    horizon = dice.uniform(0.3, 0.44)
    x, _ = draw_sky(pen, light, dice, horizon=horizon)
    draw_sea(pen, light, dice, horizon=horizon, bottom=1.0, sun_x=x)
    flip = bool(dice.random() < 0.5)
    unit = dice.uniform(0.44, 0.58)
    scooter = pen.at(
        dice.uniform(0.42, 0.58),
        dice.uniform(0.68, 0.82),
        unit,
        turn=dice.uniform(-0.12, 0.04),
        is_flipped=flip,
    )
    draw_spray(scooter.at(-0.3, 0.05, 1.0), dice, reach=0.95, n=50)
    sheet = scooter.apart()
    vest = (246, 150, 40) if dice.random() < 0.5 else (250, 220, 60)
    draw_person(
        sheet.at(-0.08, -0.12, 0.8),
        POSTURES["riding"],
        dressed(dice, shirt=vest, shorts=(40, 44, 60)),
    )
    draw_jetski(sheet, tone=tone)
    lay(scooter, sheet, ink=darker(tone, 0.5), depth=0.3)
    draw_spray(scooter.at(0.5, 0.1, 0.6), dice, reach=1.5, n=30)


def _diving(pen: Pen, light: Light, tone: Colour, dice: Dice) -> None:
    draw_dive(pen, tone, dice, is_dim=light.is_low)


def _sand(pen: Pen, light: Light, dice: Dice, shore: float) -> None:
    draw_sand(pen, dice, light.sand, top=shore)
    foam = mixed(_FOAM, light.sea[0], light.shade * 0.4)
    draw_surf(pen, shore + 0.01, slope=dice.uniform(-0.03, 0.03), tone=foam)


def _land(pen: Pen, light: Light, y: float, middle: float, dice: Dice) -> None:
    """A green tongue of land that the hotels stand on."""
    green = mixed((92, 140, 82), light.sky[0], light.shade * 0.6)
    x = np.linspace(middle - 0.5, middle + 0.5, 14)
    top = y - 0.06 * np.sin(np.linspace(0, np.pi, 14)) * dice.uniform(0.8, 1.2, 14)
    pen.fill(
        green,
        [*np.column_stack([x, top]).tolist(), (middle + 0.56, y + 0.1), (middle - 0.56, y + 0.1)],
    )
    shadow(pen, middle, y + 0.11, 0.56, 0.02, opacity=0.3)


def _any_bright(dice: Dice) -> Colour:
    return pick(dice, list(BRIGHT.values()))


_OUTINGS: Mapping[str, _Outing] = MappingProxyType(
    {
        "hotel": _hotel,
        "pool": _pool,
        "parasols": _parasols,
        "surfing": _surfing,
        "sailing": _sailing,
        "diving": _diving,
        "jetski": _jetski,
    }
)
