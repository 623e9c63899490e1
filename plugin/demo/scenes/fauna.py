"""How each kind of animal is built: its measures, its colours and its head.

An animal faces right and stands on y = 0; the unit is about its body's length.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed
from diptych.plugin.demo.textures import Array

_PINK = (236, 160, 160)
_BLACK = (28, 26, 28)
_HORN = (222, 210, 180)


@dataclass(frozen=True, slots=True)
class Coat:
    """An animal's colours: the near side, the far side, a pale and a dark shade, the eyes."""

    main: Array
    far: Array
    pale: Array
    dark: Array
    eye: Colour
    is_asleep: bool = False


@dataclass(frozen=True, slots=True)
class Build:
    """Measures: leg's length and width, body's thickness at hip, waist, chest; neck, head, tail.

    `chin` is how far the head's middle is above the ground when the head rests on it.
    """

    leg: float
    leg_width: float
    body: tuple[float, float, float]
    neck: tuple[float, float]
    neck_width: float
    head: float
    chin: float
    tail: tuple[tuple[float, float], ...]
    tail_width: tuple[float, ...]
    head_of: Callable[[Pen, Coat], None]


def _eye(pen: Pen, coat: Coat, x: float, y: float, size: float) -> None:
    if coat.is_asleep:
        lid = darker(coat.dark, 0.5)
        arc = [(x - size, y), (x - size / 2, y + size * 0.6), (x + size / 2, y + size * 0.6)]
        pen.line(lid, [*arc, (x + size, y)], size * 0.5)
        return
    pen.oval(coat.eye, x, y, size, size * 1.1)
    pen.oval((14, 14, 18), x, y, size * 0.62, size * 0.95)
    pen.oval((255, 255, 255), x - size * 0.25, y - size * 0.4, size * 0.28, size * 0.28)


def cat_head(pen: Pen, coat: Coat) -> None:
    """A round face with pointed ears and whiskers."""
    for side in (-1, 1):
        pen.fill(coat.main, [(side * 0.47, -0.12), (side * 0.44, -0.78), (side * 0.06, -0.4)])
        pen.fill(_PINK, [(side * 0.4, -0.24), (side * 0.4, -0.62), (side * 0.17, -0.38)])
    pen.oval(coat.main, 0, 0, 0.52, 0.44)
    pen.oval(coat.pale, -0.1, 0.2, 0.16, 0.13)
    pen.oval(coat.pale, 0.1, 0.2, 0.16, 0.13)
    for side in (-1, 1):
        _eye(pen, coat, side * 0.23, -0.04, 0.105)
        for y in (0.12, 0.2, 0.28):
            ends = [(side * 0.18, 0.18), (side * 0.66, y)]
            pen.line(mixed(coat.dark, (250, 250, 250), 0.5), ends, 0.015)
    pen.fill((214, 110, 116), [(-0.07, 0.1), (0.07, 0.1), (0, 0.18)])
    pen.line(coat.dark, [(-0.1, 0.27), (0, 0.2), (0.1, 0.27)], 0.025)


def dog_head(pen: Pen, coat: Coat) -> None:
    """A long muzzle with a black nose, and hanging ears."""
    pen.tube(coat.far, [(-0.3, -0.3), (-0.46, 0.0), (-0.44, 0.3)], (0.14, 0.26, 0.2))
    pen.oval(coat.main, 0, 0, 0.42, 0.42)
    if not coat.is_asleep:
        pen.tube(_PINK, [(0.42, 0.3), (0.5, 0.42), (0.5, 0.52)], (0.1, 0.14, 0.12))
    pen.tube(coat.pale, [(0.12, 0.12), (0.4, 0.15), (0.62, 0.16)], (0.42, 0.34, 0.26))
    pen.line(coat.dark, [(0.24, 0.3), (0.48, 0.3), (0.62, 0.24)], 0.03)
    pen.oval(_BLACK, 0.7, 0.08, 0.11, 0.09)
    _eye(pen, coat, 0.16, -0.12, 0.085)
    ear = mixed(coat.main, coat.dark, 0.75)
    pen.tube(ear, [(-0.12, -0.32), (-0.24, 0.0), (-0.2, 0.34)], (0.2, 0.32, 0.22))


