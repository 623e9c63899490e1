"""Stands full of people, roof and floodlights, and boards along the ground."""

import numpy as np
from PIL import Image

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.lighting import glow, gradient
from diptych.plugin.demo.scenes.pens import Colour, Pen, lighter
from diptych.plugin.demo.scenes.skies import draw_sky, light_at
from diptych.plugin.demo.textures import as_picture


def draw_stands(
    pen: Pen, dice: Dice, team: Colour, *, edge: float, is_night: bool, is_indoors: bool
) -> None:
    """All that is above the ground's upper `edge`, under the sky or a hall's ceiling."""
    roof = dice.uniform(0.08, 0.15)
    if is_indoors:
        gradient(
            pen,
            [(24, 26, 38), (58, 60, 78)] if is_night else [(150, 150, 156), (206, 206, 206)],
            0,
            roof + 0.08,
        )
    else:
        draw_sky(
            pen, light_at("night" if is_night else "day"), dice, horizon=roof + 0.16, n_clouds=2
        )
    _crowd(pen, dice, team, top=roof + 0.05, bottom=edge, is_night=is_night)
    bow = np.linspace(0, 1, 14)
    front = np.column_stack([bow, roof + 0.07 - 0.05 * np.sin(bow * np.pi)])
    back = np.column_stack([bow, roof + 0.02 - 0.05 * np.sin(bow * np.pi)])[::-1]
    pen.fill((84, 88, 100) if is_night else (224, 226, 232), np.concatenate([front, back]))
    for x in np.linspace(0.08, 0.92, 6).tolist():
        y = roof + 0.06 - 0.05 * np.sin(x * np.pi)
        pen.line((90, 94, 104), [(x, y), (x, y + 0.05)], 0.005)
    _boards(pen, dice, edge)
    if is_night:
        _floodlights(pen, dice, roof)


def _crowd(
    pen: Pen, dice: Dice, team: Colour, *, top: float, bottom: float, is_night: bool
) -> None:
    """Thousands of heads as coloured dots, in tiers."""
    size = pen.image.width
    rows, columns = 34, 110
    tones = np.array(
        [
            team,
            lighter(team, 0.5),
            (236, 232, 226),
            (60, 60, 76),
            (216, 176, 146),
            (150, 60, 60),
            (70, 90, 150),
        ]
    )
    heads = tones[
        dice.choice(len(tones), (rows, columns), p=(0.3, 0.1, 0.14, 0.16, 0.16, 0.07, 0.07))
    ]
    shade = dice.uniform(0.7, 1.05, (rows, columns, 1)) * (0.72 if is_night else 0.95)
    heads = heads * shade
    heads[[11, 23]] = (70, 72, 84)
    stand = as_picture(heads).resize(
        (size, round((bottom - top) * size) + 1), Image.Resampling.BICUBIC
    )
    pen.image.paste(stand, (0, round(top * size)))
    glow(pen, (10, 10, 24), 0.5, top, 0.9, 0.1, opacity=0.5)
    for x in np.linspace(0.1, 0.9, 5).tolist():
        pen.line((98, 100, 112), [(x + (x - 0.5) * 0.1, top), (x + (x - 0.5) * 0.3, bottom)], 0.008)


def _boards(pen: Pen, dice: Dice, edge: float) -> None:
    """Advertising along the ground, without words."""
    x = 0.0
    while x < 1:
        width = dice.uniform(0.09, 0.2)
        tone = dice.uniform(30, 240, 3)
        pen.fill(
            tone,
            [
                (x, edge - 0.035),
                (x + width, edge - 0.035),
                (x + width, edge + 0.006),
                (x, edge + 0.006),
            ],
        )
        pen.line(
            lighter(tone, 0.6),
            [(x + width * 0.2, edge - 0.015), (x + width * 0.8, edge - 0.015)],
            0.01,
        )
        x += width


def _floodlights(pen: Pen, dice: Dice, roof: float) -> None:
    for x in (0.04, 0.34, 0.66, 0.96):
        y = roof + dice.uniform(-0.04, 0.0)
        pen.box((230, 236, 246), x - 0.035, y - 0.012, x + 0.035, y + 0.012)
        glow(pen, (240, 246, 255), x, y, 0.16, 0.14, opacity=0.9)
        beam = [
            (x - 0.03, y),
            (x + 0.03, y),
            (0.5 + (x - 0.5) * 0.3 + 0.2, 0.9),
            (0.5 + (x - 0.5) * 0.3 - 0.2, 0.9),
        ]
        pen.fill((240, 246, 255), beam, opacity=0.05)
