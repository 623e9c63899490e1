"""What stands behind a product: the grey of a studio, a place to live, or what a phone sees."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.textures import Array, as_picture, clouds, grid

_STUDIO = (246, 246, 246)
#: How often a snapshot shows a place: a lawn, a wooden table, a street, a beach.
_PLACE_SHARE = 0.3


def studio(size: int) -> Image.Image:
    """The even light grey that shops photograph on."""
    return Image.new("RGB", (size, size), _STUDIO)


def scene(size: int, *, product: Array, dice: Dice) -> Image.Image:
    """A place, a wall, a mottled cloth or a cluttered room, set off from the `product`'s colour."""
    if dice.random() < _PLACE_SHARE:
        place = pick(dice, _PLACES)
        return as_picture(place(size, dice)).filter(
            ImageFilter.GaussianBlur(size * dice.uniform(0.002, 0.012))
        )
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


def _wall(product: Array, dice: Dice, *, is_light: bool) -> Array:
    if is_light:
        return dice.uniform(232, 255) + dice.uniform(-4, 4, 3)
    for _ in range(8):
        colour = dice.uniform(60, 245, 3) * 0.5 + dice.uniform(60, 240) * 0.5
        if np.abs(colour - product).sum() > 120:
            break
    return colour


def _lawn(size: int, dice: Dice) -> Array:
    grass = (
        np.array((96.0, 140.0, 62.0))
        * (
            1
            + clouds(size, n=size // 4, strength=0.3, dice=dice)
            + clouds(size, n=6, strength=0.15, dice=dice)
        )[..., None]
    )
    return _below(_sky(size, dice), grass, at=dice.uniform(-0.25, 0.1))


def _beach(size: int, dice: Dice) -> Array:
    sand = (
        np.array((222.0, 200.0, 160.0))
        * (1 + clouds(size, n=size // 3, strength=0.08, dice=dice))[..., None]
    )
    sea = np.broadcast_to(np.array((70.0, 150.0, 175.0)), (size, size, 3))
    return _below(_below(_sky(size, dice), sea, at=-0.2), sand, at=dice.uniform(-0.08, 0.15))


def _table(size: int, dice: Dice) -> Array:
    x, y = grid(size)
    bend = clouds(size, n=5, strength=0.02, dice=dice)
    grain = np.sin((y + bend) * dice.uniform(120, 200) + x * 4) * 0.04
    gaps = ((y * dice.uniform(4, 7) + dice.uniform()) % 1 < 0.03) * -0.3
    wood = np.array((168.0, 122.0, 78.0)) * dice.uniform(0.6, 1.25)
    return np.asarray(wood * (1 + grain + gaps)[..., None])


def _street(size: int, dice: Dice) -> Array:
    x, y = grid(size)
    row = np.floor(y * 16)
    mortar = ((y * 16) % 1 < 0.1) | ((x * 8 + row * 0.5) % 1 < 0.05)
    bricks = np.array((150.0, 96.0, 78.0)) * dice.uniform(0.8, 1.3)
    tint = 1 + clouds(size, n=16, strength=0.14, dice=dice)
    wall = np.where(mortar[..., None], (196.0, 190.0, 182.0), bricks * tint[..., None])
    pavement = np.broadcast_to(np.array((132.0, 132.0, 136.0)), (size, size, 3))
    return _below(wall, pavement, at=dice.uniform(0.2, 0.38))


def _sky(size: int, dice: Dice) -> Array:
    _, y = grid(size)
    top, bottom = np.array((110.0, 165.0, 225.0)), np.array((214.0, 232.0, 244.0))
    white = np.clip(clouds(size, n=6, strength=0.8, dice=dice), 0, 1)[..., None]
    blue = top + (bottom - top) * np.clip((y + 0.5) * 1.6, 0, 1)[..., None]
    return np.asarray(blue + (255 - blue) * white)


def _below(upper: Array, lower: Array, *, at: float) -> Array:
    """The upper picture down to y = `at`, the lower one from there on."""
    _, y = grid(len(upper))
    return np.where((y > at)[..., None], lower, upper)


_PLACES: tuple[Callable[[int, Dice], Array], ...] = (_lawn, _beach, _table, _street)


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
