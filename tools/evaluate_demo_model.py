"""Measure a demonstration model on what it was not trained on, through the package's own encoder.

    python tools/evaluate_demo_model.py MODEL [--format json] [--first-range]

MODEL is `demo`, the bundled one, or a folder.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from demo_training.evaluation import Extent, evaluate
from demo_training.figures import Figure, to_json, to_markdown, to_table
from demo_training.rendered import EVERYTHING, FIRST
from diptych.errors import DiptychError

_FORMS: Final[Mapping[str, Callable[[Sequence[Figure]], str]]] = MappingProxyType(
    {"table": to_table, "markdown": to_markdown, "json": to_json}
)


@click.command()
@click.argument("model")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMS)),
    default="table",
    help="Markdown is for the model card.",
)
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
    form: str,
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
    click.echo(_FORMS[form](figures))


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    main()
