"""`diptych uninstall`: pipeline, contract and values off an index."""

from dataclasses import asdict

import click

from diptych.errors import UsageError
from diptych.plugin.options import CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings


@click.command("uninstall")
@click.argument("index", required=False)
@click.option("--template", "pattern", help="In place of INDEX: take it off the templates alone.")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")
@click.option("--rebuild", "is_rebuilt", is_flag=True, help="Copy into a clean index.")
@click.option(
    "--replace-index", "is_replaced", is_flag=True, help="With --rebuild: delete a named index."
)
@json_option
@settings_options(*CLUSTER, *LOCAL)
def command(
    settings: Settings,
    index: str | None,
    pattern: str | None,
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
    from diptych.plugin.template_install import uninstall_template
    from diptych.plugin.uninstall import rebuild_without, uninstall

    if (index is None) == (pattern is None):
        raise UsageError("Give either INDEX or --template PATTERN.")
    if pattern is not None and (is_rebuilt or is_replaced):
        raise UsageError(
            "--template goes without --rebuild and --replace-index: it changes no index that exists."
        )
    cluster = Cluster(resolve_settings(settings))
    if pattern is not None:
        removal = uninstall_template(cluster, pattern)
        click.echo(to_json(asdict(removal)) if as_json else removal.sentence)
        return
    engine = detect_engine(cluster)
    found = require_existing(cluster, str(index))
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
