"""What goes with clothes and on journeys: glove, tie, belt, sandal, suitcase, apron."""

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
    mirrored,
    smooth,
    stroke,
)


def glove(look: Look, dice: Dice) -> list[Layer]:
    """Four fingers and a thumb above a ribbed cuff."""
    cuff = dice.uniform(0.82, 0.92)
    fingers = [0.33, 0.45, 0.57, 0.69]
    tips = np.array((0.2, 0.1, 0.12, 0.22)) + dice.uniform(-0.02, 0.02)
    layers = [
        filled(
            Paint.MAIN,
            smooth(
                [
                    (x - 0.05, 0.5),
                    (x - 0.045, tip),
                    (x, tip - 0.035),
                    (x + 0.045, tip),
                    (x + 0.05, 0.5),
                ]
            ),
        )
        for x, tip in zip(fingers, tips.tolist(), strict=True)
    ]
    thumb = [(0.3, 0.68), (0.16, 0.5), (0.12, 0.4), (0.17, 0.36), (0.24, 0.42), (0.36, 0.56)]
    palm = [(0.28, 0.44), (0.74, 0.44), (0.72, 0.72), (0.68, cuff - 0.1), (0.34, cuff - 0.1)]
    return [
        *layers,
        filled(Paint.MAIN, smooth(thumb)),
        filled(Paint.MAIN, smooth([*palm, (0.28, 0.68)])),
        filled(Paint.DARK, box(0.32, cuff - 0.13, 0.7, cuff)),
        *(stroke([(x, cuff - 0.12), (x, cuff - 0.01)], 1) for x in (0.38, 0.45, 0.52, 0.59, 0.65)),
    ]


def tie(look: Look, dice: Dice) -> list[Layer]:
    """A knot over a blade that widens to its point."""
    width, end = dice.uniform(0.09, 0.15), dice.uniform(0.9, 0.96)
    blade = [(0.5, 0.2), (0.545, 0.2), (0.5 + width, end - 0.13), (0.5, end)]
    knot = [(0.5, 0.06), (0.58, 0.06), (0.548, 0.2), (0.5, 0.21)]
    return [
        filled(Paint.MAIN, mirrored(blade)),
        filled(Paint.DARK, mirrored(knot)),
        stroke([(0.455, 0.2), (0.545, 0.2)], 2),
    ]


def belt(look: Look, dice: Dice) -> list[Layer]:
    """A strap rolled to a ring, its end under a buckle."""
    rx, ry, width = dice.uniform(0.32, 0.38), dice.uniform(0.14, 0.2), dice.uniform(0.1, 0.14)
    y = 0.5 - width / 2
    near = ellipse(0.5, y, rx, ry, start=0, end=math.pi)
    down = np.array((0.0, width))
    band = np.concatenate([near, (near + down)[::-1]])
    far = ellipse(0.5, y, rx, ry, start=math.pi, end=2 * math.pi)
    inside = np.concatenate([far, (far + down)[::-1]])
    x, at = 0.5 - rx * 0.25, y + ry * 0.97
    return [
        filled(Paint.DARK, inside),
        filled(Paint.MAIN, band),
        *(filled(Paint.INK, ellipse(0.5 + d, at + width / 2, 0.008, 0.008)) for d in (0.1, 0.16)),
        filled(Paint.METAL, box(x - 0.09, at - 0.02, x + 0.05, at + width + 0.02)),
        filled(Paint.MAIN, box(x - 0.06, at + 0.01, x + 0.02, at + width - 0.01)),
        stroke([(x - 0.06, at + width / 2), (x + 0.05, at + width / 2)], 4),
    ]


def sandal(look: Look, dice: Dice) -> list[Layer]:
    """A sole seen from the side, two straps over the foot and one about the heel."""
    y, toe = dice.uniform(0.62, 0.68), dice.uniform(0.84, 0.9)
    sole = [(0.1, y), (0.3, y + 0.02), (0.55, y + 0.05), (toe, y + 0.07), (toe + 0.02, y + 0.11)]
    straps = [
        ellipse(0.72, y + 0.06, 0.1, 0.14, start=math.pi, end=2 * math.pi),
        ellipse(0.5, y + 0.04, 0.1, 0.24, start=math.pi * 1.02, end=math.pi * 1.9),
        ellipse(0.22, y - 0.16, 0.16, 0.09, start=math.pi * 0.55, end=math.pi * 1.95),
    ]
    return [
        *(stroke(strap, 13, paint=Paint.BAND) for strap in straps),
        stroke([(0.13, y), (0.12, y - 0.2)], 12, paint=Paint.BAND),
        filled(Paint.MAIN, smooth([*sole, (0.5, y + 0.13), (0.12, y + 0.1)])),
        filled(
            Paint.ACCENT,
            smooth(
                [
                    (0.1, y + 0.07),
                    (0.5, y + 0.1),
                    (toe, y + 0.1),
                    (toe, y + 0.15),
                    (0.45, y + 0.17),
                    (0.11, y + 0.15),
                ]
            ),
        ),
    ]


def suitcase(look: Look, dice: Dice) -> list[Layer]:
    """An upright shell with grooves, two wheels and a pulled-out handle."""
    w, top = dice.uniform(0.2, 0.26), dice.uniform(0.26, 0.34)
    corners = [
        (0.5, top),
        (0.47 + w, top),
        (0.5 + w, top + 0.04),
        (0.5 + w, 0.84),
        (0.47 + w, 0.88),
    ]
    grooves = (stroke([(0.5 + w * d, top + 0.06), (0.5 + w * d, 0.82)], 2) for d in (-0.5, 0, 0.5))
    wheel = filled(Paint.GLASS, ellipse(0.5 + w * 0.75, 0.91, 0.035, 0.035))
    bars = stroke([(0.5 + w * 0.45, top), (0.5 + w * 0.45, 0.1)], 5, paint=Paint.HANDLE)
    return [
        *both_sides(bars),
        stroke([(0.5 - w * 0.5, 0.1), (0.5 + w * 0.5, 0.1)], 9, paint=Paint.HANDLE),
        *both_sides(wheel),
        filled(Paint.MAIN, mirrored([*corners, (0.5, 0.88)])),
        *grooves,
        filled(Paint.DARK, box(0.45, top + 0.02, 0.55, top + 0.05)),
    ]


def apron(look: Look, dice: Dice) -> list[Layer]:
    """A bib that hangs from the neck, strings at the waist and a pocket."""
    hem, w = dice.uniform(0.86, 0.94), dice.uniform(0.24, 0.29)
    right_half = [(0.5, 0.18), (0.62, 0.18), (0.64, 0.32), (0.5 + w, 0.44), (0.5 + w, hem)]
    loop = ellipse(0.5, 0.18, 0.11, 0.12, start=math.pi, end=2 * math.pi)
    string = stroke([(0.5 + w, 0.45), (0.6 + w, 0.52), (0.57 + w, 0.62)], 5, paint=Paint.HANDLE)
    return [
        stroke(loop, 5, paint=Paint.HANDLE),
        *both_sides(string),
        filled(Paint.MAIN, mirrored([*right_half, (0.5, hem)])),
        filled(Paint.DARK, box(0.36, 0.54, 0.64, 0.72)),
        stroke([(0.5, 0.54), (0.5, 0.72)], 1),
    ]
