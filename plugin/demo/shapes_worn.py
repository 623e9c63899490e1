"""What is worn or carried: hats, bags, scarf, umbrella, watch, sunglasses."""

import math

import numpy as np

from diptych.plugin.demo.looks import Dice, Look
from diptych.plugin.demo.outlines import (
    Layer,
    Paint,
    Points,
    both_sides,
    box,
    ellipse,
    filled,
    mirrored,
    smooth,
    stroke,
)


def hat(look: Look, dice: Dice) -> list[Layer]:
    """A round brim, a crown and a dark ribbon."""
    brim, height = dice.uniform(0.3, 0.42), dice.uniform(0.2, 0.34)
    crown = [(0.5, 0.66 - height), (0.6, 0.65 - height), (0.68, 0.5), (0.7, 0.66), (0.5, 0.71)]
    ribbon = [(0.3, 0.6), (0.7, 0.6), (0.705, 0.66), (0.5, 0.69), (0.295, 0.66)]
    return [
        filled(Paint.MAIN, ellipse(0.5, 0.66, brim, dice.uniform(0.07, 0.12))),
        filled(Paint.MAIN, smooth(mirrored(crown))),
        filled(Paint.DARK, ribbon),
    ]


def cap(look: Look, dice: Dice) -> list[Layer]:
    """A dome with a seam and a button, and a peak to the right."""
    dome = [(0.2, 0.58), (0.22, 0.42), (0.36, 0.3), (0.52, 0.3), (0.66, 0.42), (0.69, 0.57)]
    peak = [(0.5, 0.6), (0.69, 0.55), (0.88, 0.6), (0.94, 0.66), (0.78, 0.66), (0.55, 0.65)]
    seam = ellipse(0.45, 0.55, 0.12, 0.24, n=14, start=math.pi * 1.1, end=math.pi * 1.75)
    return [
        filled(Paint.MAIN, smooth([*dome, (0.45, 0.62)])),
        filled(Paint.DARK, smooth(peak)),
        stroke(seam, 2),
        filled(Paint.DARK, ellipse(0.45, 0.295, 0.022, 0.016, n=10)),
    ]


def beanie(look: Look, dice: Dice) -> list[Layer]:
    """A knitted dome on a ribbed band, most with a bobble."""
    dome = [(0.5, 0.24), (0.64, 0.28), (0.74, 0.45), (0.76, 0.64), (0.5, 0.66)]
    layers = [
        filled(Paint.MAIN, smooth(mirrored(dome))),
        filled(Paint.DARK, [(0.22, 0.58), (0.78, 0.58), (0.785, 0.72), (0.215, 0.72)]),
        *(stroke([(x, 0.59), (x, 0.71)], 1) for x in np.linspace(0.27, 0.73, 9).tolist()),
    ]
    if dice.random() < 0.6:
        layers.append(filled(Paint.LIGHT, ellipse(0.5, 0.2, 0.085, 0.08)))
    return layers


def handbag(look: Look, dice: Dice) -> list[Layer]:
    """A body that widens downwards, a clasp and an arched handle."""
    top, width, taper = dice.uniform(0.38, 0.46), dice.uniform(0.28, 0.36), dice.uniform(0.02, 0.08)
    right_half = [(0.5, top), (0.5 + width - taper, top), (0.5 + width, 0.82)]
    right_half += [(0.47 + width, 0.86), (0.5, 0.86)]
    arch = ellipse(
        0.5, top + 0.02, width * 0.6, dice.uniform(0.2, 0.3), n=24, start=math.pi, end=2 * math.pi
    )
    seam = [(0.5 - width + taper, top + 0.12), (0.5 + width - taper, top + 0.12)]
    return [
        stroke(arch, 9, paint=Paint.HANDLE),
        filled(Paint.MAIN, mirrored(right_half)),
        filled(Paint.ACCENT, box(0.47, top - 0.01, 0.53, top + 0.07)),
        stroke(seam, 2),
    ]


def backpack(look: Look, dice: Dice) -> list[Layer]:
    """A rounded sack with a front pocket, a loop and two straps."""
    width = dice.uniform(0.22, 0.28)
    right_half = [(0.5, 0.12), (0.5 + width * 0.7, 0.14), (0.5 + width, 0.32), (0.5 + width, 0.8)]
    right_half += [(0.5 + width * 0.8, 0.88), (0.5, 0.88)]
    left, right = 0.5 - width * 0.72, 0.5 + width * 0.72
    pocket = [(left, 0.55), (right, 0.55), (right, 0.82), (left, 0.82)]
    return [
        *_straps(width),
        filled(Paint.MAIN, smooth(mirrored(right_half))),
        filled(Paint.DARK, smooth(pocket, n_between=3)),
        stroke([(left, 0.6), (right, 0.6)], 2),
        stroke([(0.5 - width * 0.85, 0.36), (0.5 + width * 0.85, 0.36)], 2),
    ]


