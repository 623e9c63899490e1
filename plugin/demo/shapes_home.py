"""Things of the house: mug, bottle, vase, bowl, lamp, chair, sofa, cushion, teapot."""

import math

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


def mug(look: Look, dice: Dice) -> list[Layer]:
    """A cylinder with an ear on the right."""
    w, h = dice.uniform(0.2, 0.26), dice.uniform(0.22, 0.3)
    ear = ellipse(0.5 + w, 0.53, 0.13, 0.14, n=20, start=-math.pi * 0.5, end=math.pi * 0.5)
    body = [(0.5 - w, 0.53 - h), (0.5 + w, 0.53 - h), (0.5 + w, 0.5 + h)]
    body += [(0.5 + w * 0.8, 0.54 + h), (0.5 - w * 0.8, 0.54 + h), (0.5 - w, 0.5 + h)]
    return [
        stroke(ear, 11, paint=Paint.BAND),
        filled(Paint.MAIN, smooth(body, n_between=2)),
        filled(Paint.DARK, ellipse(0.5, 0.53 - h, w, 0.045)),
    ]


def bottle(look: Look, dice: Dice) -> list[Layer]:
    """A neck with a cap on a straight body, half of them with a label."""
    w, neck, shoulder = dice.uniform(0.11, 0.17), dice.uniform(0.04, 0.055), dice.uniform(0.3, 0.42)
    right_half = [(0.5, 0.12), (0.5 + neck, 0.12), (0.5 + neck, shoulder - 0.08)]
    right_half += [(0.5 + w, shoulder + 0.06), (0.5 + w, 0.9), (0.47 + w, 0.93), (0.5, 0.93)]
    layers = [
        filled(Paint.MAIN, mirrored(right_half)),
        filled(Paint.ACCENT, box(0.492 - neck, 0.07, 0.508 + neck, 0.15)),
    ]
    if dice.random() < 0.5:
        layers.append(filled(Paint.LABEL, box(0.5 - w, 0.55, 0.5 + w, 0.74)))
    return layers


def vase(look: Look, dice: Dice) -> list[Layer]:
    """A belly under a narrow neck, half of them with three flowers."""
    w, neck = dice.uniform(0.17, 0.24), dice.uniform(0.07, 0.12)
    right_half = [(0.5, 0.22), (0.52 + neck, 0.22), (0.49 + neck, 0.34), (0.5 + w, 0.56)]
    right_half += [(0.5 + w * 0.8, 0.8), (0.5 + w * 0.5, 0.9), (0.5, 0.9)]
    layers = [
        filled(Paint.DARK, ellipse(0.5, 0.22, neck + 0.02, 0.03)),
        filled(Paint.MAIN, smooth(mirrored(right_half))),
    ]
    return _flowers() + layers if dice.random() < 0.5 else layers


def bowl(look: Look, dice: Dice) -> list[Layer]:
    """Half an ellipse on a foot, open at the top."""
    w, h = dice.uniform(0.32, 0.4), dice.uniform(0.2, 0.3)
    return [
        filled(Paint.MAIN, ellipse(0.5, 0.45, w, h, n=24, start=0, end=math.pi)),
        filled(Paint.DARK, ellipse(0.5, 0.45, w, dice.uniform(0.06, 0.1))),
        filled(Paint.DARK, box(0.42, 0.44 + h, 0.58, 0.48 + h)),
    ]


def lamp(look: Look, dice: Dice) -> list[Layer]:
    """A shade on a stand: a floor lamp if long, else a table lamp with a body."""
    is_floor = look.length == "long"
    base, top, h = (0.93, 0.08, 0.2) if is_floor else (0.8, 0.2, 0.3)
    w = dice.uniform(*((0.17, 0.22) if is_floor else (0.24, 0.3)))
    left, right = 0.5 - w * dice.uniform(0.4, 0.7), 0.5 + w * dice.uniform(0.4, 0.7)
    layers = [
        filled(Paint.METAL, box(0.487, top + h, 0.513, base)),
        filled(Paint.METAL, ellipse(0.5, base, 0.13, 0.025)),
        filled(Paint.MAIN, [(left, top), (right, top), (0.5 + w, top + h), (0.5 - w, top + h)]),
    ]
    if is_floor:
        return layers
    return [filled(Paint.ACCENT, ellipse(0.5, 0.7, dice.uniform(0.05, 0.1), 0.11)), *layers]


