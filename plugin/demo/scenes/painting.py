"""A scene's picture: same scene, same seed, same pixels."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageOps

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.animals import draw_animal
from diptych.plugin.demo.scenes.beaches import draw_beach
from diptych.plugin.demo.scenes.cells import draw_cells
from diptych.plugin.demo.scenes.holidays import draw_holiday
from diptych.plugin.demo.scenes.lighting import grain
from diptych.plugin.demo.scenes.medicine import draw_medicine
from diptych.plugin.demo.scenes.pens import Pen, pen_on
from diptych.plugin.demo.scenes.places import PLACES
from diptych.plugin.demo.scenes.plants import draw_blades
from diptych.plugin.demo.scenes.stadiums import draw_stadium
from diptych.plugin.demo.scenes.subjects import Scene

#: Drawn this many times larger and scaled down, which smooths the edges.
_OVERSAMPLING = 2
#: How often another animal of the same kind, colour and doing is behind the first.
_COMPANION_SHARE = 0.16
_Painter: TypeAlias = Callable[[Pen, Mapping[str, str], Dice], None]
_SIZES = {"elephant": 0.46, "horse": 0.42, "cow": 0.48, "bird": 0.38}


def draw_scene(scene: Scene, *, seed: int, size: int = 224) -> Image.Image:
    """A square RGB picture, `size` pixels wide; the seed varies all that no fact says."""
    dice = np.random.default_rng(seed)
    canvas = Image.new("RGB", (size * _OVERSAMPLING, size * _OVERSAMPLING))
    _PAINTERS[scene.subject](pen_on(canvas), scene.facts, dice)
    return grain(_cropped(canvas, size, dice), dice)


def _cropped(canvas: Image.Image, size: int, dice: Dice) -> Image.Image:
    """The picture scaled down, at times from a bit nearer or mirrored."""
    margin = dice.uniform(0, 0.14) if dice.random() < 0.6 else 0.0
    left, top = (dice.uniform(0, 1, 2) * margin * canvas.width).tolist()
    side = canvas.width * (1 - margin)
    box = (left, top, left + side, top + side)
    picture = canvas.resize((size, size), Image.Resampling.HAMMING, box)
    return ImageOps.mirror(picture) if dice.random() < 0.5 else picture


def _paint_animal(pen: Pen, facts: Mapping[str, str], dice: Dice) -> None:
    ground = PLACES[facts["place"]](pen, dice)
    unit = _SIZES.get(facts["kind"], 0.5) * dice.uniform(0.82, 1.12)
    x = dice.uniform(0.42, 0.58)
    if dice.random() < _COMPANION_SHARE and facts["place"] != "sofa":
        behind = pen.at(
            x + dice.choice((-1, 1)) * dice.uniform(0.3, 0.4), ground - 0.13, unit * 0.6
        )
        draw_animal(behind, facts, dice)
    draw_animal(pen.at(x, ground, unit), facts, dice)
    if facts["place"] == "grass":
        draw_blades(pen, dice, top=ground + 0.01, n=70, green=(96, 164, 62))


_PAINTERS: Mapping[str, _Painter] = MappingProxyType(
    {
        "animals": _paint_animal,
        "beach": draw_beach,
        "holiday": draw_holiday,
        "stadium": draw_stadium,
        "cells": draw_cells,
        "medicine": draw_medicine,
    }
)
