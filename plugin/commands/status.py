"""`diptych status`: how many documents have their vectors."""

import click

from diptych.plugin.options import CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings


@click.command("status")
@click.argument("index")
@json_option
@settings_options(*CLUSTER, *LOCAL)
def command(settings: Settings, index: str, as_json: bool) -> None:
    """Count an index's documents: ready, partial, failed, pending; and the feed's lag.

    Example: diptych status products --json
    """
    from diptych.client import Cluster, to_json
    from diptych.mappings.engine import detect_engine
    from diptych.mappings.target import read_target
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.status import read_status

    cluster = Cluster(resolve_settings(settings))
    status = read_status(cluster, detect_engine(cluster), read_target(cluster, index))
    if as_json:
        click.echo(to_json(status.to_json()))
        return
    for name, value in status.to_json().items():
        click.echo(f"{name.replace('_', ' '):<16} {_say(value)}")


def _say(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