def rabbit_head(pen: Pen, coat: Coat) -> None:
    """A small round face under two long upright ears."""
    for x, lean, tone in ((-0.22, -0.42, coat.far), (0.02, -0.14, coat.main)):
        pen.tube(tone, [(x, -0.2), (x + lean * 0.5, -0.8), (lean, -1.25)], (0.2, 0.32, 0.12))
        pen.tube(_PINK, [(x, -0.4), (x + lean * 0.5, -0.8), (lean, -1.12)], (0.08, 0.16, 0.05))
    pen.oval(coat.main, 0, 0, 0.46, 0.4)
    pen.oval(coat.pale, 0.26, 0.13, 0.22, 0.19)
    _eye(pen, coat, 0.1, -0.08, 0.1)
    pen.oval(_PINK, 0.46, 0.04, 0.06, 0.05)
    for y in (0.08, 0.18):
        pen.line(coat.dark, [(0.36, 0.12), (0.68, y)], 0.014)


def horse_head(pen: Pen, coat: Coat) -> None:
    """A long head with a mane between upright ears."""
    pen.fill(coat.far, [(-0.16, -0.18), (-0.12, -0.56), (0.04, -0.22)])
    pen.tube(coat.main, [(-0.06, 0.0), (0.3, 0.32), (0.66, 0.66)], (0.5, 0.38, 0.26))
    pen.tube(coat.pale, [(0.56, 0.58), (0.7, 0.7)], (0.26, 0.25))
    pen.fill(coat.main, [(-0.06, -0.18), (0.02, -0.58), (0.14, -0.18)])
    pen.oval(_BLACK, 0.72, 0.66, 0.035, 0.045)
    pen.line(coat.dark, [(0.54, 0.78), (0.7, 0.8)], 0.025)
    _eye(pen, coat, 0.16, 0.06, 0.065)
    pen.tube(coat.dark, [(0.1, -0.24), (0.08, -0.06), (0.16, 0.06)], (0.16, 0.14, 0.04))


def cow_head(pen: Pen, coat: Coat) -> None:
    """A broad pink muzzle, horns and ears that stand out to the sides."""
    for side in (-1, 1):
        pen.tube(
            _HORN,
            [(side * 0.22, -0.3), (side * 0.42, -0.46), (side * 0.36, -0.7)],
            (0.15, 0.12, 0.03),
        )
        pen.tube(coat.far, [(side * 0.28, -0.16), (side * 0.62, -0.12)], (0.16, 0.2))
    pen.tube(coat.main, [(0, -0.16), (0, 0.2), (0, 0.4)], (0.64, 0.56, 0.5))
    pen.tube(coat.pale, [(0, -0.3), (0, 0.1)], (0.16, 0.12))
    pen.oval(_PINK, 0, 0.46, 0.34, 0.23)
    for side in (-1, 1):
        pen.oval((150, 80, 84), side * 0.13, 0.42, 0.05, 0.06)
        _eye(pen, coat, side * 0.2, -0.04, 0.075)
    pen.line((150, 80, 84), [(-0.14, 0.56), (0.14, 0.56)], 0.03)


