"""Sets of pictures with what they show and what may be said of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from demo_training import scenes
from demo_training.captions import Wording
from demo_training.concepts import Concept, connected, product_concepts
from demo_training.facts import Caption, Subject
from demo_training.groceries import Groceries
from demo_training.photo_colours import colour_name
from demo_training.photos import Photo, Photos, find_photos, read_rows
from demo_training.pixels import Drawable, Pixels, kept_pixels
from demo_training.rendered import DrawnProduct, drawing_version, training_products
from demo_training.scenes import PaintedScene
from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.vocabulary import COLOUR_NAMES


class Shown(Drawable, Protocol):
    """A drawable that knows what it shows."""

    @property
    def subject(self) -> Subject:
        """What it shows."""
        ...


@dataclass(frozen=True, slots=True)
class PictureSet:
    """Pictures of one sort: `pixels` (n, side, side, 3) uint8 and their subjects, in order.

    Attributes:
        share: of a batch, against the shares of the other sets.
        is_real: whether they are photos, which vary more and may be varied more.
        scenes: of painted scenes, which have captions of their own; empty for all others.
    """

    name: str
    pixels: Pixels
    subjects: Sequence[Subject]
    share: float
    is_real: bool = False
    scenes: Sequence[PaintedScene] = ()

    def __len__(self) -> int:
        """How many pictures."""
        return len(self.subjects)


@dataclass(frozen=True, slots=True)
class Collection:
    """Everything to train on, and the words for it."""

    sets: tuple[PictureSet, ...]
    concepts: tuple[Concept, ...]
    wording: Wording

    def caption(
        self, of: PictureSet, index: int, *, language: str, dice: Dice, surely: frozenset[str]
    ) -> Caption:
        """A caption of one picture; see `Wording.caption`."""
        if of.scenes:
            return of.scenes[index].caption(language=language, dice=dice)
        return self.wording.caption(of.subjects[index], language=language, dice=dice, surely=surely)


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many pictures are drawn for training, and from which seed."""

    products: int = 24_000
    scenes: int = 8_000
    seed: int = 0


def collect(amounts: Amounts, *, data: Path | None, cache: Path, processes: int) -> Collection:
    """Drawn products, scenes, and photos where there is a data folder.

    Raises:
        CatalogError: the data folder's listings cannot be read.
    """
    sets = list(_drawn_sets(amounts, cache=cache, processes=processes))
    food: list[Concept] = []
    if data is not None:
        sets.extend(_photo_sets(find_photos(data), cache=cache, processes=processes))
        food = Groceries(read_rows(data / "grocery" / "products.ndjson")).concepts()
    return collection(sets, food)


def collection(sets: Sequence[PictureSet], more_concepts: Sequence[Concept] = ()) -> Collection:
    """The sets with the words for the things in them."""
    leaves = frozenset(subject.thing for part in sets for subject in part.subjects)
    concepts = connected(
        [*product_concepts(leaves), *more_concepts, *scenes.scene_concepts(leaves)]
    )
    return Collection(tuple(sets), concepts, Wording(concepts))


def _drawn_sets(amounts: Amounts, *, cache: Path, processes: int) -> Iterator[PictureSet]:
    version = drawing_version()
    products: list[DrawnProduct] = training_products(amounts.products, seed=amounts.seed)
    pixels = kept_pixels("products", products, folder=cache, version=version, processes=processes)
    yield PictureSet("products", pixels, [product.subject for product in products], share=0.55)
    painted = scenes.training_scenes(amounts.scenes, seed=amounts.seed)
    if painted:
        pixels = kept_pixels("scenes", painted, folder=cache, version=version, processes=processes)
        subjects = [scene.subject for scene in painted]
        yield PictureSet("scenes", pixels, subjects, share=0.15, scenes=painted)


def _photo_sets(photos: Photos, *, cache: Path, processes: int) -> Iterator[PictureSet]:
    for name, part, share in (
        ("clothing", photos.clothing, 0.23),
        ("groceries", photos.groceries, 0.19),
        ("iconic", photos.iconic, 0.03),
    ):
        yield photo_set(name, part, share=share, cache=cache, processes=processes)


def photo_set(
    name: str, photos: Sequence[Photo], *, share: float, cache: Path, processes: int
) -> PictureSet:
    """Photos with their subjects, clothes with the colour that they seem to have."""
    pixels = kept_pixels(name, photos, folder=cache, version="1", processes=processes)
    subjects = [photo.subject for photo in photos]
    if name == "clothing":
        subjects = [_coloured(*pair) for pair in zip(subjects, pixels, strict=True)]
    return PictureSet(name, pixels, subjects, share=share, is_real=True)


def _coloured(subject: Subject, pixels: Pixels) -> Subject:
    colour = colour_name(pixels)
    if colour is None:
        return subject
    return replace(
        subject,
        facts={**subject.facts, "colour": colour},
        names={**subject.names, "colour": COLOUR_NAMES[colour]},
    )
