"""`diptych search`: hits for words, a photo, a product, or several of them."""

import click

from diptych.plugin.options import CLUSTER, LOCAL, MODELS, RERANKING, json_option, settings_options
from diptych.plugin.search_options import ORDERING, SAYING, SHOWING, MakeRequest, search_options
from diptych.settings import Settings


@click.command("search")
@click.argument("index")
@click.argument("text", required=False)
@search_options(*SAYING, *ORDERING, *SHOWING)
@json_option
@settings_options(*CLUSTER, *LOCAL, *MODELS, *RERANKING)
def command(
    settings: Settings, index: str, text: str | None, as_json: bool, make_request: MakeRequest
) -> None:
    """Search by words, by a photo, by a product, or by several of them.

    Example: diptych search products "red dress" --image photo.jpg --not striped --explain
    """
    from diptych.plugin.searching import answer

    answer(settings, index, make_request(text=text), as_json=as_json)
