"""More of the house: plate, jug, rug, stool, clock."""

import math

import numpy as np

from diptych.plugin.demo.looks import Dice, Look
from diptych.plugin.demo.outlines import (
    Layer,
    Paint,
    both_sides,
    box,
    ellipse,
    filled,
    smooth,
    stroke,
)


def plate(look: Look, dice: Dice) -> list[Layer]:
    """A disc with a rim and a lighter well, seen from above."""
    r = dice.uniform(0.36, 0.42)
    ry = r * dice.uniform(0.72, 1.0)
    return [
        filled(Paint.MAIN, ellipse(0.5, 0.5, r, ry, n=60)),
        stroke(ellipse(0.5, 0.5, r * 0.93, ry * 0.93, n=60), 3, paint=Paint.LACE),
        stroke(ellipse(0.5, 0.5, r * 0.66, ry * 0.66, n=60), 2),
        stroke(ellipse(0.5, 0.49, r * 0.6, ry * 0.6, n=60), 1),
    ]


def jug(look: Look, dice: Dice) -> list[Layer]:
    """A belly with a wide neck, a spout on the left and a large ear on the right."""
    w, top = dice.uniform(0.19, 0.25), dice.uniform(0.14, 0.2)
    right = [
        (0.5 + w * 0.55, top),
        (0.5 + w * 0.5, top + 0.16),
        (0.5 + w, 0.6),
        (0.5 + w * 0.7, 0.88),
    ]
    left = [(0.5 - w * 0.7, 0.88), (0.5 - w, 0.6), (0.5 - w * 0.5, top + 0.16)]
    spout = [(0.5 - w * 0.95, top - 0.03), (0.5 - w * 0.4, top)]
    ear = ellipse(0.5 + w * 0.8, 0.42, 0.17, 0.2, start=-math.pi * 0.6, end=math.pi * 0.45)
    return [
        stroke(ear, 11, paint=Paint.BAND),
        filled(Paint.MAIN, smooth([*right, *left, *spout])),
        filled(Paint.DARK, ellipse(0.5 - w * 0.08, top + 0.005, w * 0.6, 0.025)),
    ]


def rug(look: Look, dice: Dice) -> list[Layer]:
    """A rectangle on the floor, narrower at its far end, with fringes and a border."""
    far, near = dice.uniform(0.26, 0.36), dice.uniform(0.4, 0.46)
    top, bottom = dice.uniform(0.24, 0.32), dice.uniform(0.72, 0.82)
    fringes = [
        stroke([(0.5 + d * near, bottom), (0.5 + d * near * 1.02, bottom + 0.045)], 3)
        for d in np.linspace(-0.97, 0.97, 17).tolist()
    ]
    edge = [(0.5 - far, top), (0.5 + far, top), (0.5 + near, bottom), (0.5 - near, bottom)]
    inner = [(0.5 + (x - 0.5) * 0.9, 0.5 + (y - 0.5) * 0.86) for x, y in edge]
    return [
        *fringes,
        filled(Paint.DARK, edge),
        filled(Paint.MAIN, inner),
    ]


def stool(look: Look, dice: Dice) -> list[Layer]:
    """A round padded seat on three straight legs."""
    w, y = dice.uniform(0.22, 0.28), dice.uniform(0.38, 0.46)
    leg = [(0.5 + w * 0.7, y), (0.5 + w * 0.85, y), (0.5 + w * 1.05, 0.92), (0.5 + w * 0.9, 0.92)]
    seat = [
        *ellipse(0.5, y, w, 0.07, start=math.pi, end=2 * math.pi).tolist(),
        *ellipse(0.5, y + 0.08, w, 0.07, start=0, end=math.pi).tolist(),
    ]
    return [
        filled(Paint.WOOD, box(0.48, y, 0.52, 0.86)),
        *both_sides(filled(Paint.WOOD, leg)),
        stroke([(0.5 - w * 0.9, 0.72), (0.5 + w * 0.9, 0.72)], 4, paint=Paint.HANDLE),
        filled(Paint.MAIN, seat),
        stroke(ellipse(0.5, y, w, 0.07), 1),
    ]


def clock(look: Look, dice: Dice) -> list[Layer]:
    """A round wall clock: a coloured case, a white face, twelve marks and two hands."""
    r, hour, minute = dice.uniform(0.34, 0.4), dice.uniform(0, math.tau), dice.uniform(0, math.tau)
    marks = [
        stroke([_at(angle, r * 0.66), _at(angle, r * 0.74)], 3, paint=Paint.INK)
        for angle in np.linspace(0, math.tau, 13)[:-1].tolist()
    ]
    return [
        filled(Paint.MAIN, ellipse(0.5, 0.5, r, r, n=60)),
        filled(Paint.FACE, ellipse(0.5, 0.5, r * 0.8, r * 0.8, n=60)),
        *marks,
        stroke([(0.5, 0.5), _at(hour, r * 0.42)], 6, paint=Paint.INK),
        stroke([(0.5, 0.5), _at(minute, r * 0.62)], 4, paint=Paint.INK),
        filled(Paint.GLASS, ellipse(0.5, 0.5, 0.018, 0.018)),
    ]


def _at(angle: float, radius: float) -> tuple[float, float]:
    return 0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle)
