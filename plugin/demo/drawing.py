"""A product's picture from its look and a seed: same look, same seed, same picture."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from diptych.plugin.demo.backdrops import scene, studio
from diptych.plugin.demo.looks import COLOURS, Dice, Look, pick
from diptych.plugin.demo.outlines import Layer, Paint, Points
from diptych.plugin.demo.patterns import Extent, weave
from diptych.plugin.demo.shapes import SHAPES
from diptych.plugin.demo.surfaces import surface_of
from diptych.plugin.demo.textures import Array, as_picture, clouds

#: Drawn this many times larger and scaled down, which smooths the edges.
_OVERSAMPLING = 2
#: Stroke widths are given for a picture of this size.
_STROKE_BASE = 448
_NEUTRALS = ((38, 36, 36), (235, 232, 226), (150, 112, 72), (186, 188, 192))
_LACE = (245, 245, 245)
_TWIG = (70, 120, 60)
_SHADOW = (40, 40, 44)
_SHADOW_SHRINK = 4
_SHADOW_SHIFT = np.array((0.012, 0.018))
#: A product seen from the side: narrower, its horizontals slanted.
_ANGLED_WIDTH = 0.7
_ANGLED_LEAN = 0.16
_DETAIL_ZOOM = 2.2
_DETAIL_OVERSAMPLING = 1.5
_EDGED = frozenset((Paint.MAIN, Paint.DARK, Paint.LIGHT))
_Box: TypeAlias = tuple[int, int, int, int]


class View(StrEnum):
    """From where a product is shown."""

    FRONT = "front"
    ANGLE = "angle"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class _Pose:
    """Where the product stands: a 2 x 2 matrix about the middle, a shift, and its turn."""

    matrix: Array
    shift: Array
    turn: float

    def pixels(self, points: Points, size: int) -> list[tuple[float, float]]:
        """The points in pixels of a picture of this size."""
        placed = ((points - 0.5) @ self.matrix.T + 0.5 + self.shift) * size
        return [(x, y) for x, y in placed.tolist()]


@dataclass(frozen=True, slots=True)
class _Paints:
    """Everything that layers are painted with: shaded cloth, even colours, what lies behind."""

    cloth: Image.Image
    behind: Image.Image
    even: Mapping[Paint, Array]
    shade: Array

    def surface(self, paint: Paint, box: _Box) -> Image.Image:
        """The part inside a box of the picture that shows through a layer's outline."""
        if paint is Paint.MAIN:
            return self.cloth.crop(box)
        if paint is Paint.HOLE:
            return self.behind.crop(box)
        left, top, right, bottom = box
        return as_picture(self.even[paint] * self.shade[top:bottom, left:right, None])

    def line(self, paint: Paint) -> tuple[int, int, int]:
        """The colour of a stroke."""
        red, green, blue = self.even[paint].astype(int).tolist()
        return red, green, blue


def draw(
    look: Look, *, seed: int, size: int = 224, is_studio: bool = True, view: View = View.FRONT
) -> Image.Image:
    """A square RGB picture: a shop's studio shot, or else a snapshot before any background.

    The same look and seed give the same product in each `view`.
    """
    dice = np.random.default_rng(seed)
    is_detail = view is View.DETAIL
    canvas_size = round(
        size * (_DETAIL_ZOOM * _DETAIL_OVERSAMPLING if is_detail else _OVERSAMPLING)
    )
    ground = _ground(look, dice)
    canvas = studio(canvas_size) if is_studio else scene(canvas_size, product=ground, dice=dice)
    pose = _pose(dice, is_studio=is_studio, is_angled=view is View.ANGLE)
    layers = SHAPES[look.kind](look, dice)
    paints = _paints(look, ground, canvas.copy(), layers=layers, pose=pose, dice=dice)
    if dice.random() < 0.5 or is_studio:
        _cast_shadow(canvas, layers, pose)
    for layer in layers:
        _paint(canvas, layer, pose, paints)
    shown = _middle(canvas, layers, pose) if is_detail else canvas
    picture = shown.resize((size, size), Image.Resampling.LANCZOS)
    return picture if is_studio else _as_snapshot(picture, dice)


def _middle(canvas: Image.Image, layers: list[Layer], pose: _Pose) -> Image.Image:
    """The middle of the product, which stays inside the picture."""
    edge = canvas.width / _DETAIL_ZOOM
    least, greatest = _extent(layers, pose)
    centre = ((least + greatest) / 2 + 0.5) * canvas.width - edge / 2
    left, top = np.clip(centre, 0, canvas.width - edge).tolist()
    return canvas.crop((round(left), round(top), round(left + edge), round(top + edge)))


def _extent(layers: list[Layer], pose: _Pose) -> Extent:
    """Where the product's own cloth lies, from -0.5 to 0.5."""
    shown = [layer.points for layer in layers if layer.paint in (Paint.MAIN, Paint.BAND)]
    placed = (np.concatenate(shown) - 0.5) @ pose.matrix.T + pose.shift
    return placed.min(axis=0), placed.max(axis=0)


def _ground(look: Look, dice: Dice) -> Array:
    anchors = COLOURS[look.colour]
    anchor = np.array(pick(dice, anchors), float)
    varied = anchor * dice.uniform(0.94, 1.05) + dice.uniform(-7, 7, 3)
    return np.clip(varied, 8, 252).astype(np.float32)


