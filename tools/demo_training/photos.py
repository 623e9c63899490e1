"""Real photos as training data: the listings of the two sets, and never their queries."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson
from PIL import Image

from demo_training.facts import THING, Subject
from demo_training.groceries import Groceries
from diptych.errors import CatalogError
from diptych.images import decode_image

#: One photo of so many is for validation.
_VALIDATION_PART = 10
_QUERIES: Final = "queries"
_LISTINGS: Final = "products.ndjson"
#: From a category of the clothing set to a leaf: a drawn kind or a wider kind of photos.
CLOTHING_LEAVES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "T-shirt": "tshirt",
        "Trousers": "trousers",
        "Long sleeve top": "longsleeve",
        "Shirt": "shirt",
        "Dress": "dress",
        "Shorts": "shorts",
        "Shoes": "shoes",
        "Outerwear": "outerwear",
        "Hat": "hats",
        "Skirt": "skirt",
    }
)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo and what is known of it beforehand."""

    path: Path
    subject: Subject

    def picture(self, side_px: int) -> Image.Image:
        """The RGB picture, squeezed into a square as the model's processor does."""
        decoded = decode_image(self.path.read_bytes(), side_px=side_px)
        return decoded.resize((side_px, side_px), Image.Resampling.BICUBIC)


@dataclass(frozen=True, slots=True)
class Photos:
    """The photos of a data folder by what training does with them."""

    clothing: tuple[Photo, ...]
    groceries: tuple[Photo, ...]
    iconic: tuple[Photo, ...]
    clothing_validation: tuple[Photo, ...]
    grocery_validation: tuple[Photo, ...]

    @property
    def training_files(self) -> tuple[Path, ...]:
        """Every file that training opens."""
        return tuple(photo.path for photo in (*self.clothing, *self.groceries, *self.iconic))


def find_photos(data: Path) -> Photos:
    """The photos of both sets, split by a hash of their places.

    Raises:
        CatalogError: a listing cannot be read, or names a photo that is for evaluation.
    """
    clothing = list(_clothing(data / "clothing"))
    shelf, iconic = _groceries(data / "grocery")
    return Photos(
        clothing=_part(clothing, is_validation=False),
        groceries=_part(shelf, is_validation=False),
        iconic=tuple(iconic),
        clothing_validation=_part(clothing, is_validation=True),
        grocery_validation=_part(shelf, is_validation=True),
    )


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of an NDJSON file.

    Raises:
        CatalogError: it cannot be read.
    """
    try:
        return [orjson.loads(line) for line in path.read_bytes().splitlines()]
    except (OSError, orjson.JSONDecodeError) as err:
        raise CatalogError(
            f"The photos' listing {path} cannot be read ({err}): name the folder that holds "
            f"clothing/ and grocery/ in DIPTYCH_DATA."
        ) from err


def _clothing(folder: Path) -> Iterator[Photo]:
    for row in read_rows(folder / _LISTINGS):
        subject = Subject({THING: CLOTHING_LEAVES[row["category"][1]]})
        yield Photo(_trainable(folder, row["image"]), subject)


def _groceries(folder: Path) -> tuple[list[Photo], list[Photo]]:
    """The photos on shelves, and one iconic picture for each product."""
    rows = read_rows(folder / _LISTINGS)
    groceries = Groceries(rows)
    shelf: list[Photo] = []
    iconic: list[Photo] = []
    for row in rows:
        subject = groceries.subject(row["id"])
        iconic.append(Photo(_trainable(folder, row["image"]), subject))
        shelf.extend(Photo(_trainable(folder, photo), subject) for photo in row["photos"])
    return shelf, iconic


def _trainable(folder: Path, name: str) -> Path:
    if _QUERIES in Path(name).parts:
        raise CatalogError(
            f"The listing in {folder} names {name}, a photo for evaluation: correct the listing."
        )
    return folder / name


def _part(photos: Sequence[Photo], *, is_validation: bool) -> tuple[Photo, ...]:
    """By a hash of the place in the listing, so that every model has the same ones unseen."""
    return tuple(
        photo
        for place, photo in enumerate(photos)
        if (zlib.crc32(f"c{place}".encode()) % _VALIDATION_PART == 0) is is_validation
    )
