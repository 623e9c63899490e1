"""`diptych keys create|list|remove`: the API keys of `diptych serve`."""

from pathlib import Path

import click

from diptych.errors import SettingsError
from diptych.plugin.options import json_option, settings_options
from diptych.settings import Settings


@click.group("keys")
def command() -> None:
    """Make, list and remove the API keys of `diptych serve`; the file holds their hashes alone.

    Example: diptych keys create shop --keys-file keys.json --index products
    """


@command.command("create")
@click.argument("name")
@click.option("--index", "indexes", multiple=True, help="Index it opens; all that are served.")
@click.option("--field", "fields", multiple=True, help="Field it may see and use; all.")
@click.option("--rate", "rate_per_s", default=20.0, show_default=True, help="Requests a second.")
@click.option("--burst", default=40, show_default=True, help="Requests at once.")
@click.option(
    "--trusted",
    "is_trusted",
    is_flag=True,
    help="For a back-end of yours: it may also send the cluster's own query language.",
)
@settings_options("keys_file")
def create(
    settings: Settings,
    name: str,
    indexes: tuple[str, ...],
    fields: tuple[str, ...],
    rate_per_s: float,
    burst: int,
    is_trusted: bool,
) -> None:
    """Print a new key, once: the file keeps only its hash.

    Example: diptych keys create shop --keys-file keys.json --field title --field price
    """
    from diptych.plugin.serve.key_file import create_key

    secret = create_key(
        _file(settings),
        name,
        indexes=indexes,
        fields=fields,
        rate_per_s=rate_per_s,
        burst=burst,
        is_trusted=is_trusted,
    )
    click.echo(f"The key {name!r}, shown this once; send it in the header X-API-Key:", err=True)
    click.echo(secret)


@command.command("list")
@json_option
@settings_options("keys_file")
def list_(settings: Settings, as_json: bool) -> None:
    """Names and rights of all keys.

    Example: diptych keys list --keys-file keys.json
    """
    from diptych.client import to_json
    from diptych.plugin.serve.keys import read_keys

    keys = read_keys(_file(settings))
    if as_json:
        click.echo(to_json([key.model_dump(exclude={"sha256"}) for key in keys]))
        return
    for key in keys:
        indexes = ", ".join(key.indexes) or "all indexes"
        fields = ", ".join(key.fields) or "all fields"
        trusted = "; trusted" if key.is_trusted else ""
        click.echo(f"{key.name}: {indexes}; {fields}; {key.rate_per_s:g} requests/s{trusted}")


@command.command("remove")
@click.argument("name")
@settings_options("keys_file")
def remove(settings: Settings, name: str) -> None:
    """Take a key away; a running server refuses it within a second.

    Example: diptych keys remove shop --keys-file keys.json
    """
    from diptych.plugin.serve.key_file import remove_key

    remove_key(_file(settings), name)
    click.echo(f"The key {name!r} is removed.", err=True)


def _file(settings: Settings) -> Path:
    if settings.keys_file is None:
        raise SettingsError("No file of keys is named: set --keys-file.")
    return settings.keys_file
