"""`diptych status`: how many documents have their vectors."""

from dataclasses import asdict

import click

from diptych.plugin.options import CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings


@click.command("status")
@click.argument("index")
@click.option(
    "--problems",
    "n_problems",
    type=click.IntRange(min=0, max=1000),
    default=0,
    help="List up to this many failed and partial documents, and why.",
)
@json_option
@settings_options(*CLUSTER, *LOCAL)
def command(settings: Settings, index: str, n_problems: int, as_json: bool) -> None:
    """Count an index's documents: ready, partial, failed, pending; and the feed's lag.

    Example: diptych status products --problems 20
    """
    from diptych.client import Cluster, to_json
    from diptych.mappings.engine import detect_engine
    from diptych.mappings.target import read_target
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.status import read_problems, read_status

    cluster = Cluster(resolve_settings(settings))
    target = read_target(cluster, index)
    status = read_status(cluster, detect_engine(cluster), target)
    problems = read_problems(cluster, target, limit=n_problems) if n_problems else []
    if as_json:
        listed = {"problems": [asdict(problem) for problem in problems]} if n_problems else {}
        click.echo(to_json(status.to_json() | listed))
        return
    for name, value in status.to_json().items():
        click.echo(f"{name.replace('_', ' '):<16} {_say(value)}")
    for problem in problems:
        click.echo(f"{problem.state:<8} {problem.id}: {problem.error}")


def _say(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
