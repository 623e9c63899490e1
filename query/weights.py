"""The four weights of a search, their defaults, and how a caller writes them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from diptych.errors import UsageError


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each source of evidence counts; only their ratios matter.

    `keywords` weighs the BM25 leg, `text` and `image` the two vectors of a product, `agreement`
    how well a product's picture fits its words, whatever the query.
    """

    keywords: float
    text: float
    image: float
    agreement: float

    @property
    def vector(self) -> float:
        """The weight of the whole vector leg."""
        return self.text + self.image + self.agreement


#: Only ratios matter, and float32 has to hold the products.
_LARGEST = 1_000

NAMES = tuple(field.name for field in fields(Weights))

#: Words alone: between a shop whose titles say everything and one whose titles leave out what the
#: picture shows. nDCG@10 of both vectors at text shares of 0.1, 0.15, 0.2: groceries with MiniLM
#: 0.910, 0.919, 0.923, with the bundled model 0.871, 0.871, 0.865; the demonstration's shop with
#: MiniLM 0.791, 0.783, 0.758, with the bundled model 0.746, 0.734, 0.710. docs/relevance.md has
#: the way to one's own. Agreement lowered all that was tried, so it is a wish, not a default.
FOR_TEXT = Weights(keywords=0.2, text=0.15, image=0.85, agreement=0.0)
#: A photo alone. `text` counts only where both vectors come from one model (`diptych.query.meaning`
#: says why). nDCG@10 at text shares of 0, 0.15, 0.35, 296 shelf photos of 81 groceries: 0.630,
#: 0.636, 0.623, where the vectors hold titles alone 0.630, 0.641, 0.644; 60 photos of the
#: demonstration's shop: 0.792, 0.780, 0.728.
FOR_IMAGE = Weights(keywords=0.0, text=0.15, image=0.85, agreement=0.0)
#: Words with a photo: both meet the picture, the words alone the words.
FOR_BOTH = Weights(keywords=0.2, text=0.15, image=0.85, agreement=0.0)
#: A product's own vectors; agreement says nothing about likeness. Its look is the better guide to
#: its kind: on 328 rendered products, 62 % of the first five are of the same kind at equal weights,
#: 66 % at 0.35 : 0.65 and 69 % at 0.2 : 0.8.
FOR_LIKE = Weights(keywords=0.2, text=0.3, image=0.7, agreement=0.0)


def resolve_weights(chosen: Mapping[str, float], default: Weights) -> Weights:
    """The chosen weights; one that is left out keeps its default."""
    return replace(default, **chosen)


def check_weights(chosen: Mapping[str, float]) -> None:
    """Pass if the weights can be used.

    Raises:
        UsageError: an unknown name, or a number out of range.
    """
    for name, value in chosen.items():
        if name not in NAMES:
            raise UsageError(f"There is no weight {name!r}: use {', '.join(NAMES)}.")
        if not 0 <= value <= _LARGEST:
            raise UsageError(
                f"The weight {name}={value:g} cannot be used: use a number from 0 to {_LARGEST}."
            )


def check_any(weights: Weights) -> None:
    """Pass if something counts once the defaults are filled in.

    Raises:
        UsageError: nothing does.
    """
    if not any(asdict(weights).values()):
        raise UsageError("All weights are 0, so nothing would count: raise one of them.")


def parse_weights(text: str) -> dict[str, float]:
    """The weights in `keywords=0.3,image=1`; one that is left out keeps its default.

    Raises:
        UsageError: a part is not NAME=NUMBER, or a weight cannot be used.
    """
    chosen: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        try:
            chosen[name.strip()] = float(number)
        except ValueError as err:
            raise UsageError(
                f"The weight {part.strip()!r} cannot be read: write NAME=NUMBER, for example "
                "keywords=0.3,image=1."
            ) from err
    check_weights(chosen)
    return chosen
