"""`diptych deadletters list|show|retry|drop|export`: what was given up, and what becomes of it."""

import functools
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diptych.errors import RefusedError, UsageError
from diptych.plugin.options import BROKER, CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings

if TYPE_CHECKING:
    from diptych.client import Cluster
    from diptych.plugin.dead_letters import Filters, Listed

_STAGES = ("message", "delivery", "enrich", "write")


@click.group("deadletters")
def command() -> None:
    """List what was given up, try it again, export it, or drop it.

    Example: diptych deadletters list --index products --since 1d
    """


def _filter_options(function: Callable[..., None]) -> Callable[..., None]:
    """The flags that choose letters, passed on as `filters`."""

    @functools.wraps(function)
    def wrapped(settings: Settings, **arguments: object) -> None:
        from diptych.ingest.clock import utc_now
        from diptych.plugin.dead_letters import Filters, since

        names = ("index", "error_class", "stage", "id", "since", "is_settled")
        chosen = {name: arguments.pop(name) for name in names}
        if chosen["since"] is not None:
            chosen["since"] = since(str(chosen["since"]), now=utc_now())
        function(settings, filters=Filters(**chosen), **arguments)  # type: ignore[arg-type]

    for option in (
        click.option(
            "--settled",
            "is_settled",
            is_flag=True,
            help="Only those whose documents have a vector by now, or are gone.",
        ),
        click.option("--since", help="Only those seen since 30m, 2h, 1d ago, or since a time."),
        click.option("--id", help="Only those of this document."),
        click.option("--stage", type=click.Choice(_STAGES), help="Only those that ended there."),
        click.option("--class", "error_class", help="Only those of this class of error."),
        click.option("--index", help="Only those of this index, or of the one behind an alias."),
    ):
        wrapped = option(wrapped)
    return wrapped


@command.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@json_option
@settings_options(*CLUSTER, *LOCAL)
@_filter_options
def list_(settings: Settings, filters: "Filters", limit: int, as_json: bool) -> None:
    """The newest letters, with what their documents are now.

    Example: diptych deadletters list --stage write --since 1d
    """
    from diptych.client import to_json
    from diptych.ingest.dead_letter_index import DeadLetterIndex
    from diptych.plugin.dead_letters import select

    cluster = _cluster(settings)
    found = list(islice(select(cluster, filters), limit))
    if as_json:
        click.echo(to_json([_json(listed) for listed in found]))
        return
    for listed in found:
        click.echo(_lines(listed))
    total = DeadLetterIndex(cluster).count(filters.clauses(cluster))
    if not found:
        click.echo("No dead letters.", err=True)
    elif len(found) == limit and total > limit:
        click.echo(f"{total - limit:,} more at most: raise --limit, or export them.", err=True)


@command.command("show")
@click.argument("key")
@json_option
@settings_options(*CLUSTER, *LOCAL)
def show(settings: Settings, key: str, as_json: bool) -> None:
    """Everything that is known of one letter.

    Example: diptych deadletters show 1c6ab0c56a5d8a1d4a2f
    """
    from diptych.client import to_json
    from diptych.ingest.dead_letter_index import DeadLetterIndex
    from diptych.plugin.dead_letters import look

    cluster = _cluster(settings)
    found = DeadLetterIndex(cluster).find(key)
    if found is None:
        raise RefusedError(f"There is no dead letter {key!r}: `diptych deadletters list` has them.")
    (listed,) = look(cluster, [found])
    if as_json:
        click.echo(to_json(_json(listed)))
        return
    for name, value in _json(listed).items():
        if value is not None:
            click.echo(f"{name.replace('_', ' '):<12} {value}")


@command.command("retry")
@click.option("--key", "keys", multiple=True, help="Only this letter; repeatable.")
@click.option("--all", "is_all", is_flag=True, help="All letters, where no filter is given.")
@json_option
@settings_options(*CLUSTER, *BROKER, *LOCAL)
@_filter_options
def retry(
    settings: Settings, filters: "Filters", keys: tuple[str, ...], is_all: bool, as_json: bool
) -> None:
    """Enqueue their documents once more, and forget the letters; a new failure writes new ones.

    Example: diptych deadletters retry --index products --class mapper_parsing_exception
    """
    from diptych.client import to_json
    from diptych.plugin.processes import connect
    from diptych.plugin.retrying import retry
    from diptych.workers.app import CeleryPublisher

    _check_meant(filters, keys, is_all=is_all)
    cluster = _cluster(settings)
    connections = connect(settings)
    done = retry(cluster, CeleryPublisher(connections.app), _chosen(cluster, filters, keys))
    if as_json:
        click.echo(to_json({"published": done.published, "refused": done.refused}))
    else:
        click.echo(f"{done.published:,} enqueued, {len(done.refused):,} refused.")
    for key, reason in done.refused.items():
        click.echo(f"{key}: {reason}", err=True)
    sys.exit(1 if done.refused else 0)


