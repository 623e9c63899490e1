"""Animals: four-legged ones from their build and stance, and birds."""

from collections.abc import Mapping

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.birds import draw_bird
from diptych.plugin.demo.scenes.fauna import BUILDS, Build, Coat
from diptych.plugin.demo.scenes.lighting import glow, lay, shadow
from diptych.plugin.demo.scenes.pens import Pen, darker, lighter, mixed
from diptych.plugin.demo.scenes.stances import STANCES, Leg, Stance, curled
from diptych.plugin.demo.textures import Array

_FURS = {
    "white": (244, 242, 238),
    "black": (48, 46, 50),
    "brown": (126, 80, 46),
    "grey": (142, 144, 150),
    "orange": (232, 138, 52),
    "golden": (222, 180, 104),
    "red": (206, 46, 44),
    "blue": (58, 116, 206),
    "yellow": (244, 206, 58),
    "green": (76, 164, 76),
}
_EYES = ((214, 190, 70), (110, 180, 90), (120, 180, 220), (150, 96, 50))
_TOYS = ((222, 60, 60), (60, 120, 220), (250, 210, 60), (240, 120, 170), (120, 200, 90))
_HOOFED = frozenset(("horse", "cow", "sheep"))
_PETS = frozenset(("cat", "dog", "rabbit"))


def draw_animal(pen: Pen, facts: Mapping[str, str], dice: Dice) -> None:
    """The animal of these facts on the ground at the pen's origin, facing either way."""
    coat, action = _coat(facts, dice), facts["action"]
    pen = pen.at(0, 0, 1.0, is_flipped=bool(dice.random() < 0.5))
    if facts["kind"] == "bird":
        draw_bird(pen, coat, action, dice)
        return
    build = BUILDS[facts["kind"]]
    ways = STANCES[action]
    way = pick(dice, ways)
    if action == "sleeping" and facts["kind"] in _PETS:
        way = curled
    stance = way(build, dice)
    shadow(pen, 0.05, 0.02, 0.85, 0.16)
    sheet = pen.apart()
    _body(sheet, facts["kind"], build, coat, stance, dice)
    lay(pen, sheet, ink=darker(coat.dark, 0.25), depth=0.26 if coat.main.mean() > 215 else 0.4)
    if action == "playing":
        _toy(pen, stance, dice)
    if action == "eating":
        _hay(pen, stance, dice)
    if action == "running":
        _dust(pen, dice)


def _coat(facts: Mapping[str, str], dice: Dice) -> Coat:
    fur = np.array(_FURS[facts["colour"]], float) + dice.uniform(-7, 7, 3)
    is_black = facts["colour"] == "black"
    far = lighter(fur, 0.08) if is_black else darker(fur, 0.13)
    dark = mixed(fur, (120, 118, 130), 0.35) if is_black else darker(fur, 0.42)
    pale = lighter(fur, 0.16 if is_black else 0.4)
    eye = pick(dice, _EYES)
    return Coat(fur, far, pale, dark, eye, facts["action"] == "sleeping")


def _body(pen: Pen, kind: str, build: Build, coat: Coat, stance: Stance, dice: Dice) -> None:
    _tail(pen, build, coat, stance)
    for leg in stance.far:
        _leg(pen, kind, build, leg, coat.far, coat)
    spine = [stance.hip, _middle(stance), stance.chest]
    neck = [stance.chest, stance.head]
    pen.tube(coat.main, neck, (build.body[2] * 0.7, build.neck_width))
    pen.tube(coat.main, spine, build.body)
    if kind in ("cat", "dog") and 70 < coat.main.mean() < 215 and dice.random() < 0.4:
        _stripes(pen, coat, stance, build)
    if kind == "horse":
        _mane(pen, coat, stance)
    if kind == "cow":
        _patches(pen, coat, stance, build, dice)
    if kind == "sheep":
        _wool(pen, coat, stance, build, dice)
    if stance.has_haunch:
        x, y = stance.hip
        pen.oval(coat.far, x + 0.03, y * 0.8, build.body[0] * 0.52, -y * 0.86)
        pen.oval(coat.main, x + 0.05, y * 0.8, build.body[0] * 0.5, -y * 0.83)
        pen.oval(coat.pale, x + 0.24, -0.05, 0.12, 0.055)
    near = coat.main if stance.far else darker(coat.main, 0.1)
    for leg in stance.near:
        _leg(pen, kind, build, leg, near, coat)
    build.head_of(pen.at(*stance.head, build.head, turn=stance.head_turn), coat)


def _middle(stance: Stance) -> tuple[float, float]:
    (x0, y0), (x1, y1) = stance.hip, stance.chest
    return (x0 + x1) / 2, (y0 + y1) / 2 + 0.02


