"""Train the demonstration model: drawn products, scenes and photos in, a model folder out.

    python tools/train_demo_model.py --out FOLDER --minutes 20 [--tower NAME]

Run it again after it was killed, and it goes on where it was.
"""

from pathlib import Path

import click
import torch

from demo_training.pictures import Amounts, collect
from demo_training.schedule import Schedule
from demo_training.towers import CLIP, TOWERS
from demo_training.training import Options, Report, Training
from diptych.errors import DiptychError

#: What the bundled model may weigh, with everything beside its weights.
_MAX_BYTES = 12_000_000


@click.command()
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), default=20.0)
@click.option("--tower", type=click.Choice([CLIP, *TOWERS]), default="resnet-timm")
@click.option("--seed", type=int, default=0)
@click.option("--products", type=click.IntRange(min=256), default=24_000, help="Products to draw.")
@click.option("--scenes", type=click.IntRange(min=0), default=8_000, help="Scenes to paint.")
@click.option("--side-px", type=click.IntRange(32, 112), default=96, help="Of its pictures.")
@click.option("--small-px", type=click.IntRange(32, 112), default=64, help="At first.")
@click.option("--grows-at", type=click.FloatRange(0, 1), default=0.5, help="Then pictures grow.")
@click.option("--batch-size", type=click.IntRange(min=16), default=128)
@click.option("--rate", type=float, default=1.5e-3, help="The highest learning rate.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
@click.option("--half/--full", "is_half", default=None, help="bfloat16; by default on a GPU only.")
@click.option("--processes", type=click.IntRange(min=1), default=2, help="That draw.")
@click.option("--data", type=click.Path(exists=True, path_type=Path), envvar="DIPTYCH_DATA")
@click.option("--cache", type=click.Path(path_type=Path), default=Path("build/demo-pictures"))
def main(
    folder: Path,
    minutes: float,
    tower: str,
    seed: int,
    products: int,
    scenes: int,
    side_px: int,
    small_px: int,
    grows_at: float,
    batch_size: int,
    rate: float,
    device: str,
    is_half: bool | None,
    processes: int,
    data: Path | None,
    cache: Path,
) -> None:
    """Train one model and save it; the photos are those of DIPTYCH_DATA."""
    schedule = Schedule(minutes * 60, rate, small_px, side_px, grows_at)
    device = _device(device)
    options = Options(
        tower,
        schedule,
        batch_size=batch_size,
        seed=seed,
        device=device,
        is_half=device == "cuda" if is_half is None else is_half,
    )
    amounts = Amounts(products, scenes, seed)
    try:
        collection = collect(amounts, data=data, cache=cache, processes=processes)
    except DiptychError as err:
        raise click.ClickException(str(err)) from err
    for part in collection.sets:
        click.echo(f"{part.name}: {len(part):,} pictures", err=True)
    training = Training(collection, options, folder)
    click.echo(f"{training.n_parameters / 1e6:.2f} million parameters", err=True)
    if training.first_step:
        click.echo(f"goes on at step {training.first_step}", err=True)
    training.run(_say)
    _check_size(folder)


def _device(name: str) -> str:
    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name


def _say(report: Report) -> None:
    click.echo(str(report), err=True)


def _check_size(folder: Path) -> None:
    n_bytes = sum(path.stat().st_size for path in folder.iterdir())
    click.echo(f"{folder}: {n_bytes / 1e6:.1f} MB")
    if n_bytes > _MAX_BYTES:
        raise click.ClickException(
            f"The model has {n_bytes / 1e6:.1f} MB, and {_MAX_BYTES / 1e6:.0f} MB are the most "
            "that the package takes: choose a smaller tower."
        )


if __name__ == "__main__":
    main()