@command.command("drop")
@click.option("--key", "keys", multiple=True, help="Only this letter; repeatable.")
@click.option("--all", "is_all", is_flag=True, help="All letters, where no filter is given.")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")
@json_option
@settings_options(*CLUSTER, *LOCAL)
@_filter_options
def drop(
    settings: Settings,
    filters: "Filters",
    keys: tuple[str, ...],
    is_all: bool,
    is_confirmed: bool,
    as_json: bool,
) -> None:
    """Forget letters; their documents stay as they are.

    Example: diptych deadletters drop --settled --yes
    """
    from diptych.client import to_json
    from diptych.ingest.dead_letter_index import DeadLetterIndex

    _check_meant(filters, keys, is_all=is_all)
    cluster = _cluster(settings)
    chosen = _chosen(cluster, filters, keys)
    if chosen and not is_confirmed:
        click.confirm(f"Forget {len(chosen):,} dead letters?", abort=True, err=True)
    index = DeadLetterIndex(cluster)
    n_dropped = sum(index.delete(listed.letter.key, listed.version) for listed in chosen)
    click.echo(to_json({"dropped": n_dropped}) if as_json else f"{n_dropped:,} dropped.")
    if n_dropped < len(chosen):
        click.echo(f"{len(chosen) - n_dropped:,} were renewed or removed meanwhile.", err=True)


@command.command("export")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; stdout unless set.")
@settings_options(*CLUSTER, *LOCAL)
@_filter_options
def export(settings: Settings, filters: "Filters", out: Path | None) -> None:
    """All letters as NDJSON.

    Example: diptych deadletters export --since 1w --out letters.ndjson
    """
    from diptych.client import to_ndjson
    from diptych.plugin.dead_letters import select
    from diptych.plugin.local.state import write_atomically

    lines = [to_ndjson([_json(listed)]) for listed in select(_cluster(settings), filters)]
    if out is None:
        for line in lines:
            click.echo(line, nl=False)
        return
    try:
        write_atomically(out, b"".join(lines).decode("utf-8"))
    except OSError as err:
        raise UsageError(f"--out {out} cannot be written: {err.strerror}.") from err
    click.echo(f"{len(lines):,} written to {out}.", err=True)


def _cluster(settings: Settings) -> "Cluster":
    """The cluster, with what lies in this machine's file moved into it."""
    from diptych.client import Cluster
    from diptych.plugin.letters import kept_letters
    from diptych.plugin.local.defaults import resolve_settings

    resolved = resolve_settings(settings)
    cluster = Cluster(resolved)
    kept_letters(cluster, resolved).move()
    return cluster


def _chosen(cluster: "Cluster", filters: "Filters", keys: tuple[str, ...]) -> "list[Listed]":
    from diptych.plugin.dead_letters import select

    chosen = list(select(cluster, replace(filters, keys=keys)))
    missing = set(keys) - {listed.letter.key for listed in chosen}
    if missing:
        raise RefusedError(
            f"There is no dead letter {', '.join(sorted(missing))} among those that are meant: "
            "`diptych deadletters list` has them."
        )
    return chosen


def _check_meant(filters: "Filters", keys: tuple[str, ...], *, is_all: bool) -> None:
    if filters.is_empty and not keys and not is_all:
        raise UsageError("No letters are named: give --key, a filter such as --index, or --all.")


def _json(listed: "Listed") -> dict[str, object]:
    return listed.letter.to_json() | {"now": listed.now or None}


def _lines(listed: "Listed") -> str:
    letter = listed.letter
    status = "-" if letter.status is None else letter.status
    head = (
        f"{letter.key}  {letter.last_seen[:19]}  {letter.index or '-'}  {letter.id or '-'}  "
        f"{letter.stage}  {letter.error_class}  {status}  x{letter.attempts}  {listed.now or '-'}"
    )
    return f"{head}\n    {letter.reason[:200]}"
