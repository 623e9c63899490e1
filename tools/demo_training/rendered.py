"""Drawn products as training and evaluation data: looks, seeds, and what is held out."""

import zlib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

import diptych.plugin.demo
from demo_training.facts import THING, Subject
from diptych.plugin.demo.drawing import draw
from diptych.plugin.demo.looks import (
    COLOURS,
    KINDS,
    PATTERNS,
    Dice,
    Look,
    patterns_of,
    random_look,
)
from diptych.plugin.demo.vocabulary import Term, names_of

#: Of a hundred combinations of kind, colour and pattern, so many are never trained on.
HELD_OUT_PERCENT: Final = 12
_STUDIO_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Range:
    """The kinds and the patterns that are asked about."""

    kinds: tuple[str, ...]
    patterns: tuple[str, ...]

    def __contains__(self, look: Look) -> bool:
        """Whether a look is of such a kind and pattern."""
        return look.kind in self.kinds and look.pattern in self.patterns


EVERYTHING: Final = Range(KINDS, PATTERNS)
#: What the first bundled model was trained on.
FIRST: Final = Range(
    (
        *("coat", "jacket", "dress", "shirt", "tshirt", "sweater", "trousers", "shorts", "skirt"),
        *("sneaker", "boot", "heel", "sock", "hat", "cap", "beanie", "handbag", "backpack"),
        *("scarf", "umbrella", "watch", "sunglasses", "mug", "bottle", "vase", "bowl", "lamp"),
        *("chair", "sofa", "cushion", "teapot"),
    ),
    ("plain", "stripes", "dots", "checks", "floral", "gradient", "zigzag"),
)


@dataclass(frozen=True, slots=True)
class DrawnProduct:
    """A picture to draw: the same each time."""

    look: Look
    seed: int
    is_studio: bool

    def picture(self, side_px: int) -> Image.Image:
        """The square RGB picture."""
        return draw(self.look, seed=self.seed, size=side_px, is_studio=self.is_studio)

    @property
    def subject(self) -> Subject:
        """What it shows."""
        return subject_of(self.look)


def is_held_out(look: Look) -> bool:
    """Whether the combination of kind, colour and pattern is for evaluation alone."""
    combination = f"{look.kind}/{look.colour}/{look.pattern}"
    return zlib.crc32(combination.encode()) % 100 < HELD_OUT_PERCENT


def subject_of(look: Look) -> Subject:
    """The facts of a look: its kind is the thing, each other field an axis."""
    axes = [field.name for field in fields(look) if field.name != "kind"]
    facts = {axis: getattr(look, axis) for axis in axes}
    names = {axis: term for axis in axes if (term := _names(look, axis)) is not None}
    return Subject({THING: look.kind, **facts}, names)


def training_products(n: int, *, seed: int) -> list[DrawnProduct]:
    """`n` products of combinations that are not held out."""
    return _products(n, held_out=False, seed=seed, of=EVERYTHING)


def held_out_products(n: int, *, seed: int, of: Range = EVERYTHING) -> list[DrawnProduct]:
    """`n` products of combinations that no training has seen."""
    return _products(n, held_out=True, seed=seed, of=of)


def rivals(n: int, *, seed: int, of: Range = EVERYTHING) -> list[DrawnProduct]:
    """About `n` products in groups that are alike in all but the pattern, each pattern once.

    Each group has at least one combination that is held out, so that its pattern decides.
    """
    dice = np.random.default_rng(seed)
    looks: list[Look] = []
    pairs = [(kind, colour) for kind in of.kinds for colour in COLOURS]
    for i in dice.permutation(len(pairs)):
        kind, colour = pairs[i]
        look = random_look(dice, kind=kind, colour=colour)
        patterns = [pattern for pattern in patterns_of(kind) if pattern in of.patterns]
        group = [replace(look, pattern=pattern) for pattern in patterns]
        if len(group) > 1 and any(is_held_out(look) for look in group):
            looks.extend(group)
        if len(looks) >= n:
            break
    return [_drawn(look, dice) for look in looks]


def drawing_version() -> str:
    """A digest of the code that draws: pictures of another version are drawn anew."""
    sources = sorted(Path(diptych.plugin.demo.__file__).parent.rglob("*.py"))
    return f"{zlib.crc32(b''.join(source.read_bytes() for source in sources)):08x}"


def _products(n: int, *, held_out: bool, seed: int, of: Range) -> list[DrawnProduct]:
    dice = np.random.default_rng(seed)
    products: list[DrawnProduct] = []
    while len(products) < n:
        look = random_look(dice)
        if look in of and is_held_out(look) is held_out:
            products.append(_drawn(look, dice))
    return products


def _drawn(look: Look, dice: Dice) -> DrawnProduct:
    return DrawnProduct(look, int(dice.integers(2**31)), bool(dice.random() < _STUDIO_SHARE))


def _names(look: Look, axis: str) -> Term | None:
    """None too for an axis that shows and has no names, as a side of a product may."""
    try:
        return names_of(look, axis)
    except KeyError:
        return None