def _pose(dice: Dice, *, is_studio: bool, is_angled: bool) -> _Pose:
    turn = dice.normal(0, 0.03 if is_studio else 0.1)
    scale = 0.92 if is_studio else dice.uniform(0.68, 1.0)
    width = scale * dice.uniform(0.92, 1.08) * (_ANGLED_WIDTH if is_angled else 1)
    flip = -1 if dice.random() < 0.5 else 1
    shift = dice.uniform(-0.5, 0.5, 2) * (1.02 - scale)
    cos, sin = math.cos(turn), math.sin(turn)
    stretch = np.array([[flip * width, dice.normal(0, 0.03)], [_ANGLED_LEAN * is_angled, scale]])
    return _Pose(np.array([[cos, -sin], [sin, cos]]) @ stretch, shift, turn)


def _paints(
    look: Look,
    ground: Array,
    behind: Image.Image,
    *,
    layers: list[Layer],
    pose: _Pose,
    dice: Dice,
) -> _Paints:
    size = behind.width
    extent = _extent(layers, pose)
    cloth = weave(look, ground, size=size, extent=extent, turn=pose.turn, dice=dice)
    folds = clouds(size, n=int(dice.integers(4, 9)), strength=dice.uniform(0.04, 0.13), dice=dice)
    side_light = np.linspace(-1, 1, size)[None, :] * dice.uniform(-0.1, 0.1)
    shade = (1 + folds + side_light).astype(np.float32)
    grain = clouds(size, n=size // 3, strength=dice.uniform(0, 0.03), dice=dice)
    surface = surface_of(look.material, size=size, dice=dice)
    light = shade + grain
    lit = surface.on(cloth, light) if surface else cloth * light[..., None]
    shaded_cloth = as_picture(lit)
    return _Paints(shaded_cloth, behind, _even_colours(look, ground, dice), shade)


def _even_colours(look: Look, ground: Array, dice: Dice) -> dict[Paint, Array]:
    brightness = ground.mean()
    dark = np.clip(ground * 0.72 if brightness > 70 else ground + 28, 0, 255)
    light = np.full(3, 225.0) if look.colour == "white" else ground * 0.4 + 255 * 0.58
    ink = ground * 0.45 if brightness > 60 else ground + 60
    accent = pick(dice, _NEUTRALS)
    return {
        Paint.DARK: dark,
        Paint.LIGHT: light,
        Paint.ACCENT: np.array(accent, float),
        Paint.WOOD: np.array((150 + dice.integers(-30, 20), 108, 66), float),
        Paint.METAL: np.array((176.0, 178.0, 184.0)),
        Paint.FACE: np.array((250.0, 250.0, 246.0)),
        Paint.GLASS: np.array((48.0, 50.0, 58.0)),
        Paint.LABEL: np.array((244.0, 240.0, 228.0)),
        Paint.BAND: ground,
        Paint.HANDLE: dark,
        Paint.INK: ink,
        Paint.LACE: np.array(_LACE, float) if brightness < 200 else ink,
        Paint.TWIG: np.array(_TWIG, float),
    }


def _cast_shadow(canvas: Image.Image, layers: list[Layer], pose: _Pose) -> None:
    """Drawn small: nothing of a shadow is sharp."""
    size = canvas.width // _SHADOW_SHRINK
    mask = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(mask)
    for layer in layers:
        if not layer.width:
            pen.polygon(pose.pixels(layer.points + _SHADOW_SHIFT, size), fill=90)
    soft = mask.filter(ImageFilter.GaussianBlur(size * 0.015))
    canvas.paste(_SHADOW, mask=soft.resize(canvas.size, Image.Resampling.BILINEAR))


def _paint(canvas: Image.Image, layer: Layer, pose: _Pose, paints: _Paints) -> None:
    size = canvas.width
    points = pose.pixels(layer.points, size)
    if layer.width:
        width = _stroke_px(layer, size)
        ImageDraw.Draw(canvas).line(
            points, fill=paints.line(layer.paint), width=width, joint="curve"
        )
        return
    mask = Image.new("L", (size, size), 0)
    ImageDraw.Draw(mask).polygon(points, fill=255)
    box = mask.getbbox()
    if box is None:
        return
    canvas.paste(paints.surface(layer.paint, box), box, mask=mask.crop(box))
    if layer.paint in _EDGED:
        edge_px = max(1, round(2 * size / _STROKE_BASE))
        ImageDraw.Draw(canvas).line(
            [*points, points[0]], fill=paints.line(Paint.INK), width=edge_px
        )


def _stroke_px(layer: Layer, size: int) -> int:
    is_thick = layer.paint in (Paint.BAND, Paint.HANDLE)
    px = layer.width * 1.6 * size / _STROKE_BASE
    return max(1, round(px * 1.6 if is_thick else px))


def _as_snapshot(picture: Image.Image, dice: Dice) -> Image.Image:
    """The slight blur and noise of a phone's camera, on some."""
    size = picture.width
    if dice.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(size * dice.uniform(0.001, 0.006)))
    if dice.random() < 0.4:
        noise = dice.normal(0, dice.uniform(2, 9), (size, size, 3))
        picture = as_picture(np.asarray(picture, float) + noise)
    return picture
