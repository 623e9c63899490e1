"""Animals: four-legged ones from their build and stance, and birds."""

from collections.abc import Mapping

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.patterns import Array
from diptych.plugin.demo.scenes.fauna import BUILDS, Build, Coat
from diptych.plugin.demo.scenes.lighting import glow, lay, shadow
from diptych.plugin.demo.scenes.pens import Pen, darker, lighter, mixed
from diptych.plugin.demo.scenes.stances import STANCES, Leg, Stance, curled

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
    """The animal of these facts on the ground at the pen's origin, facing right."""
    if facts["kind"] == "bird":
        _draw_bird(pen, facts, dice)
        return
    build, action = BUILDS[facts["kind"]], facts["action"]
    coat = _coat(facts, dice)
    ways = STANCES[action]
    way = ways[int(dice.integers(len(ways)))]
    if action == "sleeping" and facts["kind"] in _PETS:
        way = curled
    stance = way(build, dice)
    shadow(pen, 0.05, 0.02, 0.85, 0.16)
    sheet = pen.apart()
    _body(sheet, facts["kind"], build, coat, stance, dice)
    lay(pen, sheet, ink=darker(coat.dark, 0.25))
    if action == "playing":
        _toy(pen, stance, dice)
    if action == "eating":
        _hay(pen, stance, dice)
    if action == "running":
        _dust(pen, dice)


def _coat(facts: Mapping[str, str], dice: Dice) -> Coat:
    fur = np.array(_FURS[facts["colour"]], float) + dice.uniform(-7, 7, 3)
    is_black = facts["colour"] == "black"
    far = lighter(fur, 0.08) if is_black else darker(fur, 0.16)
    dark = mixed(fur, (120, 118, 130), 0.35) if is_black else darker(fur, 0.42)
    pale = lighter(fur, 0.16 if is_black else 0.4)
    eye = _EYES[int(dice.integers(len(_EYES)))]
    return Coat(fur, far, pale, dark, eye, facts["action"] == "sleeping")


def _body(pen: Pen, kind: str, build: Build, coat: Coat, stance: Stance, dice: Dice) -> None:
    _tail(pen, build, coat, stance)
    for leg in stance.far:
        _leg(pen, kind, build, leg, coat.far, coat)
    spine = [stance.hip, _middle(stance), stance.chest]
    neck = [stance.chest, stance.head]
    pen.tube(coat.main, neck, (build.body[2] * 0.7, build.neck_width))
    pen.tube(coat.main, spine, build.body)
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
    tone = _TOYS[int(dice.integers(len(_TOYS)))]
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


def _draw_bird(pen: Pen, facts: Mapping[str, str], dice: Dice) -> None:
    coat = _coat(facts, dice)
    is_flying = facts["action"] == "flying"
    lift = -dice.uniform(0.9, 1.3) if is_flying else -0.42
    shadow(pen, 0, 0.02, 0.5, 0.1, opacity=0.2 if is_flying else 0.45)
    sheet = pen.apart()
    bird = sheet.at(0, lift, 1.0, turn=-0.15 if is_flying else 0.1)
    if is_flying:
        _wing(bird, coat.far, dice.uniform(0.7, 0.95), -0.12)
    else:
        for x in (-0.04, 0.08):
            sheet.line((222, 150, 60), [(x, lift), (x, -0.02), (x + 0.12, -0.01)], 0.035)
    head = (0.36, 0.16) if facts["action"] == "eating" else (0.3, -0.24)
    _plumage(bird, coat, head, eats=facts["action"] == "eating")
    if is_flying:
        _wing(bird, mixed(coat.main, coat.dark, 0.35), dice.uniform(0.75, 1.0), 0.12)
    else:
        wing = [(0.16, -0.1), (-0.02, -0.16), (-0.44, 0.1), (-0.1, 0.14), (0.12, 0.08)]
        bird.blob(mixed(coat.main, coat.dark, 0.5), wing)
    lay(pen, sheet, ink=darker(coat.dark, 0.25))
    if facts["action"] == "eating":
        for x in dice.uniform(0.3, 0.8, 6).tolist():
            pen.oval((196, 150, 70), x, 0.0, 0.025, 0.018)


def _plumage(bird: Pen, coat: Coat, head: tuple[float, float], *, eats: bool) -> None:
    for y in (0.0, 0.07, 0.14):
        bird.tube(darker(coat.main, 0.1 + y), [(-0.3, 0.06), (-0.84, y)], (0.14, 0.07))
    bird.tube(coat.main, [(-0.36, 0.04), (0.0, 0.04), (0.22, -0.02)], (0.18, 0.46, 0.36))
    bird.tube(coat.main, [(0.16, -0.02), head], (0.32, 0.3))
    bird.oval(coat.pale, 0.1, 0.12, 0.22, 0.12)
    face = bird.at(*head, 1.0, turn=0.9 if eats else 0.0)
    face.oval(coat.main, 0, 0, 0.19, 0.18)
    face.fill((240, 160, 50), [(0.14, -0.07), (0.44, 0.02), (0.14, 0.08)])
    face.line((150, 90, 30), [(0.15, 0.01), (0.4, 0.02)], 0.015)
    face.oval((255, 255, 255), 0.08, -0.04, 0.055, 0.055)
    face.oval((14, 14, 18), 0.09, -0.04, 0.036, 0.036)


def _wing(bird: Pen, tone: Array, span: float, lean: float) -> None:
    """A raised wing with long feathers at its end."""
    tip = (-0.3 + lean, -span)
    bird.blob(
        tone, [(0.16, 0.02), (0.1 + lean, -span * 0.6), tip, (-0.34, -span * 0.4), (-0.24, 0.04)]
    )
    for step in (0.0, 0.12, 0.24):
        x, y = tip[0] - step * 0.3, tip[1] + step * 1.6
        bird.tube(tone, [(-0.14 + lean / 2, -span * 0.4), (x - 0.1, y)], (0.16, 0.05))
