"""Every figure of one model, through the package's own encoder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from demo_training.figures import Figure
from demo_training.measuring_photos import measure_photos
from demo_training.measuring_products import measure_products
from demo_training.measuring_scenes import measure_scenes
from demo_training.rendered import Range
from demo_training.seeing import Eye
from demo_training.speed import measure_speed
from diptych.workers.encoders.loading import load_encoder


@dataclass(frozen=True, slots=True)
class Extent:
    """What to measure.

    Attributes:
        n: products of a gallery, and scenes.
        of: the kinds and patterns that are asked about.
        data: the folder of the real photos, which are left out without one.
        cache: where drawn pictures are kept.
        processes: that draw.
    """

    n: int
    of: Range
    data: Path | None
    cache: Path
    processes: int


def evaluate(model: str, extent: Extent, *, say: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of `demo`, the bundled model, or of one in a folder.

    Args:
        say: takes a sentence about each part that is left out.

    Raises:
        EncodingError: the model cannot be loaded.
        CatalogError: the photos' listings cannot be read.
    """
    encoder = load_encoder(text_model=model, image_model=model, device="cpu")
    eye = Eye(encoder, cache=extent.cache, processes=extent.processes)
    yield from measure_products(eye, n=extent.n, of=extent.of)
    yield from measure_scenes(eye, n=extent.n)
    if extent.data is not None:
        yield from measure_photos(eye, extent.data)
    else:
        say("Photos are left out: DIPTYCH_DATA names no folder of them.")
    yield from measure_speed(eye, encoder)
