"""`diptych search`: hits for words, a photo, a product, or several of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from diptych.plugin.options import CLUSTER, LOCAL, MODELS, json_option, settings_options
from diptych.settings import Settings

if TYPE_CHECKING:
    from diptych.client import Cluster
    from diptych.contract import IndexContract
    from diptych.query.request import SearchRequest
    from diptych.query.response import SearchResponse
    from diptych.query.searcher import Searcher


@click.command("search")
@click.argument("index")
@click.argument("text", required=False)
@click.option("--image", type=click.Path(path_type=Path), help="File of a photo to search by.")
@click.option("--like", multiple=True, metavar="ID", help="Product whose neighbours are wanted.")
@click.option("--not", "not_text", metavar="TEXT", help="What the hits should not be or show.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Only products with this value; several values of one field are alternatives.",
)
@click.option(
    "--weights",
    metavar="NAME=NUMBER,..",
    help="Of keywords, text, image, agreement; one left out keeps its default.",
)
@click.option("--size", default=10, show_default=True, help="Hits on the page, 1 to 200.")
@click.option("--from", "from_", default=0, show_default=True, help="Hits before the page.")
@click.option("--explain", is_flag=True, help="Split each score into its parts.")
@click.option("--source-field", "source_fields", multiple=True, help="Show only these fields.")
@json_option
@settings_options(*CLUSTER, *LOCAL, *MODELS)
def command(
    settings: Settings,
    index: str,
    image: Path | None,
    filters: tuple[str, ...],
    weights: str | None,
    as_json: bool,
    **wanted: object,
) -> None:
    """Search by words, by a photo, by a product, or by several of them.

    Example: diptych search products "red dress" --image photo.jpg --not striped --explain
    """
    from diptych.client import Cluster, to_json
    from diptych.mappings.target import read_target
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.query.criteria import parse_filter
    from diptych.query.request import SearchRequest
    from diptych.query.weights import parse_weights

    request = SearchRequest(
        image=None if image is None else _read(image),
        filters=tuple(parse_filter(text) for text in filters),
        weights={} if weights is None else parse_weights(weights),
        **wanted,  # type: ignore[arg-type]
    )
    settings = resolve_settings(settings)
    cluster = Cluster(settings)
    contract = read_target(cluster, index).contract
    response = _searcher(settings, cluster, contract, request).search(index, request)
    _tell_missing_vectors(cluster, index, contract)
    if response.degraded_reason is not None:
        click.echo(
            f"diptych: a part of the search was left out. {response.degraded_reason}", err=True
        )
    if as_json:
        click.echo(to_json(response.to_json()))
    else:
        _print(response, contract)


def _read(file: Path) -> bytes:
    from diptych.errors import UsageError
    from diptych.images import MAX_IMAGE_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_IMAGE_BYTES + 1)
    except OSError as err:
        raise UsageError(
            f"The photo {str(file)!r} cannot be read ({err.strerror}): name a file with --image."
        ) from err


def _searcher(
    settings: Settings, cluster: "Cluster", contract: "IndexContract", request: "SearchRequest"
) -> "Searcher":
    """Models are loaded only for a request that needs them."""
    from diptych.errors import EncodingError, UnavailableError
    from diptych.mappings.engine import detect_engine
    from diptych.plugin.encoders import choose_encoder
    from diptych.query.searcher import Searcher

    encoder, problem = None, ""
    if request.needs_encoder:
        try:
            if settings.encoder_url is None:
                click.echo(
                    "Loading the models (`diptych encoder` and --encoder-url keep them loaded) ...",
                    err=True,
                )
            encoder = choose_encoder(settings, contract)
        except (EncodingError, UnavailableError) as err:
            problem = str(err)
    return Searcher(
        cluster,
        detect_engine(cluster),
        encoder,
        encoder_problem=problem,
        source_fields=settings.source_fields,
    )


def _tell_missing_vectors(cluster: "Cluster", index: str, contract: "IndexContract") -> None:
    """Products without a vector are found by keyword alone, below all that have one."""
    from diptych.client import path

    lacking = {"bool": {"must_not": [{"exists": {"field": contract.vector_field}}]}}
    body = {"size": 0, "track_total_hits": True, "query": lacking}
    answer = cluster.call("POST", path(index, "_search"), body=body)
    n_lacking = answer["hits"]["total"]["value"]
    if n_lacking:
        click.echo(
            f"{n_lacking:,} documents have no vector and rank below those that have one: see "
            f"`diptych status {index}`.",
            err=True,
        )


def _print(response: "SearchResponse", contract: "IndexContract") -> None:
    from rich.console import Console

    from diptych.plugin.hits import hits_table, timing

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 140
    if response.hits:
        console.print(hits_table(response, contract))
    console.print(timing(response))
