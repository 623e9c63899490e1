"""People as small figures, one unit high, their feet on the pen's origin, facing right."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker

Joint: TypeAlias = tuple[float, float]
SKINS = ((246, 208, 176), (226, 178, 138), (172, 120, 84), (112, 74, 52))
_HAIRS = ((40, 30, 26), (92, 60, 36), (206, 160, 90), (24, 24, 28))


@dataclass(frozen=True, slots=True)
class Posture:
    """Where the hip, the neck and the four limbs' middle joints and ends are."""

    hip: Joint
    neck: Joint
    arms: tuple[tuple[Joint, Joint], tuple[Joint, Joint]]
    legs: tuple[tuple[Joint, Joint], tuple[Joint, Joint]]


POSTURES: Mapping[str, Posture] = MappingProxyType(
    {
        "standing": Posture(
            (0, -0.48), (0, -0.82),
            (((-0.12, -0.64), (-0.13, -0.47)), ((0.12, -0.64), (0.13, -0.47))),
            (((-0.05, -0.24), (-0.06, 0)), ((0.05, -0.24), (0.06, 0))),
        ),
        "running": Posture(
            (-0.02, -0.5), (0.08, -0.82),
            (((-0.08, -0.64), (-0.22, -0.58)), ((0.2, -0.62), (0.3, -0.74))),
            (((-0.1, -0.28), (-0.34, -0.2)), ((0.18, -0.36), (0.16, -0.04))),
        ),
        "kicking": Posture(
            (0, -0.48), (-0.1, -0.8),
            (((-0.26, -0.72), (-0.38, -0.82)), ((0.06, -0.66), (0.16, -0.56))),
            (((-0.04, -0.24), (-0.08, 0)), ((0.16, -0.34), (0.38, -0.26))),
        ),
        "reaching": Posture(
            (0, -0.5), (0.04, -0.84),
            (((-0.1, -0.7), (-0.2, -0.56)), ((0.16, -0.96), (0.24, -1.16))),
            (((-0.08, -0.26), (-0.14, -0.04)), ((0.08, -0.26), (0.04, 0))),
        ),
        "cheering": Posture(
            (0, -0.48), (0, -0.82),
            (((-0.16, -0.94), (-0.2, -1.14)), ((0.16, -0.94), (0.2, -1.14))),
            (((-0.06, -0.24), (-0.09, 0)), ((0.06, -0.24), (0.09, 0))),
        ),
        "balancing": Posture(
            (-0.06, -0.36), (0.06, -0.66),
            (((-0.16, -0.66), (-0.34, -0.7)), ((0.22, -0.6), (0.36, -0.52))),
            (((-0.18, -0.2), (-0.2, 0)), ((0.12, -0.24), (0.16, 0))),
        ),
        "riding": Posture(
            (-0.1, -0.3), (0.02, -0.66),
            (((0.1, -0.5), (0.28, -0.44)), ((0.12, -0.52), (0.3, -0.46))),
            (((0.14, -0.3), (0.12, -0.02)), ((0.16, -0.28), (0.14, -0.02))),
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clothes:
    """What a figure wears, and its skin and hair."""

    shirt: Colour
    shorts: Colour
    skin: Colour
    hair: Colour


def dressed(dice: Dice, *, shirt: Colour, shorts: Colour) -> Clothes:
    """Those clothes on anybody."""
    skin, hair = pick(dice, SKINS), pick(dice, _HAIRS)
    return Clothes(shirt, shorts, skin, hair)


def silhouette(tone: Colour) -> Clothes:
    """Somebody against the light."""
    return Clothes(tone, tone, tone, tone)


def draw_person(pen: Pen, posture: Posture, clothes: Clothes) -> None:
    """One figure."""
    hip, neck = posture.hip, posture.neck
    shoulder = (neck[0], neck[1] + 0.05)
    _limb(pen, darker(clothes.skin, 0.12), shoulder, posture.arms[0], 0.06)
    for (knee, foot), tone in zip(posture.legs, (0.14, 0.0), strict=True):
        _limb(pen, darker(clothes.skin, tone), hip, (knee, foot), 0.085)
        pen.tube(darker(clothes.shorts, tone), [hip, knee], (0.15, 0.12))
        pen.oval((40, 40, 46), foot[0] + 0.03, foot[1] - 0.015, 0.055, 0.028)
    pen.tube(clothes.shirt, [hip, shoulder], (0.16, 0.21))
    _limb(pen, clothes.skin, (shoulder[0] + 0.02, shoulder[1]), posture.arms[1], 0.06)
    pen.tube(clothes.shirt, [shoulder, posture.arms[1][0]], (0.09, 0.075))
    head = (neck[0] + 0.01, neck[1] - 0.09)
    pen.oval(clothes.hair, head[0] - 0.012, head[1] - 0.015, 0.082, 0.086)
    pen.oval(clothes.skin, head[0] + 0.016, head[1] + 0.016, 0.064, 0.07)


def _limb(pen: Pen, tone: Colour, root: Joint, joints: tuple[Joint, Joint], width: float) -> None:
    pen.tube(tone, [root, *joints], (width, width * 0.85, width * 0.7))
