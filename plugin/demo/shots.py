"""The pictures of an article: from the front, on some from the side and from close by."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from diptych.plugin.demo.assortment import Item
from diptych.plugin.demo.drawing import View, draw
from diptych.plugin.demo.looks import COLOURS, Look

#: Raised with every change to what a catalogue of the same size and seed contains.
VERSION = 4
IMAGES = f"images/v{VERSION}"
_JPEG_QUALITY = 88
_STUDIO_SHARE = 0.8
#: How often an article is also shown like this.
_VIEW_SHARES = {View.ANGLE: 0.2, View.DETAIL: 0.12}
_COLOURS = tuple(COLOURS)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture to be drawn: `path` is relative to the catalogue's folder."""

    path: str
    look: Look
    seed: int
    is_studio: bool
    view: View = View.FRONT


def make_shots(item: Item, *, seed: int) -> tuple[Shot, ...]:
    """The pictures of an article, the front first; another size has the same ones."""
    colour = _COLOURS.index(item.look.colour)
    dice = np.random.default_rng((seed, item.style, 2, colour))
    image_seed, is_studio = int(dice.integers(2**31)), bool(dice.random() < _STUDIO_SHARE)
    views = [View.FRONT, *(view for view, p in _VIEW_SHARES.items() if dice.random() < p)]
    return tuple(
        Shot(
            f"{IMAGES}/{item.style:04d}-{colour}-{view}.jpg", item.look, image_seed, is_studio, view
        )
        for view in views
    )


def jpeg(shot: Shot, file: Path | BinaryIO) -> None:
    """Draw a picture at 224 px and save it."""
    picture = draw(shot.look, seed=shot.seed, is_studio=shot.is_studio, view=shot.view)
    picture.save(file, "JPEG", quality=_JPEG_QUALITY)
