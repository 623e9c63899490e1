"""Which products a shop has: departments, what each kind is made of, and the planned ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from diptych.plugin.demo.looks import Dice, Look, random_look


@dataclass(frozen=True, slots=True)
class Trade:
    """What a kind is sold as: its department, materials, uses, features and usual price."""

    department: str
    materials: tuple[str, ...]
    occasions: tuple[str, ...]
    features: tuple[str, ...]
    price: int


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

_OUT = ("office", "travel", "party", "school", "weekend", "wedding")
_CLOTHES = Trade(
    "clothing", ("cotton", "linen", "wool", "silk"), _OUT, ("washable", "breathable", "light"), 60
)
_SHOES = Trade("shoes", ("leather", "canvas"), _OUT, ("waterproof", "breathable", "light"), 90)
_BAGS = Trade(
    "bags", ("leather", "canvas", "nylon"), ("travel", "office", "school"), ("waterproof",), 80
)
_HEADWEAR = Trade("accessories", ("wool", "cotton"), _OUT, ("warm", "washable", "handmade"), 25)
_METAL_GOODS = Trade("accessories", ("metal",), _OUT, ("waterproof", "light"), 120)
_POTTERY = Trade(
    "home", ("ceramic", "glass"), ("kitchen", "office"), ("dishwasher", "handmade"), 20
)
_ROOMS = ("living room", "bedroom")

#: From a kind to how it is sold.
TRADES: Mapping[str, Trade] = MappingProxyType(
    {
        **dict.fromkeys(("dress", "shirt", "tshirt", "trousers", "shorts", "skirt"), _CLOTHES),
        **dict.fromkeys(
            ("coat", "jacket", "sweater"),
            Trade("clothing", ("wool", "cotton"), _OUT, ("warm", "waterproof"), 110),
        ),
        **dict.fromkeys(("sneaker", "boot", "heel"), _SHOES),
        **dict.fromkeys(("handbag", "backpack"), _BAGS),
        **dict.fromkeys(("sock", "hat", "cap", "beanie", "scarf"), _HEADWEAR),
        **dict.fromkeys(("watch", "sunglasses"), _METAL_GOODS),
        "umbrella": Trade("accessories", ("nylon",), _OUT, ("waterproof", "light"), 30),
        **dict.fromkeys(("mug", "bottle", "bowl", "teapot"), _POTTERY),
        "vase": Trade("home", ("ceramic", "glass"), _ROOMS, ("handmade",), 35),
        "lamp": Trade("home", ("metal", "linen"), _ROOMS, ("handmade", "light"), 70),
        "cushion": Trade("home", ("velvet", "linen", "cotton"), _ROOMS, ("washable",), 25),
        "chair": Trade("home", ("velvet", "linen"), _ROOMS, ("handmade", "light"), 130),
        "sofa": Trade("home", ("velvet", "linen", "leather"), _ROOMS, ("handmade",), 600),
    }
)


def assortment(n: int, dice: Dice) -> list[tuple[Look, frozenset[str]]]:
    """`n` looks in random order, each with the attributes that its words must leave out.

    With fewer than about 100 products not every planned one is among them.
    """
    planned = list(_planned(dice))[:n]
    others = [(random_look(dice), frozenset[str]()) for _ in range(n - len(planned))]
    products = planned + others
    return [products[i] for i in dice.permutation(n)]


def _planned(dice: Dice) -> Iterator[tuple[Look, frozenset[str]]]:
    for plan in PLANS:
        for i in range(plan.n):
            pattern = plan.patterns[i % len(plan.patterns)]
            look = random_look(
                dice, kind=plan.kind, colour=plan.colour, pattern=pattern, length=plan.length
            )
            yield look, plan.unsaid
