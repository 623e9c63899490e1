"""What stands behind a product: the even grey of a studio, or anything that a phone sees."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.patterns import Array

_STUDIO = (246, 246, 246)


def studio(size: int) -> Image.Image:
    """The even light grey that shops photograph on."""
    return Image.new("RGB", (size, size), _STUDIO)


def scene(size: int, *, product: Array, dice: Dice) -> Image.Image:
    """A wall, a mottled cloth or a cluttered room, set off from the `product`'s colour."""
    kind = dice.random()
    wall = _wall(product, dice, is_light=kind < 0.5) * np.ones((size, size, 1))
    if kind > 0.65:
        wall = wall * (1 + np.linspace(-1, 1, size)[:, None, None] * dice.uniform(-0.18, 0.18))
    if kind > 0.75:
        mottle = clouds(
            size, n=int(dice.integers(3, 24)), strength=dice.uniform(0.03, 0.16), dice=dice
        )
        wall = wall * (1 + mottle[..., None])
    picture = as_picture(wall)
    if kind > 0.82:
        picture = _with_clutter(picture, dice)
    if dice.random() < 0.12:
        _add_floor(picture, dice)
    return picture


def clouds(size: int, *, n: int, strength: float, dice: Dice) -> Array:
    """Soft noise within about +-strength, from n x n random points: (size, size) floats."""
    points = Image.fromarray(dice.uniform(-1, 1, (n, n)).astype(np.float32))
    return np.asarray(points.resize((size, size), Image.Resampling.BICUBIC)) * strength


def as_picture(colours: Array) -> Image.Image:
    """A picture from (h, w, 3) floats, cut to what eight bits hold."""
    return Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))


def _wall(product: Array, dice: Dice, *, is_light: bool) -> Array:
    if is_light:
        return dice.uniform(232, 255) + dice.uniform(-4, 4, 3)
    for _ in range(8):
        colour = dice.uniform(60, 245, 3) * 0.5 + dice.uniform(60, 240) * 0.5
        if np.abs(colour - product).sum() > 120:
            break
    return colour


def _with_clutter(picture: Image.Image, dice: Dice) -> Image.Image:
    size = picture.width
    draw = ImageDraw.Draw(picture)
    for _ in range(dice.integers(2, 10)):
        x, y = (dice.uniform(-0.2, 1.1, 2) * size).tolist()
        w, h = (dice.uniform(0.05, 0.5, 2) * size).tolist()
        middle = np.asarray(picture)[size // 2, size // 2]
        fill = _rgb(middle + dice.uniform(-70, 70, 3))
        shape = (draw.rectangle, draw.ellipse)[dice.integers(2)]
        shape((x, y, x + w, y + h), fill=fill)
    return picture.filter(ImageFilter.GaussianBlur(size * dice.uniform(0.0, 0.012)))


def _add_floor(picture: Image.Image, dice: Dice) -> None:
    size = picture.width
    y = int(size * dice.uniform(0.6, 0.85))
    wall = np.asarray(picture)[size - 1, 0].astype(float)
    ImageDraw.Draw(picture).rectangle((0, y, size, size), fill=_rgb(wall * 0.88))


def _rgb(colour: Array) -> tuple[int, int, int]:
    red, green, blue = np.clip(colour, 0, 255).astype(int).tolist()
    return red, green, blue
