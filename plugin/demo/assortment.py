"""Which products a shop has: how each kind is sold, styles with variants, and the planned ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from diptych.plugin.demo.looks import COLOURS, Dice, Look, pick, random_look


@dataclass(frozen=True, slots=True)
class Trade:
    """What a kind is sold as: its department, uses, features, usual price and sizes if any."""

    department: str
    occasions: tuple[str, ...]
    features: tuple[str, ...]
    price: int
    sizes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An article: the number of its style, its look, its size, and what its words must not say."""

    style: int
    look: Look
    unsaid: frozenset[str] = frozenset()
    size: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Some products that the catalogue surely has, with what no word of theirs may say."""

    n: int
    kind: str
    colour: str | None = None
    patterns: tuple[str | None, ...] = (None,)
    length: str | None = None
    unsaid: frozenset[str] = frozenset()


#: Enough right answers for each of the six searches (`searches`).
PLANS = (
    Plan(12, "dress", "yellow"),
    Plan(14, "coat", "red", length="long"),
    Plan(10, "backpack", "green"),
    Plan(14, "handbag", "blue"),
    Plan(5, "cushion", "blue", ("stripes",), unsaid=frozenset({"pattern"})),
    Plan(24, "cushion", "blue", ("plain", "dots", "checks", "floral", "zigzag")),
    Plan(12, "sofa", "red", unsaid=frozenset({"colour"})),
)
_N_PLANNED = sum(plan.n for plan in PLANS)

_OUT = ("office", "travel", "party", "school", "weekend", "wedding")
_ROOMS = ("living room", "bedroom")
_BODY_SIZES = ("S", "M", "L", "XL")
_CLOTHES = Trade("clothing", _OUT, ("washable", "breathable", "light"), 60, _BODY_SIZES)
_WARM_CLOTHES = Trade("clothing", _OUT, ("warm", "waterproof"), 110, _BODY_SIZES)
_SHOES = Trade("shoes", _OUT, ("waterproof", "breathable", "light"), 90, ("37", "39", "41", "43"))
_BAGS = Trade("bags", ("travel", "office", "school"), ("waterproof", "light"), 80)
_WORN = Trade("accessories", _OUT, ("warm", "washable", "handmade"), 25)
_METAL_GOODS = Trade("accessories", _OUT, ("waterproof", "light"), 120)
_POTTERY = Trade("home", ("kitchen", "office"), ("dishwasher", "handmade"), 20)

#: From a kind to how it is sold.
TRADES: Mapping[str, Trade] = MappingProxyType(
    {
        **dict.fromkeys(("dress", "shirt", "tshirt", "trousers", "shorts", "skirt"), _CLOTHES),
        **dict.fromkeys(("coat", "jacket", "sweater"), _WARM_CLOTHES),
        **dict.fromkeys(("sneaker", "boot", "heel", "sandal"), _SHOES),
        **dict.fromkeys(("handbag", "backpack", "suitcase"), _BAGS),
        **dict.fromkeys(("sock", "hat", "cap", "beanie", "scarf", "glove", "tie", "belt"), _WORN),
        **dict.fromkeys(("watch", "sunglasses"), _METAL_GOODS),
        "umbrella": Trade("accessories", _OUT, ("waterproof", "light"), 30),
        **dict.fromkeys(("mug", "bottle", "bowl", "teapot", "plate", "jug"), _POTTERY),
        "apron": Trade("home", ("kitchen",), ("washable", "handmade"), 22),
        "vase": Trade("home", _ROOMS, ("handmade",), 35),
        "clock": Trade("home", (*_ROOMS, "kitchen"), ("handmade", "light"), 45),
        "lamp": Trade("home", _ROOMS, ("handmade", "light"), 70),
        "cushion": Trade("home", _ROOMS, ("washable",), 25),
        "rug": Trade("home", _ROOMS, ("washable", "handmade"), 150),
        "stool": Trade("home", (*_ROOMS, "kitchen"), ("handmade", "light"), 60),
        "chair": Trade("home", _ROOMS, ("handmade", "light"), 130),
        "sofa": Trade("home", _ROOMS, ("handmade",), 600),
    }
)
#: How often a style comes in one, two and three colours.
_COLOURS_SHARES = (0.7, 0.2, 0.1)
#: How often a style that has sizes is sold in two of them.
_SIZES_SHARE = 0.25


def assortment(n: int, dice: Dice) -> list[Item]:
    """`n` articles in random order; those of one style differ in colour and size alone.

    With fewer than about 100 articles not every planned one is among them.
    """
    items: list[Item] = []
    for style, (look, unsaid) in enumerate(_styles(dice), start=1):
        is_planned = style <= _N_PLANNED
        items += _variants(style, look, unsaid, dice, is_alone=is_planned)
        if len(items) >= n:
            break
    items = items[:n]
    return [items[i] for i in dice.permutation(n)]


def _styles(dice: Dice) -> Iterator[tuple[Look, frozenset[str]]]:
    yield from _planned(dice)
    while True:
        yield random_look(dice), frozenset()


def _variants(
    style: int, look: Look, unsaid: frozenset[str], dice: Dice, *, is_alone: bool
) -> list[Item]:
    sizes = TRADES[look.kind].sizes
    if is_alone:
        return [Item(style, look, unsaid, size=pick(dice, sizes) if sizes else None)]
    n_colours = int(dice.choice(len(_COLOURS_SHARES), p=_COLOURS_SHARES)) + 1
    others = [colour for colour in COLOURS if colour != look.colour]
    colours = [look.colour, *dice.choice(others, n_colours - 1, replace=False).tolist()]
    n_sizes = 2 if sizes and dice.random() < _SIZES_SHARE else 1
    chosen = dice.choice(sizes, n_sizes, replace=False).tolist() if sizes else [None]
    return [
        Item(style, replace(look, colour=colour), unsaid, size=size)
        for colour in colours
        for size in chosen
    ]


def _planned(dice: Dice) -> Iterator[tuple[Look, frozenset[str]]]:
    for plan in PLANS:
        for i in range(plan.n):
            pattern = plan.patterns[i % len(plan.patterns)]
            look = random_look(
                dice, kind=plan.kind, colour=plan.colour, pattern=pattern, length=plan.length
            )
            yield look, plan.unsaid
