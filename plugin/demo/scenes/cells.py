"""Cells: animal, plant, bacterium, neuron and blood, as a diagram or under the microscope."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.outlines import ellipse
from diptych.plugin.demo.scenes.cell_kinds import CELLS
from diptych.plugin.demo.scenes.lighting import glow, gradient, mottle
from diptych.plugin.demo.scenes.organelles import draw_label
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, mixed

_TINTS: Mapping[str, Colour] = MappingProxyType(
    {
        "pink": (240, 150, 176),
        "green": (134, 200, 112),
        "blue": (116, 176, 232),
        "purple": (176, 134, 214),
        "yellow": (244, 208, 96),
    }
)
_PAPERS = ((255, 255, 255), (246, 249, 252), (252, 250, 242), (238, 244, 246))


def draw_cells(pen: Pen, facts: Mapping[str, str], dice: Dice) -> None:
    """One cell or some, tinted as the facts say."""
    tint = np.asarray(_TINTS[facts["colour"]], float) + dice.uniform(-8, 8, 3)
    is_seen = facts["style"] == "microscope"
    if is_seen:
        _field(pen, tint, dice)
    else:
        paper = pick(dice, _PAPERS)
        gradient(pen, [paper, darker(paper, 0.05)])
    for cell in _places(pen, facts, dice, is_seen=is_seen):
        parts = CELLS[facts["kind"]](cell, tint, dice)
    if is_seen:
        _eyepiece(pen, tint)
    elif dice.random() < 0.7:
        for x, y in parts[: int(dice.integers(3, 7))]:
            draw_label(pen, cell.pixel(x, y) / pen.unit_px, dice)


def _places(pen: Pen, facts: Mapping[str, str], dice: Dice, *, is_seen: bool) -> list[Pen]:
    """One pen for a cell in the middle, or some for smaller cells, the nearest last."""
    n_cells = 1 if facts["kind"] == "blood cells" or dice.random() < 0.7 else 3
    unit = dice.uniform(0.78, 0.92) * (0.76 if is_seen else 1.0) * (0.62 if n_cells > 1 else 1.0)
    start, reach = dice.uniform(0, 6.28), 0.24 if n_cells > 1 else 0.03
    angles = start + np.linspace(0, 6.28, n_cells, endpoint=False)
    middles = np.column_stack([np.cos(angles), np.sin(angles)]) * reach + 0.5
    return [
        pen.at(x, y, unit, turn=dice.uniform(-0.3, 0.3), is_flipped=dice.random() < 0.5)
        for x, y in middles.tolist()
    ]


def _field(pen: Pen, tint: Colour, dice: Dice) -> None:
    """Out-of-focus neighbours in stained light."""
    light = mixed(tint, (250, 246, 250), 0.72)
    gradient(pen, [light, mixed(light, tint, 0.25)])
    for x, y, size in dice.uniform(0, 1, (9, 3)).tolist():
        radius = 0.06 + 0.12 * size
        glow(pen, mixed(tint, light, 0.3), x, y, radius * 1.3, radius * 1.2, opacity=0.9)
        glow(pen, darker(tint, 0.45), x, y, radius * 0.45, radius * 0.42, opacity=0.8)
    mottle(pen, dice, n=40, strength=0.06)


def _eyepiece(pen: Pen, tint: Colour) -> None:
    """The dark round edge of a microscope's view."""
    ring = np.concatenate(
        [ellipse(0.5, 0.5, 0.49, 0.49, n=72), ellipse(0.5, 0.5, 0.9, 0.9, n=72)[::-1]]
    )
    pen.fill((12, 12, 16), ring)
    pen.line(darker(tint, 0.6), ellipse(0.5, 0.5, 0.488, 0.488, n=72), 0.012, opacity=0.6)
