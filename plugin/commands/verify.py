"""`diptych verify`: whether every vector agrees with its document."""

import click

from diptych.plugin.options import BROKER, CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings


@click.command("verify")
@click.argument("index")
@click.option("--repair", is_flag=True, help="Enqueue what is wrong.")
@json_option
@settings_options(*CLUSTER, *BROKER, *LOCAL)
def command(settings: Settings, index: str, repair: bool, as_json: bool) -> None:
    """Read every document of an index, and compute from its words and pictures what it should have.

    Ends with status 1 when a vector is stale, missing or orphaned. What changed in the last
    seconds counts too: run it while nothing is written, or twice.

    Example: diptych verify products --repair
    """
    import sys

    from diptych.client import to_json
    from diptych.ingest.verifying import Verdict
    from diptych.plugin.verifying import to_result, verify

    report = verify(settings, index, is_repairing=repair)
    if as_json:
        click.echo(to_json(to_result(index, report)))
    else:
        for verdict in Verdict:
            examples = ", ".join(report.examples.get(verdict, ()))
            shown = f"  {examples}" if examples else ""
            click.echo(f"{verdict.value:<9} {report.counts[verdict]:>12,}{shown}")
        if repair:
            click.echo(
                f"{report.published:,} of {report.documents:,} documents enqueued.", err=True
            )
        elif report.n_wrong:
            click.echo(
                f"{report.n_wrong:,} of {report.documents:,} documents are wrong: `diptych verify "
                f"{index} --repair` enqueues them.",
                err=True,
            )
    sys.exit(1 if report.n_wrong else 0)
