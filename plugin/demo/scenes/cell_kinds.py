"""The kinds of cells, each about one unit wide around its pen's origin."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.outlines import Points, ellipse
from diptych.plugin.demo.scenes.lighting import lay
from diptych.plugin.demo.scenes.organelles import (
    draw_chloroplast,
    draw_mitochondrion,
    draw_nucleus,
    draw_reticulum,
    draw_ribosomes,
    draw_vacuole,
)
from diptych.plugin.demo.scenes.pens import Colour, Pen, darker, lighter, mixed

#: Draws a cell in a tint; gives the places of parts that a diagram may name.
Cell: TypeAlias = Callable[[Pen, Colour, Dice], list[tuple[float, float]]]
#: A plant cell's outline in halves of its sides, its vacuole and its chloroplasts.
_WALL = np.array(
    [(-0.94, -0.94), (0, -1), (0.94, -0.94), (1, 0), (0.94, 0.94), (0, 1), (-0.94, 0.94), (-1, 0)]
)
_VACUOLE = ((-0.24, -0.12), (0.02, -0.22), (0.26, -0.1), (0.24, 0.12), (0, 0.2), (-0.22, 0.14))
_CHLOROPLASTS = (
    *((-0.1, -0.74), (0.14, -0.76), (0.36, -0.5), (0.37, 0.2)),
    *((0.24, 0.72), (-0.02, 0.76), (-0.26, 0.68)),
)


def _bumpy(dice: Dice, radius: float, wobble: float, *, stretch: float = 1.0) -> Points:
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    radii = radius * (1 + dice.uniform(-wobble, wobble, 14))
    return np.column_stack([radii * np.cos(angles) * stretch, radii * np.sin(angles)])


def _membrane(pen: Pen, outline: Points, tint: Colour, *, wall: Colour) -> None:
    """A body with a double rim."""
    sheet = pen.apart()
    sheet.blob(wall, outline * 1.07)
    sheet.blob(lighter(tint, 0.75), outline * 1.015)
    sheet.blob(darker(wall, 0.2), outline * 0.985)
    sheet.blob(lighter(tint, 0.55), outline * 0.955)
    lay(pen, sheet, ink=darker(wall, 0.35), depth=0.22)


def _spread(
    dice: Dice, n: int, *, keep_off: float = 0.2, reach: float = 0.37
) -> list[tuple[float, float]]:
    """`n` places between the nucleus and the membrane, well apart."""
    start = dice.uniform(0, 2 * np.pi)
    places = []
    for i in range(n):
        angle, radius = start + 2 * np.pi * i / n, dice.uniform(keep_off, reach)
        places.append((float(np.cos(angle) * radius), float(np.sin(angle) * radius)))
    return places


def _animal_cell(pen: Pen, tint: Colour, dice: Dice) -> list[tuple[float, float]]:
    _membrane(pen, _bumpy(dice, 0.46, 0.05), tint, wall=darker(tint, 0.12))
    x, y = dice.uniform(-0.08, 0.08, 2).tolist()
    draw_ribosomes(pen, dice, tint, n=46)
    places = _spread(dice, 8, keep_off=0.29)
    for i, place in enumerate(places):
        part = pen.at(*place, dice.uniform(0.12, 0.17), turn=dice.uniform(0, 6))
        if i % 2 == 0:
            draw_mitochondrion(part)
        else:
            draw_vacuole(
                part, ((250, 220, 120), (150, 200, 240), (170, 220, 150), (220, 160, 220))[i // 2]
            )
    draw_reticulum(pen.at(x, y, 1.0, turn=dice.uniform(0, 6)), tint)
    draw_nucleus(pen.at(x, y, dice.uniform(0.34, 0.42)), tint)
    return [(x, y), *places, (0.42, 0.1)]


def _plant_cell(pen: Pen, tint: Colour, dice: Dice) -> list[tuple[float, float]]:
    """A walled box around a large vacuole, with chloroplasts."""
    height = dice.uniform(0.36, 0.46)
    _membrane(pen, _WALL * (0.44, 0.94 * height), tint, wall=mixed((96, 160, 74), tint, 0.3))
    draw_ribosomes(pen, dice, tint, n=30)
    vacuole = pen.at(0.06, 0.02, 1.0).apart()
    vacuole.blob((158, 212, 240), _VACUOLE)
    lay(pen, vacuole, ink=(90, 150, 196), depth=0.25)
    places = [(x, y * height) for x, y in _CHLOROPLASTS]
    for x, y in places:
        draw_chloroplast(pen.at(x, y, dice.uniform(0.13, 0.17), turn=dice.uniform(-0.5, 0.5)))
    for x, y in ((-0.36, 0.2 * height), (0.34, 0.72 * height)):
        draw_mitochondrion(pen.at(x, y, 0.12, turn=dice.uniform(0, 6)))
    nucleus = (-0.28, -0.12 * float(dice.choice((-1, 1))))
    draw_nucleus(pen.at(*nucleus, 0.26), tint)
    return [nucleus, *places[::2], (0.06, 0.02), (0.44, 0.0)]


def _bacterium(pen: Pen, tint: Colour, dice: Dice) -> list[tuple[float, float]]:
    """A rod with hairs and flagella."""
    t = np.linspace(0, 1, 18)
    for _ in range(dice.integers(1, 4)):
        y = dice.uniform(-0.05, 0.05)
        wave = y + 0.06 * np.sin(t * dice.uniform(9, 14) + dice.uniform(0, 6)) * np.sqrt(t)
        pen.line(darker(tint, 0.35), np.column_stack([-0.3 - 0.3 * t, wave]), 0.014)
    for x in np.linspace(-0.26, 0.34, 17).tolist():
        for side in (-1, 1):
            tip = (x + dice.uniform(-0.03, 0.03), side * dice.uniform(0.25, 0.29))
            pen.line(darker(tint, 0.25), [(x, side * 0.16), tip], 0.009)
    sheet = pen.apart()
    for colour, width in (
        (darker(tint, 0.3), 0.43),
        (lighter(tint, 0.2), 0.39),
        (darker(tint, 0.12), 0.35),
        (lighter(tint, 0.5), 0.31),
    ):
        sheet.tube(colour, [(-0.2, 0), (0.26, 0)], (width, width))
    lay(pen, sheet, ink=darker(tint, 0.45), depth=0.35)
    draw_ribosomes(pen.at(0.03, 0, 0.74), dice, tint, n=26, flat=0.38)
    turn = np.linspace(0, 2 * np.pi, 40)
    along = 0.03 + 0.2 * np.cos(turn) + 0.03 * np.cos(turn * 7)
    across = 0.055 * np.sin(turn) + 0.03 * np.sin(turn * 9)
    pen.line((110, 60, 150), np.column_stack([along, across]), 0.014)
    pen.line((220, 90, 90), ellipse(0.3, 0.06, 0.035, 0.035), 0.012)
    return [(0.03, 0.0), (0.3, 0.06), (0.44, 0.0), (-0.45, 0.0), (0.1, 0.26)]


def _neuron(pen: Pen, tint: Colour, dice: Dice) -> list[tuple[float, float]]:
    """A body with dendrites and a long sheathed axon."""
    sheet = pen.apart()
    body = (-0.26, -0.06)
    for angle in np.linspace(0.9, 5.4, 7).tolist():
        _dendrite(sheet, body, angle + dice.uniform(-0.2, 0.2), dice, darker(tint, 0.06))
    axon = [(-0.2, -0.04), (0.0, 0.04), (0.22, dice.uniform(-0.02, 0.14)), (0.38, 0.06)]
    sheet.tube(darker(tint, 0.06), axon, (0.08, 0.03, 0.03, 0.03))
    for lean in (-0.12, -0.04, 0.05, 0.13):
        sheet.tube(
            darker(tint, 0.06),
            [axon[-1], (0.44, 0.06 + lean * 0.6), (0.5, 0.06 + lean * 1.3)],
            (0.03, 0.018, 0.014),
        )
        sheet.oval(darker(tint, 0.2), 0.5, 0.06 + lean * 1.3, 0.02, 0.02)
    sheet.blob(tint, _bumpy(dice, 0.15, 0.12) + body)
    lay(pen, sheet, ink=darker(tint, 0.4), depth=0.35)
    sheath = pen.apart()
    for i in range(4):
        (x0, y0), (x1, y1) = axon[1], axon[3]
        a, b = (i + 0.12) / 4, (i + 0.82) / 4
        ends = [
            (x0 + (x1 - x0) * s, y0 + (axon[2][1] - y0) * np.sin(np.pi * s) * 0.9 + (y1 - y0) * s)
            for s in (a, b)
        ]
        sheath.tube(((250, 226, 150), (250, 240, 214))[i % 2], ends, (0.07, 0.07))
    lay(pen, sheath, ink=(170, 136, 70), depth=0.3)
    draw_nucleus(pen.at(*body, 0.15), tint)
    return [body, (0.16, 0.08), (-0.4, 0.12), (0.5, 0.06)]


def _dendrite(pen: Pen, root: tuple[float, float], angle: float, dice: Dice, tone: Colour) -> None:
    length = dice.uniform(0.22, 0.3)
    x, y = root[0] + np.cos(angle) * length * 0.65, root[1] + np.sin(angle) * length * 0.65
    pen.tube(tone, [root, (x, y)], (0.1, 0.035))
    for turn in (-0.5, 0.35):
        tip = (x + np.cos(angle + turn) * length * 0.6, y + np.sin(angle + turn) * length * 0.6)
        pen.tube(tone, [(x, y), tip], (0.034, 0.014))


def _blood_cells(pen: Pen, tint: Colour, dice: Dice) -> list[tuple[float, float]]:
    """Red discs, a white cell or two with lobed nuclei, platelets; the tint is the plasma's."""
    pen.oval(lighter(tint, 0.35), 0, 0, 0.52, 0.5)
    for x, y in dice.uniform(-0.4, 0.4, (10, 2)).tolist():
        pen.oval(darker(tint, 0.3), x, y, 0.018, 0.014)
    places = _spread(dice, int(dice.integers(8, 12)), keep_off=0.2, reach=0.44)
    for x, y in places:
        red = pen.apart()
        rx, turn = dice.uniform(0.1, 0.13), dice.uniform(0, 3)
        ry = rx * dice.uniform(0.6, 1.0)
        red.oval((206, 50, 52), x, y, rx, ry, turn=turn)
        red.oval((168, 32, 40), x, y, rx * 0.5, ry * 0.5, turn=turn)
        lay(pen, red, ink=(124, 20, 30), depth=0.4)
    white = pen.apart()
    white.blob((236, 232, 244), _bumpy(dice, 0.16, 0.06))
    lay(pen, white, ink=(150, 140, 176), depth=0.3)
    for dx, dy in ((-0.05, -0.04), (0.05, -0.03), (0.0, 0.05)):
        pen.oval((118, 76, 160), dx, dy, 0.055, 0.05)
    return [(0, 0), *places[:4]]


#: From a kind to what draws it.
CELLS: Mapping[str, Cell] = MappingProxyType(
    {
        "animal cell": _animal_cell,
        "plant cell": _plant_cell,
        "bacterium": _bacterium,
        "neuron": _neuron,
        "blood cells": _blood_cells,
    }
)
