"""The query vector: wishes and weights laid out like a product's fused vector.

h = [ w_t * e | w_f * f | w_s | c | 0.. ] against d = [ e' | f' | agreement | 1 | 0.. ], so that
h . d - c = w_t * e.e' + w_f * f.f' + w_s * agreement. Engines score an inner product linearly only
where it is not negative (OpenSearch: 1 + ip, else 1 / (1 - ip)). The constant c, the largest value
that the rest can have, keeps h . d from ever being negative.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT, Layout
from diptych.query.meaning import Wish
from diptych.query.weights import Weights
from diptych.vectors import Floats, unit_rows

#: Share of what is not wanted that is taken away: h = wanted - share * unwanted, where words stand
#: against words, and where they stand against a picture or a product. Words lie closer to words
#: than to anything else, so less is enough, and more would drown what is wanted. With the first bundled
#: model on 600 rendered products: KIND but not COLOUR is best answered at 0.2 to 0.3 (at 0.7, 67 %
#: of the first ten are of the kind, of 87 %), like a product but not its pattern or colour at
#: 0.8 to 1.
AVOIDANCE_OF_WORDS = 0.3
AVOIDANCE_OF_PRODUCTS = 0.8
#: Length of the shopper's taste u beside the search's own direction q, both unit: h = q + mu * u.
#: With the first bundled model on 600 rendered products, searching a kind for a shopper who liked three
#: products of one colour and other kinds (115 searches, first ten hits): of the kind are 87 % at
#: 0, 85 % at 0.3, 78 % at 0.5 and 50 % at 1; of the colour 14 %, 31 %, 37 % and 58 %. Up to 0.3 the
#: shopper gets what they like of what they asked for; beyond, something else.
TASTE = 0.3


@dataclass(frozen=True, slots=True)
class QueryVector:
    """(layout.dimension,) float32 `values`, the `bias` in them, and the weights that count.

    A block that the query says nothing about has weight 0.
    """

    values: Floats
    bias: float
    weights: Weights
    layout: Layout

    @property
    def skew(self) -> float:
        """0 where text and image pull alike, 1 where one of them pulls alone."""
        text, image = (self._pull(name) for name in (TEXT, IMAGE))
        return abs(text - image) / (text + image)

    def parts(self, stored: Floats) -> dict[str, Floats]:
        """Each block's share of the inner products, without the bias: name -> (n,) float32.

        Args:
            stored: (n, dimension) float32, the vectors of n products.
        """
        return {
            block.name: stored[:, block.span] @ self.values[block.span]
            for block in self.layout.blocks
            if block.name != BIAS
        }

    def _pull(self, name: str) -> float:
        return float(np.linalg.norm(self.values[self.layout[name].span]))


def build_query_vector(
    wishes: Iterable[Wish], *, layout: Layout, weights: Weights
) -> QueryVector | None:
    """The query vector, or None where the wishes or the weights leave nothing to look for."""
    known = [wish for wish in wishes if wish.vector.any()]
    taste = TASTE if any(not wish.is_taste for wish in known) else 1.0
    parts: dict[str, Floats] = {}
    for name, weight in ((TEXT, weights.text), (IMAGE, weights.image)):
        of_block = [wish for wish in known if wish.block == name]
        if of_block and weight:
            parts[name] = np.float32(weight) * _with_taste(of_block, taste)
    bound = sum(float(np.linalg.norm(part)) for part in parts.values())
    if not bound:
        return None
    counting = replace(weights, **{name: 0.0 for name in (TEXT, IMAGE) if name not in parts})
    return _lay_out(parts, bias=bound + weights.agreement, layout=layout, weights=counting)


def _with_taste(wishes: Sequence[Wish], taste: float) -> Floats:
    """(length,) float32: where the search goes, turned towards what the shopper likes."""
    of_search = [wish for wish in wishes if not wish.is_taste]
    of_shopper = [wish for wish in wishes if wish.is_taste]
    towards = _direction(of_search) if of_search else np.zeros_like(wishes[0].vector)
    return towards + np.float32(taste) * _direction(of_shopper) if of_shopper else towards


def _direction(wishes: Sequence[Wish]) -> Floats:
    """(length,) float32: the mean wanted direction, less a share of the mean unwanted one."""
    wanted = [wish for wish in wishes if wish.is_wanted]
    unwanted = [wish for wish in wishes if not wish.is_wanted]
    towards = _mean(wanted) if wanted else np.zeros_like(wishes[0].vector)
    return towards - _avoidance(wanted) * _mean(unwanted) if unwanted else towards


def _avoidance(wanted: Sequence[Wish]) -> np.float32:
    shares = [AVOIDANCE_OF_WORDS if wish.is_said else AVOIDANCE_OF_PRODUCTS for wish in wanted]
    return np.float32(np.mean(shares or [AVOIDANCE_OF_PRODUCTS]))


def _mean(wishes: Sequence[Wish]) -> Floats:
    vectors = np.array([wish.vector for wish in wishes])
    mean: Floats = unit_rows(np.mean(vectors, axis=0, keepdims=True))[0]
    return mean


def _lay_out(
    parts: dict[str, Floats], *, bias: float, layout: Layout, weights: Weights
) -> QueryVector:
    numbers = {AGREEMENT: weights.agreement, BIAS: bias}
    rows = {name: part[None, :] for name, part in parts.items()}
    rows |= {name: np.full((1, 1), number, np.float32) for name, number in numbers.items()}
    return QueryVector(layout.fuse(rows)[0], bias, weights, layout)