def _leg(pen: Pen, kind: str, build: Build, leg: Leg, fur: Array, coat: Coat) -> None:
    width = build.leg_width
    pen.tube(fur, leg, (width * 1.6, width, width * 0.92))
    x, y = leg[2]
    if kind in _HOOFED:
        pen.oval((58, 48, 42), x + 0.01, y + width * 0.25, width * 0.52, width * 0.34)
    elif kind in _PETS:
        pen.oval(coat.pale, x + width * 0.25, y + width * 0.1, width * 0.62, width * 0.42)


def _tail(pen: Pen, build: Build, coat: Coat, stance: Stance) -> None:
    x, y = stance.hip
    root = pen.at(x - build.body[0] * 0.4, y - build.body[0] * 0.12, 1.0, turn=stance.tail_turn)
    root.tube(coat.far, build.tail, build.tail_width)


def _mane(pen: Pen, coat: Coat, stance: Stance) -> None:
    (x0, y0), (x1, y1) = stance.chest, stance.head
    back = [
        (x0 - 0.14, y0 - 0.14),
        ((x0 + x1) / 2 - 0.13, (y0 + y1) / 2 - 0.06),
        (x1 - 0.07, y1 - 0.1),
    ]
    pen.tube(coat.dark, back, (0.12, 0.18, 0.1))


def _patches(pen: Pen, coat: Coat, stance: Stance, build: Build, dice: Dice) -> None:
    tone = (52, 46, 46) if coat.main.mean() > 150 else (240, 236, 230)
    for x in dice.uniform(-0.4, 0.3, 3).tolist():
        y = stance.hip[1] + float(dice.uniform(-0.1, 0.06))
        pen.oval(tone, x, y, dice.uniform(0.06, 0.12), dice.uniform(0.05, 0.1))
    pen.oval((240, 180, 176), -0.16, stance.hip[1] + build.body[1] * 0.46, 0.12, 0.08)


def _stripes(pen: Pen, coat: Coat, stance: Stance, build: Build) -> None:
    """A tabby's back."""
    (x0, y0), (x1, y1) = stance.hip, stance.chest
    across = np.array((y1 - y0, x0 - x1)) / np.hypot(x1 - x0, y1 - y0) * build.body[1]
    tone = mixed(coat.main, coat.dark, 0.45)
    for share in (0.1, 0.32, 0.54, 0.76):
        root = np.array((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
        pen.tube(tone, [root + across * 0.46, root + across * 0.05], (0.05, 0.015))


def _wool(pen: Pen, coat: Coat, stance: Stance, build: Build, dice: Dice) -> None:
    (x0, y0), (x1, y1) = stance.hip, stance.chest
    for angle in np.linspace(0, 2 * np.pi, 16, endpoint=False).tolist():
        x = (x0 + x1) / 2 + np.cos(angle) * ((x1 - x0) / 2 + 0.16)
        y = (y0 + y1) / 2 + np.sin(angle) * build.body[1] * 0.44
        pen.oval(coat.main, x, y, 0.13, 0.12)
    for _ in range(9):
        x, y = dice.uniform(x0, x1), y0 + dice.uniform(-0.2, 0.16)
        curl = [(x - 0.06, y), (x - 0.03, y - 0.05), (x + 0.03, y - 0.05), (x + 0.06, y)]
        pen.line(mixed(coat.main, coat.dark, 0.4), curl, 0.018)


def _toy(pen: Pen, stance: Stance, dice: Dice) -> None:
    """A ball in reach of the front paws."""
    foot = max((leg[2] for leg in (*stance.near, *stance.far)), key=lambda point: point[0])
    radius = dice.uniform(0.13, 0.19)
    x, y = foot[0] + radius * 0.9, min(foot[1], -radius)
    ball = pen.apart()
    tone = pick(dice, _TOYS)
    ball.oval(tone, x, y, radius, radius)
    ball.tube(
        lighter(tone, 0.6), [(x - radius, y), (x, y - 0.04), (x + radius, y)], (0.01, 0.05, 0.01)
    )
    shadow(pen, x, 0.01, radius * 1.4, 0.06)
    lay(pen, ball, ink=darker(tone, 0.4))


def _hay(pen: Pen, stance: Stance, dice: Dice) -> None:
    """A heap of hay under the mouth."""
    middle = stance.head[0] + 0.2
    shadow(pen, middle, 0.02, 0.34, 0.07)
    for x, lean, tone in dice.uniform(0, 1, (44, 3)).tolist():
        x0 = middle + (x - 0.5) * 0.5
        tip = (x0 + (lean - 0.5) * 0.3, -0.16 * (1 - abs(x - 0.5)) * (0.4 + tone))
        pen.line(mixed((178, 140, 54), (238, 212, 120), tone), [(x0, 0.03), tip], 0.018)


def _dust(pen: Pen, dice: Dice) -> None:
    for _ in range(4):
        x, size = dice.uniform(-0.9, -0.5), dice.uniform(0.06, 0.14)
        glow(pen, (236, 228, 210), x, -size * 0.7, size * 1.6, size, opacity=0.6)
