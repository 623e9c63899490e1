"""Real photos that no training has seen. This alone reads the photos that are for queries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demo_training.captions import LANGUAGES
from demo_training.concepts import PHOTO_KINDS
from demo_training.figures import Figure, share
from demo_training.groceries import Groceries
from demo_training.photos import CLOTHING_LEAVES, Photo, find_photos, read_rows
from demo_training.ranking import Relevant, hit_rate, precision
from demo_training.seeing import Eye
from diptych.plugin.demo.vocabulary import KIND_NAMES
from diptych.vectors import Floats

_CLOTHES, _GROCERIES = "photos of clothes", "photos of groceries"
_QUERIES = "image_queries.ndjson"
_SAME_PRODUCT = 2


@dataclass(frozen=True, slots=True)
class _Labelled:
    """Photos' vectors (n, d) with the leaf of each."""

    vectors: Floats
    leaves: Sequence[str]

    def relevant_to(self, leaves: Sequence[str]) -> Relevant:
        """(leaves, n): which photos are of which leaf."""
        relevant: Relevant = np.array(leaves)[:, None] == np.array(self.leaves)[None, :]
        return relevant


def measure_photos(eye: Eye, data: Path) -> Iterator[Figure]:
    """Every figure about the two sets in a data folder.

    Raises:
        CatalogError: a listing cannot be read.
    """
    photos = find_photos(data)
    yield from _clothes(eye, data / "clothing", photos.clothing_validation)
    yield from _groceries(eye, data / "grocery", photos.iconic)


def _clothes(eye: Eye, folder: Path, validation: Sequence[Photo]) -> Iterator[Figure]:
    queries = read_rows(folder / _QUERIES)
    asked = _Labelled(
        eye.photos([folder / row["image"] for row in queries]),
        [CLOTHING_LEAVES[row["category"]] for row in queries],
    )
    unseen = _Labelled(
        eye.photos([photo.path for photo in validation]),
        [photo.subject.thing for photo in validation],
    )
    for language in LANGUAGES:
        for name, gallery, goal in (("validation", unseen, 85.0), ("query", asked, None)):
            yield _kind_to_photo(eye, name, gallery, language, goal)
    scores = asked.vectors @ unseen.vectors.T
    value = precision(scores, unseen.relevant_to(asked.leaves), 10)
    yield share(_CLOTHES, "query photo to photos of its kind, P@10", value, len(queries), 65.0)


def _kind_to_photo(
    eye: Eye, name: str, gallery: _Labelled, language: str, goal: float | None
) -> Figure:
    leaves = list(CLOTHING_LEAVES.values())
    terms = [KIND_NAMES.get(leaf) or PHOTO_KINDS[leaf] for leaf in leaves]
    words = eye.words([(term.zh if language == "zh" else term.en)[0] for term in terms])
    value = precision(words @ gallery.vectors.T, gallery.relevant_to(leaves), 10)
    return share(_CLOTHES, f"kind to {name} photos, P@10, {language}", value, len(leaves), goal)


def _groceries(eye: Eye, folder: Path, iconic: Sequence[Photo]) -> Iterator[Figure]:
    queries = read_rows(folder / _QUERIES)
    vectors = eye.photos([folder / row["image"] for row in queries])
    wanted = [_product(row) for row in queries]
    products = [photo.subject.thing for photo in iconic]
    pictures = _Labelled(eye.photos([photo.path for photo in iconic]), products)
    groceries = Groceries(read_rows(folder / "products.ndjson"))
    yield from _found("its picture", vectors, wanted, pictures)
    for language in LANGUAGES:
        titles = eye.words([groceries.title(product, language) for product in products])
        named = _Labelled(titles, products)
        yield from _found(f"its title, {language}", vectors, wanted, named)


def _found(
    name: str, vectors: Floats, wanted: Sequence[str], products: _Labelled
) -> Iterator[Figure]:
    scores, relevant = vectors @ products.vectors.T, products.relevant_to(wanted)
    for k, goal in ((1, 45.0), (5, 88.0)):
        value = hit_rate(scores, relevant, k)
        yield share(_GROCERIES, f"shelf photo to {name}, R@{k}", value, len(wanted), goal)


def _product(query: dict[str, Any]) -> str:
    relevant: dict[str, int] = query["relevant"]
    return next(product for product, grade in relevant.items() if grade == _SAME_PRODUCT)
