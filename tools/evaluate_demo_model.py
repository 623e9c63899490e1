"""Measure a demonstration model on what it was not trained on, through the package's own encoder.

    python tools/evaluate_demo_model.py MODEL [--json] [--first-range]

MODEL is `demo`, the bundled one, or a folder.
"""

from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from demo_training.figures import Figure, rows, table
from demo_training.measuring_photos import measure_photos
from demo_training.measuring_products import measure_products
from demo_training.measuring_scenes import measure_scenes
from demo_training.rendered import EVERYTHING, FIRST, Range
from demo_training.scenes import has_scenes
from demo_training.seeing import Eye
from demo_training.speed import measure_speed
from diptych.errors import DiptychError
from diptych.workers.encoders.loading import load_encoder


@click.command()
@click.argument("model")
@click.option("--json", "is_json", is_flag=True, help="Print the figures as JSON.")
@click.option(
    "--first-range",
    is_flag=True,
    help="Ask only for the kinds and patterns that the first bundled model was trained on.",
)
@click.option("--n", type=click.IntRange(min=100), default=1000, help="Products of a gallery.")
@click.option("--processes", type=click.IntRange(min=1), default=2, help="That draw.")
@click.option("--data", type=click.Path(exists=True, path_type=Path), envvar="DIPTYCH_DATA")
@click.option("--cache", type=click.Path(path_type=Path), default=Path("build/demo-pictures"))
def main(
    model: str,
    is_json: bool,
    first_range: bool,
    n: int,
    processes: int,
    data: Path | None,
    cache: Path,
) -> None:
    """Print every figure with its goal; the photos are those of DIPTYCH_DATA."""
    try:
        figures = list(
            _figures(
                model,
                n=n,
                of=FIRST if first_range else EVERYTHING,
                data=data,
                cache=cache,
                processes=processes,
            )
        )
    except DiptychError as err:
        raise click.ClickException(str(err)) from err
    click.echo(orjson.dumps(rows(figures)).decode() if is_json else table(figures))


def _figures(
    model: str, *, n: int, of: Range, data: Path | None, cache: Path, processes: int
) -> Iterator[Figure]:
    encoder = load_encoder(text_model=model, image_model=model, device="cpu")
    eye = Eye(encoder, cache=cache, processes=processes)
    yield from measure_products(eye, n=n, of=of)
    if has_scenes():
        yield from measure_scenes(eye, n=n)
    else:
        click.echo("Scenes are left out: the package has none.", err=True)
    if data is not None:
        yield from measure_photos(eye, data)
    else:
        click.echo("Photos are left out: DIPTYCH_DATA names no folder of them.", err=True)
    yield from measure_speed(eye, encoder)


if __name__ == "__main__":
    main()