def chair(look: Look, dice: Dice) -> list[Layer]:
    """A padded back and seat on four wooden legs."""
    back = [(0.31, 0.12), (0.69, 0.12), (0.68, 0.5), (0.32, 0.5)]
    return [
        filled(Paint.WOOD, [(0.3, 0.6), (0.335, 0.6), (0.3, 0.95), (0.27, 0.95)]),
        filled(Paint.WOOD, [(0.67, 0.6), (0.7, 0.6), (0.73, 0.95), (0.7, 0.95)]),
        filled(Paint.WOOD, [(0.36, 0.6), (0.39, 0.6), (0.38, 0.86), (0.355, 0.86)]),
        filled(Paint.WOOD, [(0.61, 0.6), (0.64, 0.6), (0.645, 0.86), (0.62, 0.86)]),
        filled(Paint.MAIN, smooth(back, n_between=3)),
        filled(Paint.MAIN, [(0.3, 0.5), (0.7, 0.5), (0.76, 0.62), (0.24, 0.62)]),
        stroke([(0.3, 0.5), (0.7, 0.5)], 2),
    ]


def sofa(look: Look, dice: Dice) -> list[Layer]:
    """Two seats between rounded arms, on short legs."""
    top = dice.uniform(0.28, 0.36)
    return [
        *both_sides(filled(Paint.WOOD, box(0.16, 0.76, 0.19, 0.84))),
        filled(Paint.MAIN, smooth(box(0.14, top, 0.86, 0.7), n_between=3)),
        filled(Paint.MAIN, box(0.14, 0.56, 0.86, 0.77)),
        *both_sides(filled(Paint.DARK, smooth(box(0.07, 0.46, 0.19, 0.78), n_between=3))),
        stroke([(0.5, top + 0.03), (0.5, 0.76)], 2),
        stroke([(0.19, 0.57), (0.81, 0.57)], 2),
    ]


def cushion(look: Look, dice: Dice) -> list[Layer]:
    """A square with drawn-in sides."""
    k = dice.uniform(0.02, 0.06)
    edge = [(0.16, 0.18), (0.5, 0.18 + k), (0.84, 0.18), (0.84 - k, 0.5)]
    edge += [(0.84, 0.82), (0.5, 0.82 - k), (0.16, 0.82), (0.16 + k, 0.5)]
    return [filled(Paint.MAIN, smooth(edge))]


def teapot(look: Look, dice: Dice) -> list[Layer]:
    """A round pot with a spout, an ear and a lid."""
    ear = ellipse(0.74, 0.55, 0.13, 0.13, n=20, start=-math.pi * 0.55, end=math.pi * 0.55)
    return [
        stroke(ear, 10, paint=Paint.BAND),
        filled(Paint.MAIN, [(0.3, 0.62), (0.12, 0.42), (0.08, 0.42), (0.2, 0.7)]),
        filled(Paint.MAIN, ellipse(0.5, 0.58, 0.26, dice.uniform(0.19, 0.24))),
        filled(Paint.DARK, ellipse(0.5, 0.4, 0.13, 0.035)),
        filled(Paint.DARK, ellipse(0.5, 0.34, 0.03, 0.03)),
    ]


def _flowers() -> list[Layer]:
    ends = [(0.5 + x, 0.06) for x in (-0.12, 0.0, 0.1)]
    return [
        *(stroke([(0.5, 0.25), end], 3, paint=Paint.TWIG) for end in ends),
        *(filled(Paint.LIGHT, ellipse(x, y, 0.035, 0.035)) for x, y in ends),
    ]
