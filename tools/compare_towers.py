"""Train several towers for the same time on the same pictures, and measure each in one table.

    python tools/compare_towers.py --out FOLDER --minutes 8 [TOWER ...]

A tower whose folder holds a finished model is measured, not trained again.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from demo_training.evaluation import Extent, evaluate
from demo_training.figures import Figure
from demo_training.pictures import Amounts, Collection, collect
from demo_training.rendered import EVERYTHING
from demo_training.schedule import Schedule
from demo_training.towers import CLIP, TOWERS
from demo_training.training import Options, Report, Training
from diptych.errors import DiptychError

_WEIGHTS = "model.safetensors"
_VALUE_WIDTH = 13


@click.command()
@click.argument("towers", nargs=-1, type=click.Choice([CLIP, *TOWERS]))
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), default=8.0)
@click.option("--products", type=click.IntRange(min=256), default=24_000, help="Products to draw.")
@click.option("--scenes", type=click.IntRange(min=0), default=8_000, help="Scenes to paint.")
@click.option("--n", type=click.IntRange(min=100), default=1000, help="Products of a gallery.")
@click.option("--side-px", type=click.IntRange(32, 112), default=96)
@click.option("--small-px", type=click.IntRange(32, 112), default=64)
@click.option("--seed", type=int, default=0)
@click.option("--processes", type=click.IntRange(min=1), default=2, help="That draw.")
@click.option("--data", type=click.Path(exists=True, path_type=Path), envvar="DIPTYCH_DATA")
@click.option("--cache", type=click.Path(path_type=Path), default=Path("build/demo-pictures"))
def main(
    towers: Sequence[str],
    folder: Path,
    minutes: float,
    products: int,
    scenes: int,
    n: int,
    side_px: int,
    small_px: int,
    seed: int,
    processes: int,
    data: Path | None,
    cache: Path,
) -> None:
    """Print one column for each tower; all of them where none is named."""
    schedule = Schedule(minutes * 60, small_px=small_px, full_px=side_px)
    extent = Extent(n, EVERYTHING, data, cache, processes)
    found: dict[str, list[Figure]] = {}
    try:
        amounts = Amounts(products, scenes, seed)
        collection = collect(amounts, data=data, cache=cache, processes=processes)
        for tower in towers or (CLIP, *TOWERS):
            _train(collection, Options(tower, schedule, seed=seed), folder / tower)
            found[tower] = list(evaluate(str(folder / tower), extent, say=_say))
    except DiptychError as err:
        raise click.ClickException(str(err)) from err
    click.echo(_table(found))


def _train(collection: Collection, options: Options, folder: Path) -> None:
    if (folder / _WEIGHTS).exists():
        return
    _say(f"{options.tower}:")
    Training(collection, options, folder).run(_say_report)


def _table(found: Mapping[str, Sequence[Figure]]) -> str:
    """Rows by figure; the figures of the first tower are those of all."""
    first = next(iter(found.values()))
    names = [f"{figure.about}: {figure.name.strip()}" for figure in first]
    width = max(map(len, names))
    lines = [" " * width + "".join(f"{tower:>{_VALUE_WIDTH}}" for tower in found)]
    for i, name in enumerate(names):
        values = (f"{figures[i].value:>{_VALUE_WIDTH},.1f}" for figures in found.values())
        lines.append(f"{name:<{width}}{''.join(values)}")
    return "\n".join(lines)


def _say_report(report: Report) -> None:
    _say(str(report))


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    main()
