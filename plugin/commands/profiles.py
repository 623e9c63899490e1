"""`diptych profiles list|copy|remove`: the weights and blendings that an index keeps by name."""

from typing import TYPE_CHECKING

import click

from diptych.plugin.options import CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from diptych.client import Json
    from diptych.query.profiles import Preference


@click.group("profiles")
def command() -> None:
    """List, copy and remove an index's profiles, which `diptych tune` makes.

    Example: diptych profiles copy products products-2026-11-30
    """


@command.command("list")
@click.argument("index")
@json_option
@settings_options(*CLUSTER, *LOCAL)
def list_(settings: Settings, index: str, as_json: bool) -> None:
    """Show weights and blending of each profile, by kind of search.

    Example: diptych profiles list products --json > profiles.json
    """
    from diptych.client import Cluster, to_json
    from diptych.mappings.target import read_target
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.output import table_console

    profiles = read_target(Cluster(resolve_settings(settings)), index).profiles
    if as_json:
        click.echo(to_json(profiles))
    elif profiles:
        table_console().print(_table(profiles))
    else:
        click.echo(f"{index} has no profiles: `diptych tune {index} --queries FILE` makes them.")


@command.command("copy")
@click.argument("source")
@click.argument("destination")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@settings_options(*CLUSTER, *LOCAL)
def copy(settings: Settings, source: str, destination: str, names: tuple[str, ...]) -> None:
    """Give DESTINATION the profiles of SOURCE, all or those named, in place of its own so named.

    Example: diptych profiles copy products products-2026-11-30 default
    """
    from diptych.client import Cluster
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.relevance.profile_store import copy_profiles

    copied = copy_profiles(Cluster(resolve_settings(settings)), source, destination, names)
    click.echo(f"{destination} has of {source}: {', '.join(copied) or 'nothing, it has none'}.")


@command.command("remove")
@click.argument("index")
@click.argument("name")
@settings_options(*CLUSTER, *LOCAL)
def remove(settings: Settings, index: str, name: str) -> None:
    """Take a profile away; without `default`, the built-in weights hold again.

    Example: diptych profiles remove products default
    """
    from diptych.client import Cluster
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.relevance.profile_store import remove_profile

    remove_profile(Cluster(resolve_settings(settings)), index, name)
    click.echo(f"The profile {name!r} of {index} is removed.")


def _table(profiles: "Json") -> "Table":
    from rich.table import Table

    from diptych.query.profiles import read_preferences

    table = Table()
    for name in ("profile", "kind", "weights", "blending"):
        table.add_column(name)
    for name, profile in sorted(profiles.items()):
        for kind, preference in read_preferences(name, profile).items():
            table.add_row(name, kind, *_cells(preference))
    return table


def _cells(preference: "Preference") -> tuple[str, str]:
    from diptych.query.weights import NAMES

    weights, blending = preference.weights, preference.blending
    said = ", ".join(f"{name} {weights[name]:g}" for name in NAMES if name in weights)
    if blending.bounds is None:
        return said, blending.method
    keywords, vectors = (f"{low:g} to {high:g}" for low, high in blending.bounds)
    return said, f"{blending.method}: keywords {keywords}, vectors {vectors}"
