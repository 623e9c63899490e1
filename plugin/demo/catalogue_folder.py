"""The demonstration's catalogue in a folder."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from diptych.plugin.demo.catalogue import Product, make_products
from diptych.plugin.demo.collection import (
    Contents,
    Drawing,
    OnProgress,
    Stamp,
    write_collection,
)
from diptych.plugin.demo.queries import QUERY_IMAGES, make_queries
from diptych.plugin.demo.shots import IMAGES, VERSION, Shot, jpeg


def write_catalogue(
    folder: Path, *, n: int = 600, seed: int = 7, on_progress: OnProgress | None = None
) -> Path:
    """The path of the records of `n` products in `folder`, drawn unless they are already there.

    Beside them lie the truth, the judged queries of each half, and the pictures of both.

    Raises:
        CatalogError: the folder cannot be written.
    """
    stamp = Stamp("products", VERSION, n, seed)
    return write_collection(folder, stamp, partial(_contents, n, seed), on_progress)


def _contents(n: int, seed: int) -> Contents:
    products = make_products(n=n, seed=seed)
    queries = make_queries(products, seed=seed)
    return Contents(
        records=[product.record for product in products],
        truth=[_truth_row(product) for product in products],
        judged=queries.judged,
        drawings=list(_drawings(products)),
        photos=[partial(_draw, [photo]) for photo in queries.photos],
        image_folders=(IMAGES, QUERY_IMAGES),
    )


def _truth_row(product: Product) -> dict[str, object]:
    known = {"only_in_picture": product.only_in_picture, "only_in_words": product.only_in_words}
    return {"id": product.id, **product.facts, **known}


def _drawings(products: Sequence[Product]) -> Iterator[Drawing]:
    """One for each product; sizes of one colour share their pictures."""
    first = {shot.path: product.id for product in reversed(products) for shot in product.shots}
    for product in products:
        yield partial(_draw, [s for s in product.shots if first[s.path] == product.id])


def _draw(shots: Sequence[Shot], folder: Path) -> None:
    for shot in shots:
        jpeg(shot, folder / shot.path)
