"""`diptych local up|status|down`: the node and the broker for laptops, tests and the demo."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from diptych.plugin.local.engines import DEFAULT_ENGINE, ENGINES
from diptych.plugin.options import LOCAL, json_option, settings_options
from diptych.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Start, show and stop a real node and a real Valkey broker on this machine.

    Example: diptych local up
    """


@command.command()
@settings_options(*LOCAL)
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    help=f"Which node; unless given, the one whose data the folder holds, or {DEFAULT_ENGINE.name}.",
)
@click.option("--fresh", is_flag=True, help="Delete all data of the local stack first.")
@click.option("--heap", default="1g", show_default=True, help="Memory of the node, as 512m or 2g.")
def up(settings: Settings, engine: str | None, fresh: bool, heap: str) -> None:
    """Start whatever does not run yet; the first start of an engine fetches 45 to 71 MB.

    Example: diptych local up --engine elasticsearch --home-dir ~/elastic
    """
    from diptych.plugin.local.stack import read_state, start_stack

    before = read_state(settings.home_dir)
    with _progress() as report:
        state = start_stack(settings.home_dir, engine=engine, fresh=fresh, heap=heap, report=report)
    word = "already runs" if before == state and not fresh else "runs"
    click.echo(f"The local stack {word}.", err=True)
    _print_table(settings)


@command.command()
@settings_options(*LOCAL)
@json_option
def status(settings: Settings, as_json: bool) -> None:
    """Show whether the stack runs, and where; exits 0 either way.

    Example: diptych local status --json
    """
    if as_json:
        import orjson

        click.echo(orjson.dumps(_status(settings), default=str, option=orjson.OPT_INDENT_2))
    else:
        _print_table(settings)


@command.command()
@settings_options(*LOCAL)
def down(settings: Settings) -> None:
    """Stop the stack; its data stays for the next `up`.

    Example: diptych local down
    """
    from diptych.plugin.local.stack import stop_stack

    stopped = stop_stack(settings.home_dir)
    click.echo("The local stack is stopped." if stopped else "No local stack runs.", err=True)


_NOT_RUNNING = {"cluster_url": None, "broker_url": None, "version": None}


def _status(settings: Settings) -> dict[str, Any]:
    from diptych.plugin.local.state import BROKER, CLUSTER, StackFolder

    folder = StackFolder.of(settings.home_dir)
    parts = folder.live_parts()
    state = folder.state_of(parts)
    return {
        "running": state is not None,
        "cluster_running": CLUSTER in parts,
        "broker_running": BROKER in parts,
        **(asdict(state) if state else _NOT_RUNNING),
        "engine": folder.engine_name,
        "log_file": folder.log_file(CLUSTER),
        "broker_log_file": folder.log_file(BROKER),
        "data_dir": folder.data_dir,
    }


def _print_table(settings: Settings) -> None:
    shown = _status(settings)
    rows = (
        ("running", "yes" if shown["running"] else "no: run `diptych local up`"),
        ("engine", " ".join(filter(None, (shown["engine"], shown["version"]))) or "none yet"),
        ("cluster", shown["cluster_url"] or _word(shown["cluster_running"])),
        ("broker", shown["broker_url"] or _word(shown["broker_running"])),
        ("data", shown["data_dir"]),
        ("log", shown["log_file"]),
    )
    for name, value in rows:
        click.echo(f"{name:<9}{value}")


def _word(is_running: bool) -> str:
    return "running" if is_running else "stopped"


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A spinner on a terminal, one line a step elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda line: click.echo(line, err=True)
        return
    with console.status("Starting the local stack") as spinner:
        yield spinner.update
