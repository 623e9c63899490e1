"""What the query layer costs and what it finds, on a real node with 20,000 products.

    python bench/search.py recall --home-dir ~/.diptych --folder ~/bench

Prints a table, or JSON with `--json`. The products and their vectors are kept in `--folder`.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table
from search_coalescing import measure_coalescing
from search_overhead import measure_overhead
from search_recall import measure_recall
from search_shop import Shop, clustered_shop, demo_shop, open_shop, photo_shop

from diptych.client import Cluster, Json, path
from diptych.plugin.local.stack import read_state, run_stack
from diptych.settings import load_settings
from diptych.workers.encoders.loading import load_encoder

#: Runs that overlap do not meet.
INDEX = f"bench-search-{os.getpid()}"
#: Synthetic ones have the dimensions of MiniLM and of CLIP ViT-B/32.
_PRODUCTS = ("rendered", "photos", "synthetic")
_DIMENSIONS = 384, 512


@click.group()
def main() -> None:
    """Measure the query layer."""


@main.command()
@click.option("--home-dir", type=click.Path(path_type=Path), help="Home of a running local stack.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="For what is made.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of real photos.")
@click.option(
    "--products",
    multiple=True,
    type=click.Choice(_PRODUCTS),
    default=("rendered", "synthetic"),
    show_default=True,
)
@click.option("--n", default=20_000, show_default=True, help="Products.")
@click.option("--questions", default=100, show_default=True)
@click.option("--ef", multiple=True, type=int, help="Try these lengths, beside what is chosen.")
@click.option("--json", "as_json", is_flag=True)
def recall(
    home_dir: Path | None,
    folder: Path,
    data: Path | None,
    products: tuple[str, ...],
    n: int,
    questions: int,
    ef: tuple[int, ...],
    as_json: bool,
) -> None:
    """Recall@100 of the vector leg against exact search, at four weightings."""
    rows = []
    with _cluster(home_dir) as cluster:
        for name in products:
            shop = _shop(name, folder, data, n=n, n_questions=questions)
            with _opened(cluster, shop):
                for length in (None, *ef):
                    found = measure_recall(cluster, INDEX, shop, n_candidates=length)
                    rows += [_row(shop, is_chosen=not length) | f.to_json() for f in found]
    _print("Recall@100 against exact search", rows, as_json=as_json)


@main.command()
@click.option("--text-model", default="demo", show_default=True)
@click.option("--image-model", default="demo", show_default=True)
@click.option("--clients", multiple=True, type=int, default=(1, 32), show_default=True)
@click.option("--queries", default=1_000, show_default=True, help="Of each run.")
@click.option("--json", "as_json", is_flag=True)
def coalescing(
    text_model: str, image_model: str, clients: tuple[int, ...], queries: int, as_json: bool
) -> None:
    """Queries per second of clients that ask at once, on this machine's processor."""
    encoder = load_encoder(text_model=text_model, image_model=image_model, device="cpu")
    rows = [
        {"model": text_model} | found.to_json()
        for n in clients
        for found in measure_coalescing(encoder, n_clients=n, n_queries=queries)
    ]
    _print("Encoding queries on the processor", rows, as_json=as_json)


@main.command()
@click.option("--home-dir", type=click.Path(path_type=Path), help="Home of a running local stack.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="For what is made.")
@click.option("--n", default=20_000, show_default=True, help="Products.")
@click.option("--questions", default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def overhead(home_dir: Path | None, folder: Path, n: int, questions: int, as_json: bool) -> None:
    """What `diptych serve` adds to the time of the requests that it sends."""
    shop = _shop("rendered", folder, None, n=n, n_questions=questions)
    with _cluster(home_dir) as cluster, _opened(cluster, shop):
        found = measure_overhead(cluster.url, INDEX, shop.texts)
    _print("Overhead of the layer", [row.to_json() for row in found], as_json=as_json)


def _shop(name: str, folder: Path, data: Path | None, *, n: int, n_questions: int) -> Shop:
    if name == "synthetic":
        return clustered_shop(n=n, n_questions=n_questions, dimensions=_DIMENSIONS)
    encoder = load_encoder(device="cpu")
    if name == "rendered":
        return demo_shop(folder / f"catalogue-{n}", encoder, n=n, n_questions=n_questions)
    if data is None:
        raise click.UsageError("Name the folder of the photos with --data.")
    return photo_shop(data, folder, encoder, n_questions=n_questions)


def _row(shop: Shop, *, is_chosen: bool) -> Json:
    return {
        "products": shop.name,
        "n": len(shop.sources),
        "dimension": shop.contract.layout.dimension,
        "length": "chosen" if is_chosen else "tried",
    }


@contextmanager
def _cluster(home_dir: Path | None) -> Iterator[Cluster]:
    """The running stack's node, or one of our own."""
    if home_dir is None:
        with TemporaryDirectory() as folder, run_stack(Path(folder), heap="1g") as started:
            yield Cluster(load_settings(cluster_url=started.cluster_url))
        return
    state = read_state(home_dir)
    if state is None:
        raise click.UsageError(f"No local stack runs in {home_dir}: start it there.")
    yield Cluster(load_settings(cluster_url=state.cluster_url))


@contextmanager
def _opened(cluster: Cluster, shop: Shop) -> Iterator[None]:
    _remove(cluster)
    open_shop(cluster, shop, INDEX)
    try:
        yield
    finally:
        _remove(cluster)


def _remove(cluster: Cluster) -> None:
    for place in (path(INDEX), path("_ingest", "pipeline", f"diptych-{INDEX}")):
        cluster.call("DELETE", place, accept=(404,))


def _print(title: str, rows: Sequence[Json], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(title=title)
    for name in rows[0]:
        table.add_column(name)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
