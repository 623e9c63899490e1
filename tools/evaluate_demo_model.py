"""Measure a demonstration model on what it was not trained on, through the package's own encoder.

    python tools/evaluate_demo_model.py MODEL [--json] [--first-range]

MODEL is `demo`, the bundled one, or a folder.
"""

from pathlib import Path

import click
import orjson

from demo_training.evaluation import Extent, evaluate
from demo_training.figures import rows, table
from demo_training.rendered import EVERYTHING, FIRST
from diptych.errors import DiptychError


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
    extent = Extent(n, FIRST if first_range else EVERYTHING, data, cache, processes)
    try:
        figures = list(evaluate(model, extent, say=_say))
    except DiptychError as err:
        raise click.ClickException(str(err)) from err
    click.echo(orjson.dumps(rows(figures)).decode() if is_json else table(figures))


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    main()
