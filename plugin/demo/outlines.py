"""Points and layers that the shapes are made of.

Coordinates run from 0 to 1 with (0, 0) at the top left, whatever the size of the picture.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]
Pairs: TypeAlias = Sequence[tuple[float, float]] | Points


class Paint(StrEnum):
    """What a layer is painted with; BAND, HANDLE, INK, LACE and TWIG are strokes."""

    MAIN = "main"
    DARK = "dark"
    LIGHT = "light"
    ACCENT = "accent"
    WOOD = "wood"
    METAL = "metal"
    FACE = "face"
    GLASS = "glass"
    LABEL = "label"
    HOLE = "hole"
    BAND = "band"
    HANDLE = "handle"
    INK = "ink"
    LACE = "lace"
    TWIG = "twig"


@dataclass(frozen=True, slots=True)
class Layer:
    """A filled outline, or with a `width` (in 1/448 of the picture) an open stroke."""

    paint: Paint
    points: Points
    width: float = 0.0


def filled(paint: Paint, points: Pairs) -> Layer:
    """The area inside a closed outline."""
    return Layer(paint, np.asarray(points, float))


def stroke(points: Pairs, width: float, *, paint: Paint = Paint.INK) -> Layer:
    """A line along the points."""
    return Layer(paint, np.asarray(points, float), width)


def both_sides(layer: Layer) -> list[Layer]:
    """The layer and its mirror image about the middle."""
    return [layer, Layer(layer.paint, _mirror(layer.points), layer.width)]


def mirrored(right_half: Pairs) -> Points:
    """A closed outline from its right half, given from top to bottom."""
    right = np.asarray(right_half, float)
    return np.concatenate([right, _mirror(right)[::-1]])


def smooth(outline: Pairs, *, n_between: int = 4) -> Points:
    """The closed outline as a Catmull-Rom spline through its points."""
    p1 = np.asarray(outline, float)
    p0, p2, p3 = np.roll(p1, 1, 0), np.roll(p1, -1, 0), np.roll(p1, -2, 0)
    return catmull_rom(p0, p1, p2, p3, n_between=n_between)


def catmull_rom(p0: Points, p1: Points, p2: Points, p3: Points, *, n_between: int) -> Points:
    """(n * n_between, k): from each row of `p1` on towards that of `p2`, which is left out.

    Args:
        p0: (n, k), the points before those of `p1`, as `p3` are those after `p2`.
    """
    t = np.linspace(0, 1, n_between, endpoint=False)[None, :, None]
    a, b, c, d = (p[:, None, :] for p in (p0, p1, p2, p3))
    curve = (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return np.asarray(0.5 * curve.reshape(-1, p1.shape[1]))


def ellipse(
    x: float,
    y: float,
    rx: float,
    ry: float,
    *,
    n: int = 28,
    start: float = 0.0,
    end: float = 2 * math.pi,
) -> Points:
    """`n` points of an ellipse's arc; angles in radians, clockwise from the right."""
    angle = np.linspace(start, end, n)
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], 1)


def box(x0: float, y0: float, x1: float, y1: float) -> Points:
    """A rectangle's four corners."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _mirror(points: Points) -> Points:
    return points * (-1, 1) + (1, 0)
