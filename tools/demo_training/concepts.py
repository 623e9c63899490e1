"""The words for things, and which things each of them means, surely or perhaps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from diptych.plugin.demo.assortment import TRADES
from diptych.plugin.demo.looks import KINDS
from diptych.plugin.demo.vocabulary import KIND_NAMES, Term


@dataclass(frozen=True, slots=True)
class Concept:
    """A word for things: what it is called, the leaves that it means, those that it may mean."""

    key: str
    names: Term
    meant: frozenset[str]
    unsure: frozenset[str] = frozenset()


#: Kinds of clothes that photos show and that are wider than any kind that is drawn.
PHOTO_KINDS: Final[Mapping[str, Term]] = MappingProxyType(
    {
        "longsleeve": Term(
            ("long sleeve top", "long-sleeved t-shirt"), ("长袖上衣", "长袖T恤", "长袖衫")
        ),
        "outerwear": Term(("outerwear", "jacket", "coat"), ("外套", "外衣", "大衣")),
        "shoes": Term(("shoes", "shoe", "footwear"), ("鞋子", "鞋")),
        "hats": Term(("hat", "hats", "headwear"), ("帽子",)),
    }
)
#: Leaves that look or are named so much like one another that neither is surely wrong.
_LOOKALIKES = (
    ("coat", "jacket", "outerwear"),
    ("sweater", "longsleeve"),
    ("tshirt", "longsleeve"),
    ("shirt", "longsleeve"),
    ("dress", "skirt"),
    ("hat", "cap"),
    ("trousers", "jeans"),
    ("sweater", "cardigan", "hoodie"),
    ("shirt", "blouse"),
    ("chair", "stool"),
)
#: Kinds that a wider word means beside those of a department; kinds not drawn do no harm.
_HATS = ("hat", "cap", "beanie", "hats")
_OUTER = ("coat", "jacket", "outerwear", "raincoat", "parka")
_TOPS = ("shirt", "tshirt", "sweater", "longsleeve", "blouse", "hoodie", "cardigan", "vest")
_FURNITURE = ("chair", "sofa", "table", "bed", "stool", "desk", "armchair", "shelf", "wardrobe")
_TABLEWARE = ("mug", "bowl", "teapot", "plate", "cup", "jug", "glass")


def product_concepts(leaves: Iterable[str]) -> list[Concept]:
    """The concepts of drawn products and of photographed clothes, among `leaves`."""
    known = frozenset(leaves)
    names = {**KIND_NAMES, **PHOTO_KINDS}
    kinds = [
        Concept(kind, names[kind], frozenset({kind}), _lookalikes(kind) & known)
        for kind in (*KINDS, *PHOTO_KINDS)
    ]
    return [concept for concept in (*kinds, *_wider_words(known)) if concept.meant & known]


def connected(concepts: Sequence[Concept]) -> tuple[Concept, ...]:
    """The concepts, each unsure of the leaves of every other one that shares a name with it.

    `jacket` is a kind and also a name of outerwear: whoever says it may mean either.
    """
    by_name: dict[str, set[str]] = {}
    for concept in concepts:
        for name in concept.names:
            by_name.setdefault(name.lower(), set()).update(concept.meant)
    return tuple(
        replace(concept, unsure=(concept.unsure | _sharing(concept, by_name)) - concept.meant)
        for concept in concepts
    )


def _sharing(concept: Concept, by_name: Mapping[str, set[str]]) -> frozenset[str]:
    return frozenset().union(*(by_name[name.lower()] for name in concept.names))


def _lookalikes(kind: str) -> frozenset[str]:
    groups = (frozenset(group) for group in _LOOKALIKES if kind in group)
    # A wider photo kind may be any of what its word means, and the other way round.
    wider = {"shoes": frozenset(_of("shoes")), "hats": frozenset(_HATS)}
    likewise = (frozenset({word}) for word, kinds in wider.items() if kind in kinds)
    return frozenset().union(*groups, *likewise, wider.get(kind, frozenset())) - {kind}


def _wider_words(known: frozenset[str]) -> Iterator[Concept]:
    clothes = (*_of("clothing"), "longsleeve", "outerwear")
    for key, english, chinese, kinds in (
        ("any shoes", "shoes|shoe|footwear", "鞋子|鞋", (*_of("shoes"), "shoes")),
        ("any hat", "hat|hats|headwear", "帽子", _HATS),
        ("any outerwear", "outerwear|outer garment", "外套|外衣", _OUTER),
        ("any bag", "bag|bags", "包|包包", _of("bags")),
        ("any clothes", "clothes|clothing|garment", "衣服|服装", clothes),
        ("any top", "top|tops", "上衣", _TOPS),
        ("any furniture", "furniture", "家具", _FURNITURE),
        ("any tableware", "tableware|kitchenware", "餐具", _TABLEWARE),
    ):
        names = Term(tuple(english.split("|")), tuple(chinese.split("|")))
        yield Concept(key, names, frozenset(kinds) & known)


def _of(department: str) -> tuple[str, ...]:
    return tuple(kind for kind, trade in TRADES.items() if trade.department == department)
