"""Light and shade on a picture: gradients, soft glows and shadows, rounded figures, grain."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.pens import Colour, Pen, rgba
from diptych.plugin.demo.textures import as_picture, clouds

#: Shading is computed on a copy this many times smaller: it is soft anyway.
_COARSE = 4
_LIGHT_FROM = (-5, -6)


def gradient(pen: Pen, colours: Sequence[Colour], top: float = 0.0, bottom: float = 1.0) -> None:
    """Fill the rows from `top` to `bottom`, in shares of the picture, from colour to colour."""
    size = pen.image.width
    first, last = round(top * size), round(bottom * size)
    if last <= first:
        return
    column = np.linspace(0, len(colours) - 1, last - first)
    stops = np.asarray([np.asarray(colour, float) for colour in colours])
    rows = np.column_stack([np.interp(column, range(len(stops)), channel) for channel in stops.T])
    strip = as_picture(rows[:, None, :]).resize((size, last - first), Image.Resampling.NEAREST)
    pen.image.paste(strip, (0, first))


def glow(
    pen: Pen, colour: Colour, x: float, y: float, rx: float, ry: float, *, opacity: float = 1.0
) -> None:
    """A soft ellipse, strongest in the middle: light, mist, a cloud or, in black, a shadow."""
    cx, cy = pen.pixel(x, y)
    width, height = (max(2, round(2 * radius * pen.unit_px)) for radius in (rx, ry))
    mask = _falloff(round(opacity * 100)).resize((width, height), Image.Resampling.BILINEAR)
    place = round(cx - width / 2), round(cy - height / 2)
    if pen.image.mode == "RGB":
        pen.image.paste(rgba(colour)[:3], (*place, place[0] + width, place[1] + height), mask)


def shadow(pen: Pen, x: float, y: float, rx: float, ry: float, *, opacity: float = 0.45) -> None:
    """The soft shadow of something that stands at (x, y)."""
    glow(pen, (16, 18, 34), x, y, rx, ry, opacity=opacity)


def lay(pen: Pen, sheet: Pen, *, ink: Colour | None = None, depth: float = 0.4) -> None:
    """Put a sheet on the picture, rounded by light from the upper left, edged with `ink`."""
    box = sheet.image.getbbox()
    if box is None:
        return
    figure = sheet.image.crop(box)
    alpha = figure.getchannel("A")
    if ink is not None:
        edge_px = max(1, round(pen.image.width / 300))
        for dx, dy in ((edge_px, 0), (-edge_px, 0), (0, edge_px), (0, -edge_px)):
            pen.image.paste(rgba(ink)[:3], (box[0] + dx, box[1] + dy), alpha)
    shade = _rounding(alpha, depth, scale=pen.image.width / 448)
    shaded = ImageChops.multiply(figure.convert("RGB"), Image.merge("RGB", (shade,) * 3))
    pen.image.paste(shaded, box[:2], alpha)


def mottle(pen: Pen, dice: Dice, *, n: int, strength: float, top: float = 0.0) -> None:
    """Uneven brightness of about +-`strength` below `top`, from n x n random points."""
    size = pen.image.width
    first = round(top * size)
    coarse = np.asarray(clouds(size // 2, n=n, strength=strength, dice=dice))
    box = (0, first, size, size)
    below = pen.image.crop(box)
    shade = as_picture((np.stack([coarse] * 3, -1) + 0.8) * 200)
    shade = shade.resize(below.size, Image.Resampling.BILINEAR)
    pen.image.paste(ImageChops.multiply(below, shade).point(_BRIGHTEN * 3), box)


def grain(picture: Image.Image, dice: Dice) -> Image.Image:
    """The picture as a camera may have taken it: at times a bit soft, noisy, bright or dim."""
    if dice.random() < 0.25:
        radius = picture.width * dice.uniform(0.001, 0.004)
        picture = picture.filter(ImageFilter.GaussianBlur(radius))
    gain, lift = dice.uniform(0.93, 1.06), dice.uniform(-6, 6)
    pixels = np.asarray(picture, np.float32) * np.float32(gain) + np.float32(lift)
    if dice.random() < 0.5:
        deviation = np.float32(dice.uniform(1, 4.5))
        pixels += dice.standard_normal(pixels.shape[:2], np.float32)[..., None] * deviation
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


_BRIGHTEN = [min(255, round(value * 255 / 160)) for value in range(256)]


@cache
def _falloff(percent: int) -> Image.Image:
    """64 x 64, from that opacity in the middle smoothly to nothing at the edge."""
    levels = [round(2.55 * percent * (1 - min(1.0, v / 181) ** 2) ** 2) for v in range(256)]
    return Image.radial_gradient("L").point(levels).reduce(4)


def _rounding(alpha: Image.Image, depth: float, *, scale: float) -> Image.Image:
    """How bright each point of a figure is: darker where light from the upper left cannot go."""
    margin = round(24 * scale)
    padded = ImageOps.expand(alpha, margin)
    coarse = padded.reduce(_COARSE).filter(ImageFilter.GaussianBlur(4 * scale))
    dx, dy = (round(step * scale) for step in _LIGHT_FROM)
    lit = ImageChops.offset(coarse, dx, dy)
    levels = [round(255 * (1 - depth + depth * v / 255)) for v in range(256)]
    shade = lit.point(levels).resize(padded.size, Image.Resampling.BILINEAR)
    return shade.crop((margin, margin, margin + alpha.width, margin + alpha.height))