def _straps(width: float) -> list[Layer]:
    """The loop on top and the straps that show at both sides."""
    arcs = [
        (ellipse(0.5, 0.14, 0.07, 0.07, n=16, start=math.pi, end=2 * math.pi), 6),
        (_side_arc(0.5 - width, start=math.pi * 0.6, end=math.pi * 1.45), 7),
        (_side_arc(0.5 + width, start=-math.pi * 0.45, end=math.pi * 0.4), 7),
    ]
    return [stroke(points, thickness, paint=Paint.HANDLE) for points, thickness in arcs]


def _side_arc(x: float, *, start: float, end: float) -> Points:
    return ellipse(x, 0.55, 0.09, 0.26, n=20, start=start, end=end)


def scarf(look: Look, dice: Dice) -> list[Layer]:
    """A loop with two hanging ends, one fringed."""
    x = dice.uniform(0.05, 0.14)
    behind = [(0.38, 0.3), (0.52, 0.32), (0.5 + x * 0.3, 0.9), (0.34 + x * 0.3, 0.9)]
    before = [(0.46, 0.3), (0.62, 0.3), (0.62 + x, 0.78), (0.47 + x, 0.8)]
    fringe = [0.35 + x * 0.3 + i * 0.03 for i in range(6)]
    return [
        filled(Paint.MAIN, smooth(ellipse(0.5, 0.25, 0.24, 0.14, n=16), n_between=2)),
        filled(Paint.HOLE, ellipse(0.5, 0.2, 0.14, 0.06)),
        filled(Paint.MAIN, behind),
        filled(Paint.MAIN, before),
        *(stroke([(fx, 0.9), (fx, 0.95)], 2) for fx in fringe),
    ]


def umbrella(look: Look, dice: Dice) -> list[Layer]:
    """An open canopy with a scalloped edge, ribs, a stick and a hook."""
    dome = ellipse(0.5, 0.5, 0.42, dice.uniform(0.3, 0.38), n=30, start=math.pi, end=2 * math.pi)
    scallops = [
        ellipse(0.185 + 0.21 * i, 0.5, 0.105, 0.035, n=8, start=2 * math.pi, end=math.pi)
        for i in (3, 2, 1, 0)
    ]
    hook = ellipse(0.46, 0.86, 0.04, 0.05, n=12, start=0, end=math.pi)
    return [
        stroke([(0.5, 0.15), (0.5, 0.86)], 4),
        stroke(hook, 6, paint=Paint.HANDLE),
        filled(Paint.MAIN, np.concatenate([dome, *scallops])),
        *(stroke([(0.5, 0.15), (0.5 + x, 0.49)], 1) for x in (-0.21, 0.0, 0.21)),
    ]


def watch(look: Look, dice: Dice) -> list[Layer]:
    """A round steel case with two hands on a strap."""
    r = dice.uniform(0.17, 0.22)
    strap = [(0.5 - r * 0.6, 0.5), (0.5 - r * 0.45, 0.06), (0.5 + r * 0.45, 0.06)]
    strap += [(0.5 + r * 0.6, 0.5), (0.5 + r * 0.45, 0.94), (0.5 - r * 0.45, 0.94)]
    return [
        filled(Paint.MAIN, strap),
        filled(Paint.METAL, ellipse(0.5, 0.5, r, r)),
        filled(Paint.FACE, ellipse(0.5, 0.5, r * 0.8, r * 0.8)),
        stroke([(0.5, 0.5), (0.5, 0.5 - r * 0.6)], 3),
        stroke([(0.5, 0.5), (0.5 + r * 0.45, 0.53)], 3),
        filled(Paint.METAL, box(0.5 + r, 0.48, 0.53 + r, 0.52)),
    ]


def sunglasses(look: Look, dice: Dice) -> list[Layer]:
    """Two dark lenses in a coloured frame."""
    ry = dice.uniform(0.11, 0.15)
    rim = filled(Paint.MAIN, smooth(ellipse(0.29, 0.5, 0.2, ry + 0.03, n=10), n_between=3))
    return [
        *both_sides(stroke([(0.1, 0.45), (0.05, 0.36)], 8, paint=Paint.BAND)),
        *both_sides(rim),
        stroke([(0.45, 0.45), (0.55, 0.45)], 9, paint=Paint.BAND),
        *both_sides(filled(Paint.GLASS, ellipse(0.29, 0.5, 0.155, ry - 0.01))),
    ]
