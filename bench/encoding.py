"""Texts and pictures per second of one encoder, and what each technique is worth.

    python bench/encoding.py [--text-model NAME] [--image-model NAME] [--photos FOLDER]

Texts are product texts of mixed length; pictures are JPEG files drawn here, or those of FOLDER.
Each figure is the best of three runs.
"""

import io
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from PIL import Image

from diptych.encoding import Encoder, Role
from diptych.images import decode_image
from diptych.workers.encoders.loading import load_encoder

N_TEXTS = 1024
N_PICTURES = 128
_WORDS = [
    "red",
    "blue",
    "green",
    "long",
    "short",
    "striped",
    "floral",
    "cotton",
    "wool",
    "dress",
    "coat",
    "shirt",
    "shoes",
    "bag",
]


@click.command()
@click.option("--text-model", default="demo", show_default=True)
@click.option("--image-model", default="demo", show_default=True)
@click.option("--device", default="auto", show_default=True)
@click.option("--dtype", default="auto", show_default=True)
@click.option("--photos", type=click.Path(exists=True, path_type=Path), help="Folder of JPEGs.")
def main(text_model: str, image_model: str, device: str, dtype: str, photos: Path | None) -> None:
    """Print one line per measurement."""
    started_s = time.perf_counter()
    encoder = load_encoder(
        text_model=text_model, image_model=image_model, device=device, dtype=dtype
    )
    click.echo(f"{'load':<44}{time.perf_counter() - started_s:10.1f} s")
    _measure_texts(encoder)
    if photos is not None:
        files = [path.read_bytes() for path in sorted(photos.rglob("*.jp*g"))[:N_PICTURES]]
        _measure_pictures(encoder, files, f"photos of {photos.name}")
    for side_px in (224, 1000):
        _measure_pictures(encoder, _drawn(side_px), f"drawn, {side_px} px")


def _measure_texts(encoder: Encoder) -> None:
    texts = _texts()

    def in_parts(size: int, chosen: list[str]) -> None:
        for start in range(0, len(chosen), size):
            encoder.encode_texts(chosen[start : start + size], role=Role.DOCUMENT)

    _report("texts, sorted under a token budget", len(texts), lambda: in_parts(len(texts), texts))
    _report("texts, 32 at a time as they come", len(texts), lambda: in_parts(32, texts))
    _report("texts, one at a time", 128, lambda: in_parts(1, texts[:128]))


def _measure_pictures(encoder: Encoder, files: list[bytes], name: str) -> None:
    def plainly() -> None:
        for data in files:
            decode_image(data, side_px=10_000)

    def scaled() -> None:
        for data in files:
            decode_image(data, side_px=96)

    _report(f"pictures encoded ({name})", len(files), lambda: encoder.encode_images(files))
    _report("  decoded in one thread, in full", len(files), plainly)
    _report("  decoded in one thread, scaled", len(files), scaled)
    exact = encoder.encode_images([_as_png(data) for data in files]).vectors
    cosines = np.sum(encoder.encode_images(files).vectors * exact, axis=1)
    click.echo(f"{'  cosine of scaled with full, least':<44}{cosines.min():10.5f}")


def _report(name: str, n_items: int, work: Callable[[], object]) -> None:
    times_s = []
    for _ in range(3):
        started_s = time.perf_counter()
        work()
        times_s.append(time.perf_counter() - started_s)
    click.echo(f"{name:<44}{n_items / min(times_s):10.0f} /s")


def _texts() -> list[str]:
    """Mostly titles, and one description in eight, all distinct."""
    rng = np.random.default_rng(1)
    lengths = np.where(rng.random(N_TEXTS) < 0.125, rng.integers(60, 160, N_TEXTS), 5)
    lengths = lengths + rng.integers(0, 8, N_TEXTS)
    return [f"{i} {' '.join(rng.choice(_WORDS, n))}" for i, n in enumerate(lengths)]


def _drawn(side_px: int) -> list[bytes]:
    """Blurred noise with a little grain: about as hard to decode as a photo."""
    files = []
    for seed in range(N_PICTURES):
        rng = np.random.default_rng(seed)
        coarse = Image.fromarray(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((side_px, side_px), Image.Resampling.BICUBIC))
        grain = rng.integers(-12, 13, (side_px, side_px, 1))
        file = io.BytesIO()
        Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8)).save(file, "JPEG")
        files.append(file.getvalue())
    return files


def _as_png(data: bytes) -> bytes:
    """The picture decoded in full, in a format that is never scaled."""
    file = io.BytesIO()
    decode_image(data, side_px=10_000).save(file, "PNG", compress_level=0)
    return file.getvalue()


if __name__ == "__main__":
    main()
