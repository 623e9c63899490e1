"""What pictures are woven from: arrays of colours, soft noise, and back to a picture."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from diptych.plugin.demo.looks import Dice

#: Whole pictures are float32, for speed: eight bits are kept in the end.
Array: TypeAlias = NDArray[np.floating]


def grid(size: int) -> tuple[Array, Array]:
    """x and y of every pixel's left upper corner, from -0.5 to 0.5: two (size, size) arrays."""
    line = np.arange(size, dtype=np.float32) / size - 0.5
    x, y = np.meshgrid(line, line)
    return x, y


def clouds(size: int, *, n: int, strength: float, dice: Dice) -> Array:
    """Soft noise within about +-strength, from n x n random points: (size, size) floats."""
    points = Image.fromarray(dice.uniform(-1, 1, (n, n)).astype(np.float32))
    soft: Array = np.asarray(points.resize((size, size), Image.Resampling.BICUBIC), np.float32)
    return soft * np.float32(strength)


def as_picture(colours: Array) -> Image.Image:
    """A picture from (h, w, 3) floats, cut to what eight bits hold."""
    return Image.fromarray(np.clip(colours, 0, 255, dtype=np.float32).astype(np.uint8))
