"""What a product of the demonstration looks like: kind, colour, pattern, material, length, sleeves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias, TypeVar

import numpy as np

Dice: TypeAlias = np.random.Generator
Rgb: TypeAlias = tuple[int, int, int]
T = TypeVar("T")

#: Each colour's anchors; a product takes one of them and varies it a little.
COLOURS = MappingProxyType[str, tuple[Rgb, ...]](
    {
        "black": ((28, 28, 30), (40, 40, 44)),
        "white": ((245, 245, 242), (236, 236, 238)),
        "grey": ((128, 130, 134), (160, 162, 165)),
        "red": ((200, 28, 36), (176, 20, 40), (222, 45, 38)),
        "orange": ((240, 130, 30), (230, 110, 20)),
        "yellow": ((245, 210, 50), (238, 200, 30)),
        "green": ((40, 140, 70), (30, 110, 60), (90, 165, 70)),
        "blue": ((35, 85, 190), (25, 60, 150), (60, 130, 215), (24, 40, 92)),
        "purple": ((115, 50, 155), (140, 80, 180)),
        "pink": ((240, 130, 175), (245, 165, 195), (225, 90, 150)),
        "brown": ((110, 68, 38), (92, 58, 36), (135, 85, 50)),
        "beige": ((222, 200, 165), (212, 190, 150), (232, 214, 184)),
    }
)
PATTERNS = (
    *("plain", "stripes", "dots", "checks", "floral", "gradient", "zigzag"),
    "camouflage",
)
KINDS = (
    *("coat", "jacket", "dress", "shirt", "tshirt", "sweater", "trousers", "shorts", "skirt"),
    *("sneaker", "boot", "heel", "sock", "hat", "cap", "beanie", "handbag", "backpack", "scarf"),
    *("umbrella", "watch", "sunglasses", "mug", "bottle", "vase", "bowl", "lamp", "chair"),
    *("sofa", "cushion", "teapot", "glove", "tie", "belt", "sandal", "suitcase", "apron"),
    *("plate", "jug", "rug", "stool", "clock"),
)
LENGTHS = ("short", "long")

_KINDS_WITH_LENGTH = frozenset(("coat", "dress", "skirt", "boot", "sock", "lamp"))
_SLEEVES = MappingProxyType({"dress": ("none", "short", "long"), "shirt": ("short", "long")})
_FEWER_PATTERNS = MappingProxyType(
    {
        "watch": ("plain",),
        "sunglasses": ("plain",),
        "bottle": ("plain", "stripes", "gradient", "dots"),
        "chair": ("plain", "stripes", "checks", "floral"),
        "belt": ("plain",),
        "sandal": ("plain",),
        "clock": ("plain",),
        "stool": ("plain", "stripes", "checks", "floral"),
    }
)
_CLOTHES = ("cotton", "linen", "wool", "silk")
_SHOES = ("leather", "canvas")
_POTTERY = ("ceramic", "glass")
_SEATS = ("velvet", "linen", "leather")
_MATERIALS = MappingProxyType(
    {
        **dict.fromkeys(("dress", "shirt", "tshirt", "trousers", "shorts", "skirt"), _CLOTHES),
        **dict.fromkeys(("sock", "hat", "cap", "beanie", "scarf", "sweater"), ("wool", "cotton")),
        **dict.fromkeys(("sneaker", "boot", "heel", "sandal"), _SHOES),
        **dict.fromkeys(("handbag", "backpack"), ("leather", "canvas", "nylon")),
        **dict.fromkeys(("watch", "sunglasses"), ("metal",)),
        **dict.fromkeys(("mug", "bottle", "bowl", "teapot", "vase", "plate", "jug"), _POTTERY),
        **dict.fromkeys(("chair", "sofa", "stool"), _SEATS),
        "coat": ("wool", "cotton", "nylon"),
        "jacket": ("leather", "cotton", "nylon"),
        "umbrella": ("nylon",),
        "lamp": ("metal", "linen"),
        "cushion": ("velvet", "linen", "cotton"),
        "glove": ("leather", "wool"),
        "tie": ("silk", "wool"),
        "belt": ("leather", "canvas"),
        "suitcase": ("leather", "nylon", "metal"),
        "apron": ("cotton", "linen"),
        "rug": ("wool", "cotton"),
        "clock": ("metal", "wood"),
    }
)
_PLAIN_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture shows; `length` and `sleeve` are None for a kind that has none.

    A product whose `material` is None has a surface without any texture.
    """

    kind: str
    colour: str
    pattern: str
    length: str | None = None
    sleeve: str | None = None
    material: str | None = None


def pick(dice: Dice, options: Sequence[T]) -> T:
    """Any of the options, each as likely."""
    return options[int(dice.integers(len(options)))]


def shuffled(dice: Dice, items: Sequence[T]) -> Iterator[T]:
    """Each item once, in random order."""
    return (items[i] for i in dice.permutation(len(items)))


def materials_of(kind: str) -> tuple[str, ...]:
    """What products of a kind are made of."""
    return _MATERIALS[kind]


def patterns_of(kind: str) -> tuple[str, ...]:
    """The patterns that products of a kind come in."""
    return _FEWER_PATTERNS.get(kind, PATTERNS)


def random_look(
    dice: Dice,
    *,
    kind: str | None = None,
    colour: str | None = None,
    pattern: str | None = None,
    length: str | None = None,
) -> Look:
    """A look drawn evenly over whatever is not given."""
    kind = kind or pick(dice, KINDS)
    return Look(
        kind=kind,
        colour=colour or pick(dice, tuple(COLOURS)),
        pattern=pattern or _random_pattern(dice, kind),
        length=(length or pick(dice, LENGTHS)) if kind in _KINDS_WITH_LENGTH else None,
        sleeve=pick(dice, _SLEEVES[kind]) if kind in _SLEEVES else None,
        material=pick(dice, materials_of(kind)),
    )


def _random_pattern(dice: Dice, kind: str) -> str:
    return "plain" if dice.random() < _PLAIN_SHARE else pick(dice, patterns_of(kind))
