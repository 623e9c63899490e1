"""`diptych demo`: the whole main job on a rendered catalogue."""

import click

from diptych.plugin.options import LOCAL, settings_options
from diptych.settings import Settings


@click.command("demo")
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
    """Start a local stack, draw a catalogue, install, ingest, embed, search, and serve the page.

    Fails where any step fails, or a search does not find what the catalogue says is right.

    Example: diptych demo --once
    """
    from diptych.plugin.demo.tour import Tour, check

    tour = Tour(settings, n_products=n_products)
    was_running = tour.is_stack_running
    try:
        tour.set_up()
        shown = tour.show_searches()
        check(shown)
        click.echo(f"\nAll {len(shown)} searches found what the catalogue says is right.")
        tour.show_page(once=once)
        if not once:
            tour.say_how_to_go_on()
    finally:
        if once and not was_running:
            tour.tear_down()
