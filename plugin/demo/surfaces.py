"""How a material catches the light: knitted wool, glossy leather, quilted nylon, brushed metal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.textures import Array, clouds, grid


@dataclass(frozen=True, slots=True)
class Surface:
    """A factor about 1 for the colour of every point, and the share of white light on it if any."""

    shade: Array
    gloss: Array | None = None

    def on(self, cloth: Array, light: Array) -> Array:
        """The (size, size, 3) colours of a cloth under a light as this surface shows them."""
        shaded: Array = cloth * (self.shade * light).astype(np.float32)[..., None]
        if self.gloss is not None:
            gloss = self.gloss.astype(np.float32)[..., None]
            shaded *= 1 - gloss
            shaded += 255 * gloss
        return shaded


def surface_of(material: str | None, *, size: int, dice: Dice) -> Surface | None:
    """The surface of a material; None for one that is even and dull, as cotton is."""
    make = _SURFACES.get(material or "")
    return make(size, dice) if make else None


def _knitted(size: int, dice: Dice) -> Surface:
    """Rows of V-shaped stitches."""
    x, y = grid(size)
    n = dice.uniform(17, 24)
    lean = np.abs((x * n) % 1 - 0.5)
    stitch = np.cos(2 * np.pi * (y * n * 1.1 + lean * 0.6))
    return Surface(1 + 0.12 * stitch - 0.12 * (lean < 0.1))


def _woven(size: int, dice: Dice) -> Surface:
    """Uneven threads along both sides."""
    strength = dice.uniform(0.02, 0.04)
    threads = dice.normal(0, strength, (2, size // 2)).repeat(2, axis=1)
    return Surface(
        1 + np.pad(threads[0], (0, size % 2))[:, None] + np.pad(threads[1], (0, size % 2))
    )


def _coarse(size: int, dice: Dice) -> Surface:
    """The grid of a thick cloth."""
    x, y = grid(size)
    n = dice.uniform(40, 55)
    return Surface(1 + 0.07 * np.sign(np.sin(2 * np.pi * n * x) * np.sin(2 * np.pi * n * y)))


def _quilted(size: int, dice: Dice) -> Surface:
    """Puffed diamonds between stitched lines."""
    x, y = grid(size)
    n = dice.uniform(5, 7)
    a, b = ((x + y) * n) % 1 - 0.5, ((x - y) * n) % 1 - 0.5
    puff = (0.25 - a * a) * (0.25 - b * b) * 16
    return Surface(0.78 + 0.3 * puff, 0.16 * np.clip(puff - 0.7, 0, 1))


def _leather(size: int, dice: Dice) -> Surface:
    """Fine grain under a broad gloss."""
    grain = clouds(size, n=size // 5, strength=0.1, dice=dice)
    return Surface(0.95 + grain, 0.42 * _streak(size, dice, width=0.07))


def _silk(size: int, dice: Dice) -> Surface:
    """Slow waves of sheen."""
    x, y = grid(size)
    folds = clouds(size, n=4, strength=0.5, dice=dice)
    wave = np.cos(2 * np.pi * (x * dice.uniform(1.5, 2.5) + y * 0.8 + folds))
    return Surface(1 + 0.12 * wave, 0.2 * np.clip(wave, 0, 1) ** 2)


def _velvet(size: int, dice: Dice) -> Surface:
    """Patches where the pile lies the other way."""
    return Surface(0.96 + clouds(size, n=6, strength=0.24, dice=dice))


def _metal(size: int, dice: Dice) -> Surface:
    """Brushed bands of dark and light."""
    x, _ = grid(size)
    bands = np.cos(2 * np.pi * (x * dice.uniform(2, 3.5) + dice.uniform(0, 1)))
    brushed = dice.normal(0, 0.03, (size, 1))
    return Surface(0.92 + 0.2 * bands + brushed, 0.45 * np.clip(bands - 0.5, 0, 1))


def _glazed(size: int, dice: Dice) -> Surface:
    """One soft window of light."""
    x, y = grid(size)
    at_x, at_y = dice.uniform(-0.16, -0.04), dice.uniform(-0.16, 0.04)
    spot = np.exp(-(((x - at_x) / 0.05) ** 2 + ((y - at_y) / 0.13) ** 2))
    return Surface(np.ones_like(x), 0.6 * spot)


def _glass(size: int, dice: Dice) -> Surface:
    """Sharp reflections on something half transparent."""
    sharp = (_streak(size, dice, width=0.03) > 0.5) * 0.45
    return Surface(np.ones((size, size)), np.clip(0.22 + sharp, 0, 1))


def _grained(size: int, dice: Dice) -> Surface:
    """Long wavy lines of wood."""
    x, y = grid(size)
    bend = clouds(size, n=4, strength=0.06, dice=dice)
    return Surface(1 + 0.1 * np.sin(2 * np.pi * (y + bend) * dice.uniform(14, 20) + x))


def _streak(size: int, dice: Dice, *, width: float) -> Array:
    """A diagonal band of light, 1 in its middle."""
    x, y = grid(size)
    distance = x * 0.8 + y * 0.6 - dice.uniform(-0.12, 0.12)
    return np.asarray(np.exp(-((distance / width) ** 2)))


_SURFACES: Mapping[str, Callable[[int, Dice], Surface]] = MappingProxyType(
    {
        "wool": _knitted,
        "linen": _woven,
        "canvas": _coarse,
        "nylon": _quilted,
        "leather": _leather,
        "silk": _silk,
        "velvet": _velvet,
        "metal": _metal,
        "ceramic": _glazed,
        "glass": _glass,
        "wood": _grained,
    }
)
