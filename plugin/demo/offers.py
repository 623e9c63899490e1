"""What a shop knows of an article beside its looks: price, stock, rating, first day of sale."""

from dataclasses import dataclass
from datetime import date, timedelta

from diptych.plugin.demo.assortment import TRADES
from diptych.plugin.demo.looks import Dice

_FIRST_DAY = date(2024, 1, 1)
_N_DAYS = 900
#: How often an article is sold out, and how often nobody has rated it yet.
_SOLD_OUT_SHARE = 0.08
_UNRATED_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Offer:
    """`price` with two decimals, `rating` from 1 to 5 or None, `released` as YYYY-MM-DD."""

    price: float
    stock: int
    rating: float | None
    n_reviews: int
    released: str

    @property
    def record(self) -> dict[str, str | float]:
        """Its fields; a rating only where somebody has rated."""
        rated = {} if self.rating is None else {"rating": self.rating}
        counts = {"stock": self.stock, "reviews": self.n_reviews}
        return {"price": self.price, **counts, **rated, "released": self.released}


def make_offer(kind: str, dice: Dice) -> Offer:
    """An offer as is usual for a kind."""
    is_rated = dice.random() >= _UNRATED_SHARE
    return Offer(
        price=round(round(TRADES[kind].price * dice.uniform(0.5, 2.0)) - 0.01, 2),
        stock=0 if dice.random() < _SOLD_OUT_SHARE else int(dice.integers(1, 200)),
        rating=round(min(5.0, max(1.0, dice.normal(4.1, 0.5))), 1) if is_rated else None,
        n_reviews=int(dice.geometric(0.02)) if is_rated else 0,
        released=(_FIRST_DAY + timedelta(days=int(dice.integers(_N_DAYS)))).isoformat(),
    )
