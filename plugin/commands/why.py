"""`diptych why`: where a product stands in a search, and what keeps it out."""

from typing import TYPE_CHECKING

import click

from diptych.plugin.options import CLUSTER, LOCAL, MODELS, json_option, settings_options
from diptych.plugin.search_options import ORDERING, SAYING, MakeRequest, search_options
from diptych.settings import Settings

if TYPE_CHECKING:
    from diptych.query.leg_ranks import LegRank
    from diptych.query.why import Why


@click.command("why")
@click.argument("index")
@click.argument("product", metavar="ID")
@click.argument("text", required=False)
@search_options(*SAYING, *ORDERING)
@json_option
@settings_options(*CLUSTER, *LOCAL, *MODELS)
def command(
    settings: Settings,
    index: str,
    product: str,
    text: str | None,
    as_json: bool,
    make_request: MakeRequest,
) -> None:
    """Tell why a product is where it is in a search, or is not among the hits.

    Example: diptych why products 1042 "red dress" --filter in_stock=true
    """
    from diptych.client import to_json
    from diptych.plugin.searching import open_desk

    request = make_request(text=text)
    why = open_desk(settings, index, needs_encoder=request.needs_encoder).searcher.why(
        index, product, request
    )
    click.echo(to_json(why.to_json()) if as_json else "\n".join(_lines(why)))


def _lines(why: "Why") -> list[str]:
    lines = [
        f"{name:<9} {_leg(leg)}"
        for name, leg in (("keywords", why.keywords), ("vector", why.nearest))
        if leg is not None
    ]
    rank = "not ranked" if why.rank is None else f"rank {why.rank}"
    score = "" if why.score is None else f", score {why.score:.3f}"
    return [*lines, f"{'hits':<9} {rank}{score}", *why.reasons]


def _leg(leg: "LegRank") -> str:
    rank = "not found" if leg.rank is None else f"rank {leg.rank:,}"
    score = "" if leg.score is None else f", score {leg.score:.3f}"
    note = "" if leg.note is None else f" ({leg.note})"
    return f"{rank} of {leg.n_found:,}{score}{note}"
