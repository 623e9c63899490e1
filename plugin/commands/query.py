"""`diptych query`: the requests of a search, for any other client."""

import click

from diptych.plugin.options import CLUSTER, LOCAL, MODELS, json_option, settings_options
from diptych.plugin.search_options import ORDERING, SAYING, SHOWING, MakeRequest, search_options
from diptych.settings import Settings


@click.command("query")
@click.argument("index")
@click.argument("text", required=False)
@click.option(
    "--print-dsl", "form", flag_value="dsl", default=True, help="As method, path and body."
)
@click.option("--curl", "form", flag_value="curl", help="As commands of curl.")
@search_options(*SAYING, *ORDERING, *SHOWING)
@json_option
@settings_options(*CLUSTER, *LOCAL, *MODELS)
def command(
    settings: Settings,
    index: str,
    text: str | None,
    form: str,
    as_json: bool,
    make_request: MakeRequest,
) -> None:
    """Print the exact requests of a search, query vector included, to be sent from any language.

    The search is made, because what a second request asks for depends on the first one's answer.

    Example: diptych query products "red dress" --filter colour=red --print-dsl
    """
    from diptych.client import to_json
    from diptych.plugin import dsl
    from diptych.plugin.searching import open_desk

    request = make_request(text=text)
    desk = open_desk(settings, index, needs_encoder=request.needs_encoder)
    sent = desk.searcher.requests(index, request)
    if as_json:
        click.echo(to_json(dsl.as_json(sent)))
    elif form == "curl":
        click.echo(dsl.as_curl(sent, desk.cluster.url, desk.settings))
    else:
        click.echo(dsl.as_console(sent))
    if len(sent) > 1:
        click.echo(
            f"The search takes {len(sent)} requests: the rankings of the first are blended in "
            "between, as docs/explanation/scores.md says, and the next asks for what came out.",
            err=True,
        )
