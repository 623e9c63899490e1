"""What covers legs and feet: trousers, shorts, skirt, sneaker, boot, heel, sock."""

from diptych.plugin.demo.looks import Dice, Look
from diptych.plugin.demo.outlines import (
    Layer,
    Paint,
    both_sides,
    box,
    filled,
    mirrored,
    smooth,
    stroke,
)


def trousers(look: Look, dice: Dice) -> list[Layer]:
    """Two long legs under a waistband with a fly and pockets."""
    return _legs(dice, bottom=dice.uniform(0.92, 0.97))


def shorts(look: Look, dice: Dice) -> list[Layer]:
    """As trousers, ending above the knee."""
    return _legs(dice, bottom=dice.uniform(0.5, 0.62))


def skirt(look: Look, dice: Dice) -> list[Layer]:
    """A waistband and a flared cloth, with pleats on most."""
    bottom = dice.uniform(*((0.5, 0.58) if look.length == "short" else (0.86, 0.95)))
    flare = dice.uniform(0.2, 0.36)
    right_half = [
        (0.5, 0.15),
        (0.64, 0.15),
        (0.65 + flare * 0.35, 0.32),
        (0.5 + flare, bottom),
        (0.5, bottom + dice.uniform(0.0, 0.04)),
    ]
    layers = [
        filled(Paint.MAIN, mirrored(right_half)),
        filled(Paint.DARK, box(0.36, 0.13, 0.64, 0.175)),
    ]
    if dice.random() < 0.6:
        layers += [
            stroke([(0.5 + x * 0.4, 0.2), (0.5 + x * 1.1 * flare / 0.25, bottom)], 1)
            for x in (-0.18, -0.06, 0.06, 0.18)
        ]
    return layers


def sneaker(look: Look, dice: Dice) -> list[Layer]:
    """A light sole, a tongue line and five laces, toe to the right."""
    top = dice.uniform(0.4, 0.46)
    upper = [(0.12, 0.66), (0.13, 0.45), (0.2, top - 0.02), (0.3, top), (0.38, 0.46), (0.5, 0.5)]
    upper += [(0.7, 0.58), (0.86, 0.61), (0.9, 0.68), (0.5, 0.7)]
    sole = [(0.1, 0.66), (0.5, 0.675), (0.9, 0.66), (0.92, 0.71), (0.85, 0.745), (0.5, 0.75)]
    return [
        filled(Paint.MAIN, smooth(upper)),
        filled(Paint.LIGHT, smooth([*sole, (0.14, 0.745)])),
        stroke([(0.4, 0.47), (0.36, 0.66)], 2),
        *(_lace(0.4 + i * 0.055, 0.455 + i * 0.028, drop=0.045 + i * 0.002) for i in range(5)),
    ]


def boot(look: Look, dice: Dice) -> list[Layer]:
    """A shaft, low or high by its length, on a heeled sole; a seam on half of them."""
    top = dice.uniform(*((0.38, 0.42) if look.length == "short" else (0.06, 0.14)))
    width = dice.uniform(0.2, 0.25)
    upper = [(0.3, 0.82), (0.28, 0.6), (0.27, top + 0.02), (0.29, top), (0.27 + width, top)]
    upper += [(0.29 + width, top + 0.02), (0.28 + width, 0.6)]
    upper += [(0.62, 0.68), (0.78, 0.74), (0.82, 0.83), (0.5, 0.84)]
    sole = [(0.28, 0.82), (0.83, 0.82), (0.83, 0.87), (0.45, 0.87), (0.44, 0.9), (0.28, 0.9)]
    layers = [filled(Paint.MAIN, smooth(upper, n_between=3)), filled(Paint.ACCENT, sole)]
    if dice.random() < 0.5:
        layers.append(stroke([(0.4, top + 0.02), (0.41, 0.6)], 2))
    return layers


def heel(look: Look, dice: Dice) -> list[Layer]:
    """A pointed shoe on a thin heel."""
    y = dice.uniform(0.28, 0.36)
    upper = [(0.14, y + 0.02), (0.24, y), (0.34, 0.44), (0.55, 0.6), (0.72, 0.62), (0.88, 0.7)]
    upper += [(0.89, 0.75), (0.7, 0.755), (0.5, 0.7), (0.34, 0.58), (0.2, 0.52)]
    return [
        filled(Paint.MAIN, smooth(upper, n_between=3)),
        filled(Paint.DARK, [(0.15, y + 0.1), (0.23, 0.52), (0.19, 0.76), (0.165, 0.76)]),
        filled(Paint.ACCENT, [(0.5, 0.71), (0.9, 0.745), (0.89, 0.77), (0.7, 0.77)]),
    ]


def sock(look: Look, dice: Dice) -> list[Layer]:
    """A tube, low or high by its length, with a ribbed end and a dark toe."""
    top = dice.uniform(*((0.36, 0.42) if look.length == "short" else (0.05, 0.12)))
    tube = [(0.34, top), (0.54, top), (0.55, 0.55), (0.66, 0.66), (0.76, 0.76), (0.74, 0.88)]
    toe = [(0.66, 0.68), (0.76, 0.76), (0.74, 0.88), (0.63, 0.89)]
    return [
        filled(Paint.MAIN, smooth([*tube, (0.62, 0.9), (0.45, 0.8), (0.34, 0.66)])),
        filled(Paint.DARK, box(0.325, top - 0.01, 0.55, top + 0.05)),
        filled(Paint.DARK, smooth(toe)),
    ]


def _legs(dice: Dice, *, bottom: float) -> list[Layer]:
    flare, outside = dice.uniform(0.0, 0.1), dice.uniform(0.2, 0.24)
    right_half = [
        (0.5, 0.08),
        (0.65, 0.08),
        (0.69, 0.28),
        (0.5 + outside + flare * 0.5, bottom),
        (0.55 + flare * 0.1, bottom),
        (0.505, dice.uniform(0.34, 0.38)),
    ]
    return [
        filled(Paint.MAIN, mirrored(right_half)),
        filled(Paint.DARK, box(0.345, 0.07, 0.655, 0.115)),
        stroke([(0.5, 0.11), (0.5, 0.35)], 2),
        *both_sides(stroke([(0.6, 0.13), (0.655, 0.2)], 2)),
    ]


def _lace(x: float, y: float, *, drop: float) -> Layer:
    return stroke([(x, y), (x - 0.04, y + drop)], 4, paint=Paint.LACE)