def sheep_head(pen: Pen, coat: Coat) -> None:
    """A narrow dark face in a cap of wool, with drooping ears."""
    face = mixed((72, 62, 60), coat.main, 0.12)
    for side in (-1, 1):
        pen.tube(face, [(side * 0.2, -0.12), (side * 0.52, 0.04)], (0.18, 0.14))
    pen.tube(face, [(0.0, -0.1), (0.06, 0.2), (0.1, 0.42)], (0.5, 0.46, 0.34))
    for x, y in ((-0.2, -0.24), (0.0, -0.34), (0.2, -0.24), (0.0, -0.18)):
        pen.oval(coat.main, x, y, 0.19, 0.17)
    waking = Coat(
        coat.main, coat.far, coat.pale, lighter(face, 0.5), (240, 220, 150), coat.is_asleep
    )
    for side in (-1, 1):
        _eye(pen, waking, side * 0.15 + 0.03, 0.04, 0.07)
    pen.line(_PINK, [(0.02, 0.44), (0.1, 0.5), (0.18, 0.44)], 0.035)


def elephant_head(pen: Pen, coat: Coat) -> None:
    """A trunk, a tusk and a very large ear."""
    trunk = [(0.3, 0.1), (0.6, 0.5), (0.58, 1.0), (0.62, 1.4), (0.82, 1.5)]
    pen.tube(coat.main, trunk, (0.5, 0.34, 0.26, 0.2, 0.16))
    pen.oval(coat.main, 0.1, 0.04, 0.5, 0.46)
    pen.tube((246, 240, 222), [(0.4, 0.42), (0.62, 0.62), (0.9, 0.62)], (0.14, 0.1, 0.03))
    _eye(pen, coat, 0.28, -0.06, 0.055)
    ear = [(-0.05, -0.42), (-0.55, -0.5), (-0.84, -0.08), (-0.66, 0.5), (-0.3, 0.62), (-0.06, 0.24)]
    pen.blob(darker(coat.main, 0.22), ear)
    inner = [(x * 0.84 - 0.05, y * 0.84) for x, y in ear]
    pen.blob(mixed(coat.main, _PINK, 0.22), inner)


_HANGING = ((0.0, 0.0), (-0.12, 0.12), (-0.12, 0.36))

#: Every kind that goes on four legs; a tail's points are given from its root.
BUILDS: Mapping[str, Build] = MappingProxyType(
    {
        "cat": Build(
            0.3, 0.12, (0.3, 0.28, 0.3), (0.14, -0.2), 0.26, 0.4, 0.17,
            ((0, 0), (-0.2, -0.06), (-0.3, -0.3), (-0.18, -0.5)), (0.12, 0.11, 0.1, 0.08), cat_head,
        ),
        "dog": Build(
            0.42, 0.13, (0.28, 0.28, 0.38), (0.17, -0.28), 0.26, 0.4, 0.18,
            ((0, 0), (-0.16, -0.16), (-0.18, -0.36)), (0.12, 0.1, 0.05), dog_head,
        ),
        "rabbit": Build(
            0.17, 0.13, (0.52, 0.46, 0.32), (0.12, -0.16), 0.26, 0.36, 0.16,
            ((0, 0.02), (-0.08, 0.0)), (0.2, 0.22), rabbit_head,
        ),
        "horse": Build(
            0.62, 0.11, (0.36, 0.34, 0.38), (0.26, -0.42), 0.24, 0.42, 0.32,
            ((0.02, 0.0), (-0.14, 0.1), (-0.16, 0.46)), (0.1, 0.16, 0.06), horse_head,
        ),
        "cow": Build(
            0.4, 0.13, (0.44, 0.5, 0.48), (0.2, -0.14), 0.32, 0.42, 0.26,
            _HANGING, (0.07, 0.05, 0.09), cow_head,
        ),
        "sheep": Build(
            0.27, 0.09, (0.5, 0.54, 0.5), (0.18, -0.14), 0.26, 0.38, 0.2,
            ((0.0, 0.0), (-0.04, 0.1)), (0.16, 0.12), sheep_head,
        ),
        "elephant": Build(
            0.36, 0.23, (0.56, 0.64, 0.6), (0.2, -0.12), 0.42, 0.46, 0.7,
            _HANGING, (0.07, 0.04, 0.07), elephant_head,
        ),
    }
)  # fmt: skip
