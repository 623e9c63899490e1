"""Clothes with shoulders: coat, jacket, dress, shirt, T-shirt, sweater."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from diptych.plugin.demo.looks import Dice, Look
from diptych.plugin.demo.outlines import (
    Layer,
    Paint,
    Pairs,
    Points,
    both_sides,
    box,
    ellipse,
    filled,
    mirrored,
    stroke,
)

_Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Ranges, as offsets from the middle line, that a kind's measures are drawn from."""

    bottom: _Range
    long_bottom: _Range | None = None
    waist: _Range = (0.14, 0.18)
    hem: _Range = (0.15, 0.19)
    neckline: _Range = (0.02, 0.08)
    waist_height: float | None = None
    sleeve: str | None = None


_CUTS = {
    "coat": _Cut(
        (0.68, 0.74), (0.92, 0.97), hem=(0.18, 0.24), neckline=(0.01, 0.01), sleeve="long"
    ),
    "jacket": _Cut((0.68, 0.76), neckline=(0.01, 0.01), sleeve="long"),
    "dress": _Cut(
        (0.66, 0.73), (0.92, 0.98), waist=(0.1, 0.13), hem=(0.2, 0.32), waist_height=0.42
    ),
    "shirt": _Cut((0.74, 0.84)),
    "tshirt": _Cut((0.72, 0.82), sleeve="short"),
    "sweater": _Cut((0.7, 0.78), sleeve="long"),
}


@dataclass(frozen=True, slots=True)
class _Torso:
    """One garment's measures: `waist` and `hem` are x on the right side, the rest as named."""

    top: float
    bottom: float
    waist: float
    hem: float
    neck: float
    cuff: Points
    outline: Points


def coat(look: Look, dice: Dice) -> list[Layer]:
    """Two rows of buttons, lapels and, for half of them, a belt."""
    t = _torso(look, dice)
    layers = [_body(t), stroke([(0.5, t.top + 0.2), (0.5, t.bottom)], 2)]
    layers += both_sides(
        filled(
            Paint.DARK,
            [(0.5, t.top + 0.24), (0.515 + t.neck, t.top - 0.03), (0.61, t.top + 0.1)],
        )
    )
    for y in (t.top + 0.3, t.top + 0.38, t.top + 0.46):
        layers += both_sides(filled(Paint.ACCENT, ellipse(0.46, y, 0.012, 0.012, n=10)))
    if dice.random() < 0.5:
        layers.append(filled(Paint.DARK, box(1 - t.waist, 0.46, t.waist, 0.49)))
    return layers


def jacket(look: Look, dice: Dice) -> list[Layer]:
    """A zip, a collar, two slanted pockets and a waistband."""
    t = _torso(look, dice)
    collar = [(0.5, t.top + 0.06), (0.52 + t.neck, t.top - 0.05), (0.53 + t.neck, t.top + 0.02)]
    return [
        _body(t),
        stroke([(0.5, t.top), (0.5, t.bottom)], 3),
        *both_sides(filled(Paint.DARK, collar)),
        *both_sides(stroke([(0.56, t.bottom - 0.16), (0.61, t.bottom - 0.09)], 2)),
        _waistband(t, height=0.03),
    ]


def dress(look: Look, dice: Dice) -> list[Layer]:
    """A narrow waist with a seam, and a wide hem."""
    t = _torso(look, dice)
    return [_body(t), stroke([(1.03 - t.waist, 0.42), (t.waist - 0.03, 0.42)], 2)]


def shirt(look: Look, dice: Dice) -> list[Layer]:
    """A pointed collar and a row of buttons."""
    t = _torso(look, dice)
    collar = [
        (0.5, t.top + 0.07),
        (0.512 + t.neck, t.top - 0.03),
        (0.53 + t.neck, t.top + 0.04),
        (0.55, t.top + 0.11),
    ]
    buttons = [
        filled(Paint.ACCENT, ellipse(0.5, float(y), 0.008, 0.008, n=8))
        for y in np.linspace(t.top + 0.14, t.bottom - 0.06, 5)
    ]
    placket = stroke([(0.5, t.top + 0.08), (0.5, t.bottom)], 1)
    return [_body(t), *both_sides(filled(Paint.LIGHT, collar)), placket, *buttons]


def tshirt(look: Look, dice: Dice) -> list[Layer]:
    """Short sleeves and a round neck."""
    t = _torso(look, dice)
    neck = ellipse(0.5, t.top - 0.01, t.neck + 0.012, 0.055, n=14, start=0.25, end=math.pi - 0.25)
    return [_body(t), stroke(neck, 2)]


def sweater(look: Look, dice: Dice) -> list[Layer]:
    """Ribbed cuffs and hem, and a round neck."""
    t = _torso(look, dice)
    outer, inner = t.cuff
    rib = [outer, inner, inner - (0, 0.03), outer - (0.005, 0.03)]
    neck = ellipse(0.5, t.top - 0.015, t.neck + 0.01, 0.045, n=14, start=0.2, end=math.pi - 0.2)
    return [
        _body(t),
        *both_sides(filled(Paint.DARK, np.array(rib))),
        _waistband(t, height=0.035),
        stroke(neck, 2),
    ]


def _torso(look: Look, dice: Dice) -> _Torso:
    cut = _CUTS[look.kind]
    bottom = dice.uniform(*(cut.long_bottom or cut.bottom if look.length == "long" else cut.bottom))
    shoulder = 0.5 + dice.uniform(0.17, 0.21)
    waist, hem = 0.5 + dice.uniform(*cut.waist), 0.5 + dice.uniform(*cut.hem)
    top, neck, spread = dice.uniform(0.1, 0.14), dice.uniform(0.05, 0.075), dice.uniform(0.0, 0.14)
    cuff = np.array(_sleeve_end(cut.sleeve or look.sleeve, shoulder, top, spread, dice), float)
    waist_height = cut.waist_height or (top + 0.2 + bottom) / 2
    right_half = [
        (0.5, top + dice.uniform(*cut.neckline)),
        (0.5 + neck, top - 0.02),
        (shoulder - 0.01, top + 0.03),
        *cuff,
        (waist, top + 0.2),
        (waist - (0.03 if look.kind == "dress" else 0.02), waist_height),
        (hem, bottom),
        (0.5, bottom + dice.uniform(0, 0.02)),
    ]
    return _Torso(top, bottom, waist, hem, neck, cuff, mirrored(right_half))


def _sleeve_end(
    sleeve: str | None, shoulder: float, top: float, spread: float, dice: Dice
) -> Pairs:
    """The outer and the inner end of the right sleeve."""
    if sleeve == "long":
        lower = dice.uniform(0.58, 0.66), dice.uniform(0.6, 0.67)
        return [
            (shoulder + 0.09 + spread, lower[0] - spread * 0.5),
            (shoulder + 0.005 + spread * 0.8, lower[1] - spread * 0.5),
        ]
    if sleeve == "short":
        return [
            (shoulder + 0.1 + spread * 0.6, top + 0.2 - spread * 0.3),
            (shoulder + 0.03 + spread * 0.5, top + 0.27 - spread * 0.2),
        ]
    return [(shoulder - 0.02, top + 0.05), (shoulder - 0.035, top + 0.18)]


def _body(torso: _Torso) -> Layer:
    return filled(Paint.MAIN, torso.outline)


def _waistband(torso: _Torso, *, height: float) -> Layer:
    low = torso.bottom + 0.005
    return filled(Paint.DARK, box(1 - torso.hem, torso.bottom - height, torso.hem, low))
