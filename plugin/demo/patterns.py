"""The eight patterns as cloth: colour arrays of (size, size, 3) floats, 0 to 255."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from diptych.plugin.demo.looks import Dice, Look, pick
from diptych.plugin.demo.textures import Array, clouds, grid

#: Where the product lies, from -0.5 to 0.5: its least and its greatest (x, y).
Extent: TypeAlias = tuple[Array, Array]

#: ITU-R BT.601 luma, to tell light cloth from dark.
_LUMA = np.array((0.3, 0.59, 0.11))
_LIGHT_CLOTH_LUMA = 165
_CREAM = (248.0, 246.0, 240.0)
_DARKS = ((40, 42, 48), (120, 124, 130), (70, 50, 40))
_DARKS_ON_WHITE = ((40, 42, 48), (125, 128, 134))
_FLOWER_HEART = np.array((240.0, 200.0, 60.0), np.float32)


@dataclass(frozen=True, slots=True)
class _Cloth:
    """The ground colour, the second colour, turned coordinates (size, size) and two phases.

    `along` has the same coordinates from 0 to 1 over the product.
    """

    ground: Array
    second: Array
    u: Array
    v: Array
    phase: Array
    along: tuple[Array, Array]

    def mixed(self, share: Array) -> Array:
        """The two colours with the second's share in [0, 1] at each point."""
        colours: Array = share.astype(np.float32)[..., None] * (self.second - self.ground)
        colours += self.ground
        return colours


def weave(
    look: Look, ground: Array, *, size: int, extent: Extent, turn: float, dice: Dice
) -> Array:
    """The cloth of a look as a (size, size, 3) array; `turn` in radians follows the product."""
    second = _second_colour(look, ground, dice)
    x, y = grid(size)
    cos, sin = math.cos(turn), math.sin(turn)
    u, v = cos * x + sin * y, cos * y - sin * x
    left, top = extent[0].tolist()
    width, height = np.maximum(extent[1] - extent[0], 0.05).tolist()
    along = (u - left) / width, (v - top) / height
    cloth = _Cloth(ground, second, u, v, dice.uniform(0, 1, 2), along)
    return _PATTERNS[look.pattern](cloth, dice)


def _second_colour(look: Look, ground: Array, dice: Dice) -> Array:
    second: tuple[float, ...] = _CREAM
    if ground @ _LUMA >= _LIGHT_CLOTH_LUMA:
        second = pick(dice, _DARKS)
    if look.colour == "white":
        second = pick(dice, _DARKS_ON_WHITE)
    return np.array(second, np.float32)


def _plain(cloth: _Cloth, dice: Dice) -> Array:
    return np.broadcast_to(cloth.ground, (*cloth.u.shape, 3))


def _stripes(cloth: _Cloth, dice: Dice) -> Array:
    across = (cloth.v, cloth.u, (cloth.u + cloth.v) * 0.707)[dice.integers(3)]
    position = (across * dice.uniform(6, 12) + cloth.phase[0]) % 1
    return cloth.mixed((position < dice.uniform(0.35, 0.5)).astype(np.float32))


def _dots(cloth: _Cloth, dice: Dice) -> Array:
    per_side = dice.uniform(7, 13)
    rows = cloth.v * per_side + cloth.phase[0]
    x = (cloth.u * per_side + cloth.phase[1] + 0.5 * (np.floor(rows) % 2)) % 1 - 0.5
    y = rows % 1 - 0.5
    return cloth.mixed((x * x + y * y < dice.uniform(0.06, 0.1)).astype(np.float32))


def _checks(cloth: _Cloth, dice: Dice) -> Array:
    per_side = dice.uniform(5, 10)
    across = ((cloth.u * per_side + cloth.phase[0]) % 1) < 0.5
    down = ((cloth.v * per_side + cloth.phase[1]) % 1) < 0.5
    if dice.random() < 0.3:
        return cloth.mixed((across ^ down).astype(np.float32))
    return cloth.mixed((across * np.float32(0.5)) + (down * np.float32(0.5)))


def _zigzag(cloth: _Cloth, dice: Dice) -> Array:
    per_side = dice.uniform(6, 11)
    wave = np.abs(((cloth.u * per_side * 1.1 + cloth.phase[0]) % 1) - 0.5)
    position = (cloth.v * per_side + wave * 1.1 + cloth.phase[1]) % 1
    return cloth.mixed((position < 0.42).astype(np.float32))


def _gradient(cloth: _Cloth, dice: Dice) -> Array:
    along = cloth.along[1 if dice.random() < 0.75 else 0]
    share = np.clip((along - 0.5) * dice.uniform(1.1, 1.5) + 0.5, 0, 1) * 0.92
    share = 0.92 - share if dice.random() < 0.5 else share
    end = cloth.second if dice.random() < 0.6 else _other_shade(cloth.ground)
    return replace(cloth, second=end).mixed(share)


def _other_shade(ground: Array) -> Array:
    return ground * 0.25 if ground @ _LUMA > 90 else ground * 0.3 + 150


def _floral(cloth: _Cloth, dice: Dice) -> Array:
    size = len(cloth.u)
    petals, hearts = Image.new("L", (size, size), 0), Image.new("L", (size, size), 0)
    n_flowers, radius = dice.integers(40, 75), size * dice.uniform(0.022, 0.036)
    for _ in range(n_flowers):
        x, y = dice.uniform(0, size, 2).tolist()
        turn = dice.uniform(0, 6)
        for k in range(5):
            angle = turn + k * math.tau / 5
            dx, dy = radius * 1.1 * math.cos(angle), radius * 1.1 * math.sin(angle)
            _disc(petals, x + dx, y + dy, radius * 0.75)
        _disc(hearts, x, y, radius * 0.6)
    cloth_with_petals = cloth.mixed(np.asarray(petals, np.float32) / 255)
    heart_share = (np.asarray(hearts, np.float32) / 255)[..., None]
    return cloth_with_petals + (_FLOWER_HEART - cloth_with_petals) * heart_share


def _camouflage(cloth: _Cloth, dice: Dice) -> Array:
    """Blots of the colour's dark and light tones, and of the second colour."""
    size, n = len(cloth.u), int(dice.integers(9, 15))
    colours = np.broadcast_to(cloth.ground, (size, size, 3))
    for tone, least in (
        (cloth.ground * 0.55, 0.15),
        (cloth.ground * 0.5 + 110, 0.3),
        (cloth.ground * 0.4 + cloth.second * 0.6, 0.42),
    ):
        blots = clouds(size, n=n, strength=1.0, dice=dice) > least
        colours = np.where(blots[..., None], tone, colours)
    return colours


def _disc(mask: Image.Image, x: float, y: float, radius: float) -> None:
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


_PATTERNS: Mapping[str, Callable[[_Cloth, Dice], Array]] = MappingProxyType(
    {
        "plain": _plain,
        "stripes": _stripes,
        "dots": _dots,
        "checks": _checks,
        "floral": _floral,
        "gradient": _gradient,
        "zigzag": _zigzag,
        "camouflage": _camouflage,
    }
)
