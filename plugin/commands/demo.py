"""`diptych demo`: the whole main job on a rendered catalogue; that and the scenes alone."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from diptych.plugin.options import LOCAL, settings_options
from diptych.settings import Settings


@click.group("demo", invoke_without_command=True)
@click.option("--once", is_flag=True, help="End by itself, and stop the stack if it was started.")
@click.option(
    "--n",
    "n_products",
    type=click.IntRange(min=100),
    default=600,
    show_default=True,
    help="Products to draw.",
)
@settings_options(*LOCAL)
def command(settings: Settings, once: bool, n_products: int) -> None:
    """Start a local stack; draw, install, ingest, embed and search two collections; serve the page.

    Fails where any step fails, or a search does not find what the catalogue says is right.

    Example: diptych demo --once
    """
    if click.get_current_context().invoked_subcommand is None:
        _run(settings, n_products, once=once)


def _collection_options(default_n: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """How many, by which seed, and where to."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option(
                "--out",
                "folder",
                type=click.Path(file_okay=False, path_type=Path),
                required=True,
                help="Folder for records, pictures, truth and judged queries.",
            ),
            click.option(
                "--seed",
                type=click.IntRange(min=0),
                default=7,
                show_default=True,
                help="Another number, other pictures.",
            ),
            click.option(
                "--n",
                type=click.IntRange(min=1),
                default=default_n,
                show_default=True,
                help="How many to draw.",
            ),
        ):
            function = option(function)
        return function

    return decorate


@command.command("catalogue")
@_collection_options(600)
def catalogue(n: int, seed: int, folder: Path) -> None:
    """Draw the demonstration's products alone, with judged queries; the same for the same seed.

    Prints the path of the records, which `diptych ingest` reads.

    Example: diptych demo catalogue --n 5000 --out shop
    """
    from diptych.plugin.demo.catalogue_folder import write_catalogue
    from diptych.plugin.demo.collection import draw_with_bar

    draw_with_bar(partial(write_catalogue, n=n, seed=seed), folder, n=n)


@command.command("scenes")
@_collection_options(400)
def scenes(n: int, seed: int, folder: Path) -> None:
    """Draw a second collection: animals, beaches, stadiums, cells, medical pictures.

    With captions in English and Chinese, and judged queries. Prints the path of the records.

    Example: diptych demo scenes --n 2000 --out scenes
    """
    from diptych.plugin.demo.collection import draw_with_bar
    from diptych.plugin.demo.scenes.folder import write_scenes

    draw_with_bar(partial(write_scenes, n=n, seed=seed), folder, n=n)


def _run(settings: Settings, n_products: int, *, once: bool) -> None:
    from diptych.plugin.demo.showing import check
    from diptych.plugin.demo.tour import Tour

    tour = Tour(settings, n_products=n_products)
    was_running = tour.is_stack_running
    try:
        tour.start_stack()
        shown = tour.show_exhibits()
        check(shown)
        click.echo(f"\nAll {len(shown)} searches found what their collections say is right.")
        tour.show_page(once=once)
        if not once:
            tour.say_how_to_go_on()
    finally:
        if once and not was_running:
            tour.tear_down()
