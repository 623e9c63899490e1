"""The demonstration's products: records as `diptych ingest` reads them, and what is true.

Half of what a shopper may ask for is only in a product's picture (often the pattern), half
only in its words (what it is good for): neither keywords nor pictures alone answer every search.
"""

from dataclasses import asdict, dataclass

import numpy as np

from diptych.plugin.demo.assortment import TRADES, Item, assortment
from diptych.plugin.demo.looks import Look
from diptych.plugin.demo.offers import Offer, make_offer
from diptych.plugin.demo.shots import Shot, make_shots
from diptych.plugin.demo.wording import Wording, describe

_ONLY_IN_WORDS = ("occasion", "feature", "brand")


@dataclass(frozen=True, slots=True)
class Product:
    """One product: what its pictures show, what its words say, and what only one of them has."""

    id: str
    item: Item
    wording: Wording
    offer: Offer
    shots: tuple[Shot, ...]

    @property
    def look(self) -> Look:
        """What its pictures show."""
        return self.item.look

    @property
    def style(self) -> int:
        """The number that articles which differ in colour and size alone have in common."""
        return self.item.style

    @property
    def images(self) -> tuple[str, ...]:
        """The pictures' paths; another picture, another path."""
        return tuple(shot.path for shot in self.shots)

    @property
    def only_in_picture(self) -> tuple[str, ...]:
        """Attributes that no word of the record gives away, sorted."""
        return tuple(sorted(self.wording.unsaid))

    @property
    def only_in_words(self) -> tuple[str, ...]:
        """Attributes that no picture can show."""
        return _ONLY_IN_WORDS

    @property
    def record(self) -> dict[str, str | float | list[str]]:
        """What is ingested; without what the shop does not know."""
        known = {"brand": self.wording.brand, "size": self.item.size}
        return {
            "id": self.id,
            "style": self.style,
            "title": self.wording.title,
            "description": self.wording.description,
            "category": TRADES[self.look.kind].department,
            **{name: value for name, value in known.items() if value is not None},
            **self.offer.record,
            "image": self.images[0] if len(self.images) == 1 else list(self.images),
        }

    @property
    def facts(self) -> dict[str, str | None]:
        """All that is true of it, for judging answers; never ingested."""
        said = ("occasion", "feature", "brand", "language")
        return {
            **asdict(self.look),
            "style": str(self.style),
            "category": TRADES[self.look.kind].department,
            "size": self.item.size,
            **{name: getattr(self.wording, name) for name in said},
        }


def make_products(*, n: int = 600, seed: int = 7) -> list[Product]:
    """`n` products, the same for the same seed; draws nothing."""
    items = assortment(n, np.random.default_rng(seed))
    return [_product(number, item, seed=seed) for number, item in enumerate(items, start=1)]


def _product(number: int, item: Item, *, seed: int) -> Product:
    dice = np.random.default_rng((seed, number))
    # Articles of one style are described alike.
    of_style = np.random.default_rng((seed, item.style, 1))
    wording = describe(item.look, unsaid=item.unsaid, dice=of_style)
    offer = make_offer(item.look.kind, dice)
    return Product(f"p{number:04d}", item, wording, offer, make_shots(item, seed=seed))
