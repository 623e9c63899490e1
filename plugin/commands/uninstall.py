"""`diptych uninstall`: pipeline, contract and values off an index."""

from dataclasses import asdict

import click

from diptych.errors import UsageError
from diptych.plugin.options import CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings


@click.command("uninstall")
@click.argument("index")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")
@click.option("--rebuild", "is_rebuilt", is_flag=True, help="Copy into a clean index.")
@click.option(
    "--replace-index", "is_replaced", is_flag=True, help="With --rebuild: delete a named index."
)
@json_option
@settings_options(*CLUSTER, *LOCAL)
def command(
    settings: Settings,
    index: str,
    is_confirmed: bool,
    is_rebuilt: bool,
    is_replaced: bool,
    as_json: bool,
) -> None:
    """Remove Diptych's pipeline, contract and vectors from INDEX; no other field is touched.

    Example: diptych uninstall products
    """
    from diptych.client import Cluster, to_json
    from diptych.mappings.engine import detect_engine
    from diptych.plugin.existing import require_existing
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.progress import count_bar
    from diptych.plugin.rebuild import check_replaceable
    from diptych.plugin.uninstall import rebuild_without, uninstall

    cluster = Cluster(resolve_settings(settings))
    engine = detect_engine(cluster)
    found = require_existing(cluster, index)
    if is_rebuilt and found.is_clean:
        raise UsageError(f"{index!r} has nothing of Diptych, so there is nothing to rebuild.")
    if is_rebuilt:
        check_replaceable(found, is_replaced=is_replaced)
    if not is_confirmed:
        click.confirm(f"Remove Diptych and all its vectors from {index}?", abort=True, err=True)
    if is_rebuilt:
        rebuilt = rebuild_without(cluster, engine, found, is_replaced=is_replaced, bar=count_bar)
        click.echo(to_json(asdict(rebuilt)) if as_json else rebuilt.sentence)
        return
    report = uninstall(cluster, engine, found, bar=count_bar)
    click.echo(to_json(asdict(report)) if as_json else report.sentence)
