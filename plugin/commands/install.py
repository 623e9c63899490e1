"""`diptych install`: fields, contract and marking pipeline on a new or an existing index."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diptych.errors import UsageError
from diptych.plugin.options import CLUSTER, LOCAL, MODELS, PICTURES, json_option, settings_options
from diptych.settings import Settings

if TYPE_CHECKING:
    from diptych.centring import Centres
    from diptych.client import Cluster
    from diptych.plugin.install import InstallReport, InstallRequest
    from diptych.plugin.rebuild import Rebuilt

_SAID = {
    "created": "created with Diptych",
    "added": "Diptych is added; `diptych embed` makes vectors of what is there",
    "unchanged": "Diptych is installed already, nothing was changed",
}


_SAID_OF_TEMPLATE = {
    "added": "indexes that are made from now on carry Diptych",
    "unchanged": _SAID["unchanged"],
}


@click.command("install")
@click.argument("index", required=False)
@click.option(
    "--template",
    "pattern",
    help="In place of INDEX: carry Diptych to every index made under this pattern from now on.",
)
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
@click.option(
    "--synonyms",
    "synonym_file",
    type=click.Path(path_type=Path),
    help="File with a rule a line (`dress, 连衣裙` or `tv => television`), for searching.",
)
@click.option(
    "--centre-on",
    "centre_index",
    metavar="INDEX",
    help="Take the mean of its kind from each vector: the means of this index, or estimated from it.",
)
@click.option(
    "--no-pipeline",
    "is_unmarked",
    is_flag=True,
    help="Mark no writes by a final ingest pipeline: the feed sees every change without it.",
)
@click.option(
    "--rebuild",
    "is_rebuilt",
    is_flag=True,
    help="Where INDEX cannot take it: copy into a new index; only the end blocks writes.",
)
@click.option(
    "--replace-index",
    "is_replaced",
    is_flag=True,
    help="With --rebuild: delete an index that is named directly; its name becomes an alias.",
)
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask before a rebuild.")
@json_option
@settings_options(*CLUSTER, *LOCAL, *MODELS, *PICTURES)
def command(
    settings: Settings,
    index: str | None,
    pattern: str | None,
    text_fields: tuple[str, ...],
    image_field: str | None,
    text_model: str | None,
    image_model: str | None,
    library: str,
    synonym_file: Path | None,
    centre_index: str | None,
    is_unmarked: bool,
    is_rebuilt: bool,
    is_replaced: bool,
    is_confirmed: bool,
    as_json: bool,
) -> None:
    """Create INDEX for Diptych, or add Diptych to it; running it twice changes nothing.

    With --template, for shops that make a new index again and again: it goes into the shop's own
    index templates for the pattern, and indexes that exist stay as they are.

    Example: diptych install products --text-field title --image-field image
    """
    from diptych.client import Cluster
    from diptych.mappings.engine import detect_engine
    from diptych.plugin.existing import read_existing
    from diptych.plugin.install import InstallRequest, install
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.model_refs import find_model_refs
    from diptych.plugin.progress import count_bar
    from diptych.plugin.rebuild import check_replaceable
    from diptych.plugin.reinstall import check_centrable, needs_rebuild, reinstall
    from diptych.plugin.synonym_file import read_synonyms
    from diptych.plugin.template_install import install_template

    if pattern is not None and (index or is_rebuilt or is_replaced or synonym_file):
        raise UsageError(
            "--template goes without INDEX, --rebuild, --replace-index and --synonyms: it changes "
            "no index that exists; synonyms belong into your own template."
        )
    name = index or pattern
    if not name:
        raise UsageError("No index is named: give INDEX, or a pattern with --template.")
    synonyms = () if synonym_file is None else read_synonyms(synonym_file)
    resolved = resolve_settings(settings)
    cluster = Cluster(resolved)
    engine = detect_engine(cluster)
    text, image = find_model_refs(resolved, text_model=text_model, image_model=image_model)
    request = InstallRequest(
        name,
        text_fields,
        image_field,
        text,
        image,
        library,
        synonyms,
        is_marking=not is_unmarked,
    )
    found = read_existing(cluster, name) if pattern is None else None
    if centre_index is not None:
        if found is not None:
            check_centrable(found, is_rebuilt=is_rebuilt, is_replaced=is_replaced)
        request = replace(request, centres=_centres(cluster, resolved, request, centre_index))
    if pattern is not None:
        _tell(pattern, install_template(cluster, engine, request), as_json=as_json)
        return
    if found is None or not is_rebuilt or not needs_rebuild(engine, request, found):
        _tell(name, install(cluster, engine, request), as_json=as_json)
        return
    check_replaceable(found, is_replaced=is_replaced)
    if not is_confirmed:
        asked = f"Copy {found.index} into a new index, with writes blocked at the end?"
        click.confirm(asked, abort=True, err=True)
    rebuilt, report = reinstall(
        cluster, engine, request, found, is_replaced=is_replaced, bar=count_bar
    )
    _tell(name, report, as_json=as_json, rebuilt=rebuilt)


def _centres(
    cluster: "Cluster", settings: Settings, request: "InstallRequest", like: str
) -> "Centres":
    """The means in the index `like`; what reads pictures is in the extra `worker`."""
    from diptych.ingest.picture_sources import picture_source
    from diptych.plugin.encoders import worker_cache, worker_encoders
    from diptych.plugin.image_folder import registered_folders
    from diptych.plugin.mean_vectors import find_centres
    from diptych.plugin.progress import count_bar

    return find_centres(
        cluster,
        request,
        like=like,
        encoder_for=worker_encoders(settings, worker_cache(settings)),
        pictures=picture_source(settings, registered=registered_folders(settings)),
        bar=count_bar,
    )


def _tell(
    index: str, report: "InstallReport", *, as_json: bool, rebuilt: "Rebuilt | None" = None
) -> None:
    from diptych.client import to_json

    for warning in report.warnings:
        click.echo(f"Warning: {warning}", err=True)
    if as_json:
        rebuild = None if rebuilt is None else asdict(rebuilt)
        click.echo(to_json(asdict(report) | {"rebuild": rebuild}))
        return
    said = _SAID_OF_TEMPLATE if "*" in index else _SAID
    click.echo(f"{index}: {said[report.outcome]}." if rebuilt is None else rebuilt.sentence)
    if rebuilt is not None:
        click.echo(
            f"`diptych embed {index} --wait` makes vectors; until then keywords answer alone."
        )
