"""Pictures varied at random: turned, scaled, flipped, lit differently, partly covered."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from demo_training.pixels import Pixels
from diptych.plugin.demo.looks import Dice

#: Share of the pictures of which a rectangle is covered.
_COVERED_SHARE = 0.2
_LIMIT = 1.05


@dataclass(frozen=True, slots=True)
class _Random:
    """Even random numbers for each of `n` pictures."""

    n: int
    generator: torch.Generator

    def between(self, low: float, high: float, *shape: int) -> torch.Tensor:
        return torch.rand(self.n, *shape, generator=self.generator) * (high - low) + low


def augmented(pixels: Pixels, is_real: torch.Tensor, *, side_px: int, dice: Dice) -> torch.Tensor:
    """(n, 3, side_px, side_px) float32 in about [-1, 1].

    Args:
        pixels: (n, size, size, 3) uint8.
        is_real: (n,) bool; photos are varied about twice as much as drawings.
        side_px: of what comes out.
    """
    generator = torch.Generator().manual_seed(int(dice.integers(2**31)))
    random = _Random(len(pixels), generator)
    planes = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
    moved = functional.grid_sample(
        planes,
        functional.affine_grid(
            _moves(is_real, random), [len(pixels), 3, side_px, side_px], align_corners=False
        ),
        mode="bilinear",
        padding_mode="reflection",
        align_corners=False,
    )
    lit = _lit(moved, torch.where(is_real, 1.0, 0.45), random)
    _cover(lit, dice)
    return lit.clamp_(-_LIMIT, _LIMIT)


def _moves(is_real: torch.Tensor, random: _Random) -> torch.Tensor:
    """(n, 2, 3): from places in the result to places in the picture, both in [-1, 1]."""
    scale = torch.where(is_real, random.between(0.55, 1.02), random.between(0.8, 1.1))
    stretch = random.between(0.85, 1.18).sqrt()
    turn = random.between(-0.17, 0.17) * torch.where(is_real, 1.0, 0.6)
    flip = torch.where(random.between(0, 1) < 0.5, -1.0, 1.0)
    room = (1.02 - scale).clamp(min=0.06)
    moves = torch.zeros(random.n, 2, 3)
    moves[:, 0, 0] = scale * stretch * turn.cos() * flip
    moves[:, 0, 1] = -scale * turn.sin()
    moves[:, 1, 0] = scale * turn.sin() * flip
    moves[:, 1, 1] = scale / stretch * turn.cos()
    moves[:, 0, 2] = random.between(-1, 1) * room
    moves[:, 1, 2] = random.between(-1, 1) * room
    return moves


def _lit(planes: torch.Tensor, strength: torch.Tensor, random: _Random) -> torch.Tensor:
    """Contrast, brightness and a cast of colour; weak enough to leave a colour its name."""
    mean = planes.mean((2, 3), keepdim=True)
    contrast = 1 + random.between(-0.3, 0.3) * strength
    brightness = random.between(-0.25, 0.25) * strength
    cast = random.between(-0.07, 0.07, 3) * strength[:, None]
    spread = (planes - mean) * contrast[:, None, None, None]
    return spread + mean + (brightness[:, None] + cast)[:, :, None, None]


def _cover(planes: torch.Tensor, dice: Dice) -> None:
    side = planes.shape[-1]
    for i in np.nonzero(dice.random(len(planes)) < _COVERED_SHARE)[0].tolist():
        height, width = dice.integers(side // 8, side // 3, 2).tolist()
        top, left = int(dice.integers(0, side - height)), int(dice.integers(0, side - width))
        colour = torch.from_numpy(dice.uniform(-1, 1, (3, 1, 1)).astype(np.float32))
        planes[i, :, top : top + height, left : left + width] = colour
