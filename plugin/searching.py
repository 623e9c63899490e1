"""What the commands share that make a search: the searcher, and its answer on the terminal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from diptych.client import Cluster, to_json
from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.errors import EncodingError, UnavailableError
from diptych.mappings.engine import Engine, detect_engine
from diptych.mappings.target import Target, read_target
from diptych.plugin.counting import count_without_vector
from diptych.plugin.encoders import choose_encoder, choose_reranker
from diptych.plugin.local.defaults import resolve_settings
from diptych.plugin.output import table_console
from diptych.query.cached_encoder import CachedEncoder
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.settings import Settings

if TYPE_CHECKING:
    from diptych.query.response import SearchResponse


@dataclass(frozen=True, slots=True)
class Desk:
    """One index, ready to be searched."""

    settings: Settings
    cluster: Cluster
    engine: Engine
    target: Target
    searcher: Searcher


def open_desk(
    settings: Settings, index: str, *, needs_encoder: bool, reranks: bool = False
) -> Desk:
    """The index and a searcher; models are loaded only where something needs them.

    Raises:
        DiptychError: the index cannot be read, or the cluster does not answer.
    """
    settings = resolve_settings(settings)
    cluster = Cluster(settings)
    target = read_target(cluster, index)
    engine = detect_engine(cluster)
    encoder: Encoder | None = None
    problem = ""
    if needs_encoder:
        try:
            if settings.encoder_url is None:
                click.echo(
                    "Loading the models (`diptych encoder` and --encoder-url keep them loaded) ...",
                    err=True,
                )
            encoder = CachedEncoder(choose_encoder(settings, target.contract))
        except (EncodingError, UnavailableError) as err:
            problem = str(err)
    fields = settings.source_fields
    searcher = Searcher(
        cluster,
        engine,
        encoder,
        encoder_problem=problem,
        source_fields=fields,
        reranker=choose_reranker(settings) if reranks else None,
    )
    return Desk(settings, cluster, engine, target, searcher)


def answer(settings: Settings, index: str, request: SearchRequest, *, as_json: bool) -> None:
    """Search, and print the hits; what was left out is told on stderr.

    Raises:
        DiptychError: whatever the search raises.
    """
    desk = open_desk(
        settings, index, needs_encoder=request.needs_encoder, reranks=bool(request.rerank)
    )
    response = desk.searcher.search(index, request)
    _tell_missing_vectors(desk)
    if response.degraded_reason is not None:
        click.echo(
            f"diptych: a part of the search was left out. {response.degraded_reason}", err=True
        )
    if as_json:
        click.echo(to_json(response.to_json()))
    else:
        _print(response, desk.target.contract)


def _tell_missing_vectors(desk: Desk) -> None:
    """Products without a vector are found by keyword alone, below all that have one."""
    n_lacking = count_without_vector(desk.cluster, desk.target)
    if n_lacking:
        click.echo(
            f"{n_lacking:,} documents have no vector and rank below those that have one: see "
            f"`diptych status {desk.target.name}`.",
            err=True,
        )


def _print(response: "SearchResponse", contract: IndexContract) -> None:
    from diptych.plugin.hits import facet_lines, hits_table, timing

    console = table_console()
    if response.hits:
        console.print(hits_table(response, contract))
    for line in facet_lines(response):
        console.print(line)
    console.print(timing(response))
