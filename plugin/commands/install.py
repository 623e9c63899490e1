"""`diptych install`: fields, contract and marking pipeline on a new or an existing index."""

from dataclasses import asdict

import click

from diptych.plugin.options import CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings


@click.command("install")
@click.argument("index")
@click.option("--text-field", "text_fields", multiple=True, help="Field with words; repeatable.")
@click.option("--image-field", help="Field with a picture's path or address.")
@click.option("--text-model", help="Sentence model: demo, a folder, NAME or NAME@REVISION.")
@click.option("--image-model", help="Picture model: demo, a folder, NAME or NAME@REVISION.")
@click.option(
    "--engine",
    "library",
    type=click.Choice(["lucene", "faiss"]),
    default="lucene",
    show_default=True,
    help="Library of the vector field; faiss for large indexes.",
)
@json_option
@settings_options(*CLUSTER, "encoder_url", *LOCAL)
def command(
    settings: Settings,
    index: str,
    text_fields: tuple[str, ...],
    image_field: str | None,
    text_model: str | None,
    image_model: str | None,
    library: str,
    as_json: bool,
) -> None:
    """Create INDEX for Diptych, or add Diptych to it; running it twice changes nothing.

    Example: diptych install products --text-field title --image-field image
    """
    from diptych.client import Cluster, to_json
    from diptych.mappings.engine import detect_engine
    from diptych.plugin.install import InstallRequest, install
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.model_refs import find_model_refs

    cluster = Cluster(resolve_settings(settings))
    engine = detect_engine(cluster)
    text, image = find_model_refs(settings, text_model=text_model, image_model=image_model)
    request = InstallRequest(index, text_fields, image_field, text, image, library)
    report = install(cluster, engine, request)
    for warning in report.warnings:
        click.echo(f"Warning: {warning}", err=True)
    click.echo(to_json(asdict(report)) if as_json else f"{index}: {report.outcome}.")
