"""`diptych judge`: judgments from what people clicked."""

from pathlib import Path

import click

from diptych.plugin.judged_options import FILE
from diptych.plugin.options import CLUSTER, LOCAL, settings_options
from diptych.settings import Settings


@click.command("judge")
@click.argument("index")
@click.option("--from-clicks", is_flag=True, required=True, help="The only source there is yet.")
@click.option("--out", "file", type=FILE, required=True, help="NDJSON for `diptych eval`.")
@click.option("--since", default="now-30d", show_default=True, help="The oldest answers to read.")
@click.option(
    "--min-asked",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Leave out queries that were asked less often.",
)
@click.option(
    "--min-views",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Leave out documents that were shown less often.",
)
@settings_options(*CLUSTER, *LOCAL)
def command(
    settings: Settings,
    index: str,
    from_clicks: bool,
    file: Path,
    since: str,
    min_asked: int,
    min_views: int,
) -> None:
    """Turn recorded clicks into judged queries, the places at which hits were shown taken out.

    A grade is twice how often a document is chosen where it is looked at, so that 1 means every
    other time.

    Example: diptych judge products --from-clicks --out clicks.ndjson
    """
    from diptych.client import Cluster
    from diptych.plugin.feedback.judging import from_clicks as judge
    from diptych.plugin.feedback.reading import read_shown
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.output import write_output

    found = judge(
        read_shown(Cluster(resolve_settings(settings)), index, since=since),
        min_asked=min_asked,
        min_views=min_views,
    )
    write_output(file, b"".join(line + b"\n" for line in found.lines))
    click.echo(
        f"{file}: {found.n_queries:,} queries judged by {found.n_clicks:,} clicks on "
        f"{found.n_answers:,} answers; {found.n_rare:,} were asked less than {min_asked} times."
    )
    looks = ", ".join(f"{share:.0%}" for share in found.model.examined[:5])
    click.echo(f"The first five places are looked at as often as {looks} of the first.")
