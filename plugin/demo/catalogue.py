"""The demonstration's catalogue: records as `diptych ingest` reads them, pictures, the truth.

Half of what a shopper may ask for is only in a product's picture (often the pattern), half
only in its words (the material): neither keywords nor pictures alone answer every search.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import orjson

from diptych.errors import CatalogError
from diptych.plugin.demo.assortment import TRADES, assortment
from diptych.plugin.demo.drawing import draw
from diptych.plugin.demo.looks import Dice, Look
from diptych.plugin.demo.wording import Wording, describe
from diptych.plugin.demo.written_folder import OnProgress, draw_all, write_lines, write_once

#: What is true of one product, shown or said: attribute to value; lists say where it is seen.
Facts: TypeAlias = Mapping[str, str | list[str] | None]

RECORDS_NAME = "products.ndjson"
TRUTH_NAME = "truth.ndjson"
_STAMP_NAME = "catalogue.json"
#: Raised with every change to what a catalogue of the same size and seed contains.
_VERSION = 2
_IMAGES = f"images/v{_VERSION}"
_JPEG_QUALITY = 88
_STUDIO_SHARE = 0.8
_ONLY_IN_WORDS = ("material", "occasion", "feature", "brand")


@dataclass(frozen=True, slots=True)
class Product:
    """One product: what its picture shows, what its words say, and what only one of them has."""

    id: str
    look: Look
    wording: Wording
    price: float
    image_seed: int
    is_studio: bool

    @property
    def image(self) -> str:
        """The picture's path, relative to the catalogue's folder; another picture, another path."""
        return f"{_IMAGES}/{self.id}.jpg"

    @property
    def only_in_picture(self) -> tuple[str, ...]:
        """Attributes that no word of the record gives away, sorted."""
        return tuple(sorted(self.wording.unsaid))

    @property
    def only_in_words(self) -> tuple[str, ...]:
        """Attributes that no picture can show."""
        return _ONLY_IN_WORDS

    @property
    def record(self) -> dict[str, str | float]:
        """What is ingested."""
        return {
            "id": self.id,
            "title": self.wording.title,
            "description": self.wording.description,
            "category": TRADES[self.look.kind].department,
            "brand": self.wording.brand,
            "price": self.price,
            "image": self.image,
        }

    @property
    def facts(self) -> dict[str, str | None]:
        """All that is true of it, for judging answers; never ingested."""
        said = ("material", "occasion", "feature", "brand", "language")
        return {**asdict(self.look), **{name: getattr(self.wording, name) for name in said}}


def make_products(*, n: int = 600, seed: int = 7) -> list[Product]:
    """`n` products, the same for the same seed; draws nothing."""
    looks = assortment(n, np.random.default_rng(seed))
    return [_product(i, look, unsaid, seed=seed) for i, (look, unsaid) in enumerate(looks, start=1)]


def write_catalogue(
    folder: Path, *, n: int = 600, seed: int = 7, on_progress: OnProgress | None = None
) -> Path:
    """The path of the records of a catalogue in `folder`, drawn unless it is already there.

    Raises:
        CatalogError: the folder cannot be written.
    """
    stamp = {"version": _VERSION, "n": n, "seed": seed}

    def write() -> None:
        _write(folder, make_products(n=n, seed=seed), on_progress)

    write_once(folder, _STAMP_NAME, stamp, write)
    return folder / RECORDS_NAME


def read_truth(folder: Path) -> dict[str, Facts]:
    """What is true of each product of a written catalogue, by id.

    Raises:
        CatalogError: the folder holds no catalogue.
    """
    path = folder / TRUTH_NAME
    try:
        rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    except (OSError, orjson.JSONDecodeError) as err:
        raise CatalogError(
            f"{path} cannot be read: {err}. Write the demonstration's catalogue again."
        ) from err
    return {row["id"]: row for row in rows}


def jpeg(look: Look, file: Path | BinaryIO, *, seed: int, is_studio: bool) -> None:
    """Draw a look at 224 px and save it."""
    draw(look, seed=seed, is_studio=is_studio).save(file, "JPEG", quality=_JPEG_QUALITY)


def _product(number: int, look: Look, unsaid: frozenset[str], *, seed: int) -> Product:
    dice = np.random.default_rng((seed, number))
    wording = describe(look, unsaid=unsaid, dice=dice)
    return Product(
        id=f"p{number:04d}",
        look=look,
        wording=wording,
        price=_price(look.kind, dice),
        image_seed=int(dice.integers(2**31)),
        is_studio=bool(dice.random() < _STUDIO_SHARE),
    )


def _price(kind: str, dice: Dice) -> float:
    return round(round(TRADES[kind].price * dice.uniform(0.5, 2.0)) - 0.01, 2)


def _write(folder: Path, products: list[Product], on_progress: OnProgress | None) -> None:
    """Records last: a folder without them was left half drawn."""

    def draw_one(product: Product) -> None:
        path = folder / product.image
        jpeg(product.look, path, seed=product.image_seed, is_studio=product.is_studio)

    (folder / _IMAGES).mkdir(parents=True, exist_ok=True)
    draw_all(products, draw_one, on_progress)
    write_lines(folder / TRUTH_NAME, (_truth_row(product) for product in products))
    write_lines(folder / RECORDS_NAME, (product.record for product in products))


def _truth_row(product: Product) -> dict[str, object]:
    known = {"only_in_picture": product.only_in_picture, "only_in_words": product.only_in_words}
    return {"id": product.id, **product.facts, **known}
