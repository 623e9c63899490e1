"""A pen that draws outlines, tubes and soft light in its own units, wherever it was put.

Local coordinates: x to the right, y downwards. The first pen of a picture has the picture's
side as its unit and (0, 0) at the top left; `at` gives a pen for one thing in it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from diptych.plugin.demo.outlines import Pairs, Points, box, catmull_rom, ellipse, smooth
from diptych.plugin.demo.textures import Array

Colour: TypeAlias = Sequence[float] | Array
#: Samples of a tube between two of its points.
_TUBE_STEPS = 6


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on an image; `matrix` (2 x 2) and `shift` (2) take its units to pixels."""

    image: Image.Image
    matrix: Array
    shift: Array

    @property
    def unit_px(self) -> float:
        """Pixels of one unit."""
        return float(np.hypot(self.matrix[0, 1], self.matrix[1, 1]))

    def at(
        self, x: float, y: float, unit: float, *, turn: float = 0.0, is_flipped: bool = False
    ) -> "Pen":
        """A pen with its origin at (x, y), `unit` of this one's units long, turned clockwise."""
        cos, sin = math.cos(turn) * unit, math.sin(turn) * unit
        side = -1.0 if is_flipped else 1.0
        local = np.array([[side * cos, -side * sin], [sin, cos]])
        return Pen(self.image, self.matrix @ local, self.pixel(x, y))

    def apart(self) -> "Pen":
        """The same pen on a clear sheet of its own; `lighting.lay` puts the sheet down."""
        return Pen(Image.new("RGBA", self.image.size), self.matrix, self.shift)

    def pixel(self, x: float, y: float) -> Array:
        """Where a point is on the image, in pixels."""
        placed: Array = self.matrix @ np.array((x, y)) + self.shift
        return placed

    def fill(self, colour: Colour, points: Pairs, *, opacity: float = 1.0) -> None:
        """Fill a closed outline."""
        self._draw().polygon(self._flat(points), fill=rgba(colour, opacity))

    def box(self, colour: Colour, x0: float, y0: float, x1: float, y1: float) -> None:
        """Fill a rectangle."""
        self.fill(colour, box(x0, y0, x1, y1))

    def blob(self, colour: Colour, points: Pairs, *, opacity: float = 1.0) -> None:
        """Fill the smooth outline through the points."""
        self.fill(colour, smooth(points, n_between=6), opacity=opacity)

    def oval(
        self,
        colour: Colour,
        x: float,
        y: float,
        rx: float,
        ry: float,
        *,
        turn: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Fill an ellipse, turned clockwise about its middle."""
        points = ellipse(0, 0, rx, ry, n=max(12, min(48, round(rx * self.unit_px))))
        cos, sin = math.cos(turn), math.sin(turn)
        turned = points @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
        self.fill(colour, turned, opacity=opacity)

    def line(self, colour: Colour, points: Pairs, width: float, *, opacity: float = 1.0) -> None:
        """A line of even width, in units."""
        width_px = max(1, round(width * self.unit_px))
        self._draw().line(
            self._flat(points), fill=rgba(colour, opacity), width=width_px, joint="curve"
        )

    def tube(self, colour: Colour, points: Pairs, widths: Sequence[float]) -> None:
        """A soft limb along the points, as thick at each as `widths` says, with round ends."""
        path = np.column_stack([np.asarray(points, float), widths])
        x, y, width = _through(path).T
        centres = np.column_stack([x, y]) @ self.matrix.T + self.shift
        radii = np.abs(width) * self.unit_px / 2
        draw, ink = self._draw(), rgba(colour)
        for (cx, cy), radius in zip(centres.tolist(), radii.tolist(), strict=True):
            draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=ink)
        for quad in _quads(centres, radii):
            draw.polygon(quad, fill=ink)

    def _draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image, "RGBA" if self.image.mode == "RGB" else None)

    def _flat(self, points: Pairs) -> list[float]:
        placed = np.asarray(points, float) @ self.matrix.T + self.shift
        return [float(value) for value in placed.ravel()]


def pen_on(image: Image.Image) -> Pen:
    """The pen whose unit is the image's width."""
    return Pen(image, np.eye(2) * image.width, np.zeros(2))


def rgba(colour: Colour, opacity: float = 1.0) -> tuple[int, int, int, int]:
    """A colour of 0 to 255 floats as Pillow takes it."""
    red, green, blue = (min(255, max(0, int(value))) for value in colour)
    return red, green, blue, round(opacity * 255)


def mixed(colour: Colour, other: Colour, share: float) -> Array:
    """The colour with a `share` in [0, 1] of another one."""
    return np.asarray(colour, float) * (1 - share) + np.asarray(other, float) * share


def darker(colour: Colour, share: float = 0.25) -> Array:
    """The colour with a share of black."""
    return mixed(colour, (12, 12, 24), share)


def lighter(colour: Colour, share: float = 0.3) -> Array:
    """The colour with a share of white."""
    return mixed(colour, (255, 255, 255), share)


def _through(path: Points) -> Points:
    """An open Catmull-Rom spline through the rows."""
    padded = np.concatenate([[2 * path[0] - path[1]], path, [2 * path[-1] - path[-2]]])
    p0, p1, p2, p3 = (padded[i : len(padded) - 3 + i] for i in range(4))
    return np.concatenate([catmull_rom(p0, p1, p2, p3, n_between=_TUBE_STEPS), path[-1:]])


def _quads(centres: Points, radii: Array) -> list[list[float]]:
    along = np.diff(centres, axis=0)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]]) / length
    r0, r1 = radii[:-1, None], radii[1:, None]
    first, second = centres[:-1], centres[1:]
    corners = (first + across * r0, second + across * r1, second - across * r1, first - across * r0)
    quads: list[list[float]] = np.concatenate(corners, axis=1).tolist()
    return quads
