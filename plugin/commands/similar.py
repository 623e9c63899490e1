"""`diptych similar`: the neighbours of a product."""

import click

from diptych.plugin.options import CLUSTER, LOCAL, MODELS, json_option, settings_options
from diptych.plugin.search_options import ORDERING, SAYING, SHOWING, MakeRequest, search_options
from diptych.settings import Settings


@click.command("similar")
@click.argument("index")
@click.argument("product", metavar="ID")
@search_options(*SAYING, *ORDERING, *SHOWING)
@json_option
@settings_options(*CLUSTER, *LOCAL, *MODELS)
def command(
    settings: Settings, index: str, product: str, as_json: bool, make_request: MakeRequest
) -> None:
    """Show the products most like one, by its stored vectors: no model is needed.

    Example: diptych similar products 1042 --filter in_stock=true --not-like 977
    """
    from diptych.plugin.searching import answer

    answer(settings, index, make_request(like=(product,)), as_json=as_json)
