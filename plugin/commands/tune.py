"""`diptych tune`: the weights that serve an index's own queries best."""

from pathlib import Path

import click

from diptych.plugin.judged_options import judged_options
from diptych.plugin.options import CLUSTER, LOCAL, MODELS, json_option, settings_options
from diptych.settings import Settings

#: The least grade above none: nDCG counts them all.
_ANY_GRADE = 1e-3


@click.command("tune")
@click.argument("index")
@judged_options
@click.option(
    "--profile",
    "name",
    default="default",
    show_default=True,
    help="Name to keep the weights under; `default` holds for every search that names none.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be kept, and keep nothing.")
@json_option
@settings_options(*CLUSTER, *LOCAL, *MODELS)
def command(
    settings: Settings,
    index: str,
    queries_file: Path,
    judgments_file: Path | None,
    name: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Find weights and blending for each kind of query, by cross-validation on judged queries.

    Keeps only what beats the built-in weights on queries that did not choose it, beyond chance;
    the profile says of kinds that were not tested what it said before.

    Example: diptych tune products --queries queries.ndjson --dry-run
    """
    from diptych.plugin.counting import count_documents
    from diptych.plugin.progress import count_bar
    from diptych.plugin.relevance.doubts import about_index, about_questions, answerable
    from diptych.plugin.relevance.judgment_files import read_judged
    from diptych.plugin.relevance.profile_store import check_name, renew_profile
    from diptych.plugin.relevance.stock import read_stock
    from diptych.plugin.relevance.tuning import try_all, tune
    from diptych.plugin.relevance.tuning_report import print_tuned
    from diptych.plugin.searching import open_desk
    from diptych.query.kinds import family_of

    check_name(name)
    asked = read_judged(queries_file, judgments_file)
    questions = answerable(asked, relevant_from=_ANY_GRADE)
    desk = open_desk(settings, index, needs_encoder=any(q.needs_encoder for q in questions))
    notices = (
        *about_questions(asked, questions),
        *about_index(desk.cluster, desk.target, questions),
    )
    for notice in notices:
        click.echo(f"diptych: {notice}", err=True)
    with count_bar("Reading vectors", count_documents(desk.cluster, index)) as bar:
        stock = read_stock(desk.cluster, desk.engine, desk.target, on_progress=bar)
    with count_bar("Trying", len(questions)) as bar:
        tried = try_all(desk, questions, stock, on_progress=bar)
    found = tune(tried)
    kept = {one.kind: one.preference for one in found if one.preference is not None}
    tested = {kind for one in found if one.choice is not None for kind in family_of(one.kind)}
    removed = [] if dry_run else renew_profile(desk.cluster, index, name, kept, tested=tested)
    is_written = bool(kept) and not dry_run
    print_tuned(found, profile=name, is_written=is_written, removed=removed, as_json=as_json)
