"""Where an animal's body, feet and head are while it does something, in the units of `fauna`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.fauna import Build

Point: TypeAlias = tuple[float, float]
#: A leg from its joint over the knee to the foot.
Leg: TypeAlias = tuple[Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Stance:
    """Spine's ends, the far and the near legs, and the head's place and turn in radians."""

    hip: Point
    chest: Point
    far: tuple[Leg, ...]
    near: tuple[Leg, ...]
    head: Point
    head_turn: float = 0.0
    has_haunch: bool = False
    tail_turn: float = 0.0


def standing(build: Build, dice: Dice) -> Stance:
    """On four straight legs."""
    hip, chest = _level(build)
    step = dice.uniform(0.02, 0.1)
    return Stance(
        hip,
        chest,
        (_leg(build, chest, step), _leg(build, hip, -step)),
        (_leg(build, chest, -step / 2), _leg(build, hip, step / 2)),
        _head(build, chest),
    )


def running(build: Build, dice: Dice) -> Stance:
    """Off the ground, legs stretched out or gathered under the body."""
    hip, chest = _level(build, lift=0.05)
    reach = dice.uniform(0.16, 0.24) + build.leg * dice.uniform(0.4, 0.6)
    x, y = _head(build, chest)
    return Stance(
        hip,
        (chest[0] + 0.04, chest[1] - 0.04),
        (_flung(build, chest, reach * 1.1), _flung(build, hip, -reach * 0.6)),
        (_flung(build, chest, reach * 0.6), _flung(build, hip, -reach * 1.1)),
        (x + 0.1, y + 0.04),
        tail_turn=0.7,
    )


def eating(build: Build, dice: Dice) -> Stance:
    """Standing with the head down to the ground."""
    calm = standing(build, dice)
    x = calm.chest[0] + build.neck[0] * 0.8 + 0.16
    return Stance(
        calm.hip, calm.chest, calm.far, calm.near, (x, -build.chin - 0.03), head_turn=0.25
    )


def lying(build: Build, dice: Dice) -> Stance:
    """On folded legs, the head sunk."""
    y = -max(build.body) * 0.46
    hip, chest = (-0.36, y), (0.34, y)
    fold = build.leg_width * 0.5
    front: Leg = ((chest[0], y + 0.1), (chest[0] + 0.26, -fold * 1.4), (chest[0] + 0.04, -fold))
    hind: Leg = ((hip[0], y + 0.1), (hip[0] + 0.26, -fold * 1.4), (hip[0] + 0.02, -fold))
    head = (chest[0] + build.neck[0] + 0.1, -build.chin - dice.uniform(0.0, 0.06))
    return Stance(hip, chest, (), (front, hind), head, head_turn=0.15)


def curled(build: Build, dice: Dice) -> Stance:
    """Asleep in a ring, head on the ground."""
    y = -max(build.body) * 0.5
    paw = build.leg_width * 0.5
    front: Leg = ((0.2, y * 0.7), (0.32, -paw), (0.5, -paw))
    head = (0.36 + dice.uniform(-0.03, 0.06), -build.head * 0.42)
    return Stance((-0.22, y), (0.16, y * 0.92), (), (front,), head, 0.16, True, -1.0)


def sitting(build: Build, dice: Dice) -> Stance:
    """On the haunches, chest up, front legs straight."""
    hip = (-0.16, -build.body[0] * 0.56)
    height = build.leg + build.body[2] * 0.55
    chest = (0.13 + dice.uniform(-0.03, 0.05), -height)
    legs = _leg(build, chest, 0.06), _leg(build, chest, 0.0)
    head = (chest[0] + build.neck[0] * 0.5, chest[1] + build.neck[1] * 1.1 - 0.08)
    return Stance(hip, chest, (legs[0],), (legs[1],), head, dice.uniform(-0.1, 0.1), True)


def reaching(build: Build, dice: Dice) -> Stance:
    """Upright on the hind legs, front paws in the air."""
    hip = (-0.14, -build.leg * 0.8 - build.body[0] * 0.3)
    chest = (0.1, hip[1] - 0.46)
    up = dice.uniform(0.1, 0.3)
    paws: tuple[Leg, ...] = tuple(
        (chest, (chest[0] + 0.22, chest[1] - 0.02 * side), (chest[0] + 0.4, chest[1] - up * side))
        for side in (1.0, 0.2)
    )
    hind = _leg(build, hip, 0.1), _leg(build, hip, -0.02)
    head = (chest[0] + 0.1, chest[1] - 0.22)
    return Stance(hip, chest, (paws[0], hind[0]), (paws[1], hind[1]), head, -0.2)


def bowing(build: Build, dice: Dice) -> Stance:
    """Front down, rear up: an invitation to play."""
    hip, _ = _level(build)
    chest = (0.26, -build.body[2] * 0.62)
    paw = build.leg_width * 0.5
    ahead = dice.uniform(0.3, 0.42)
    front: Leg = (chest, (chest[0] + 0.16, -paw * 1.6), (chest[0] + ahead, -paw))
    other: Leg = (chest, (chest[0] + 0.2, -paw * 2.6), (chest[0] + ahead + 0.06, -paw * 2.5))
    head = (chest[0] + build.neck[0], chest[1] + build.neck[1] * 1.0)
    hind = _leg(build, hip, -0.06), _leg(build, hip, 0.04)
    return Stance(hip, chest, (other, hind[0]), (front, hind[1]), head, tail_turn=0.3)


def _level(build: Build, *, lift: float = 0.0) -> tuple[Point, Point]:
    y = -build.leg - build.body[0] * 0.4 - lift
    return (-0.36, y), (0.34, y)


def _head(build: Build, chest: Point) -> Point:
    return chest[0] + build.neck[0], chest[1] + build.neck[1] - build.body[2] * 0.2


def _leg(build: Build, joint: Point, step: float) -> Leg:
    bend = -0.03 if joint[0] < 0 else 0.02
    foot = (joint[0] + step, -build.leg_width * 0.45)
    return joint, ((joint[0] + foot[0]) / 2 + bend, (joint[1] + foot[1]) / 2), foot


def _flung(build: Build, joint: Point, reach: float) -> Leg:
    foot = (joint[0] + reach, -build.leg * 0.22 - build.leg_width * 0.5)
    return joint, (joint[0] + reach * 0.45, joint[1] * 0.55), foot


_Making: TypeAlias = Callable[[Build, Dice], Stance]
#: The stances in which each thing is done; pets sleep curled.
STANCES: Mapping[str, tuple[_Making, ...]] = MappingProxyType(
    {
        "standing": (standing,),
        "running": (running,),
        "eating": (eating,),
        "sleeping": (lying,),
        "sitting": (sitting,),
        "playing": (reaching, bowing, sitting),
    }
)
