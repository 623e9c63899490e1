"""`diptych embed`: the back-fill, with a progress bar."""

import time

import click

from diptych.errors import NotReadyError, UsageError
from diptych.plugin.options import (
    BROKER,
    CLUSTER,
    LOCAL,
    MODELS,
    PICTURES,
    json_option,
    settings_options,
)
from diptych.settings import Settings


@click.command("embed")
@click.argument("index")
@click.option("--all", "is_forced", is_flag=True, help="Encode again what has a vector already.")
@click.option("--wait", "is_waiting", is_flag=True, help="Wait until everything is written.")
@click.option(
    "--min-ready",
    type=click.FloatRange(min=0, max=1),
    help="With --wait: status 1 unless this share of the documents (0.99) has its vectors.",
)
@click.option(
    "--refetch",
    "is_refetch",
    is_flag=True,
    help="Look for pictures that have changed behind the same path or address.",
)
@json_option
@settings_options(*CLUSTER, *BROKER, *MODELS, *LOCAL, *PICTURES, "concurrency")
def command(
    settings: Settings,
    index: str,
    is_forced: bool,
    is_waiting: bool,
    min_ready: float | None,
    is_refetch: bool,
    as_json: bool,
) -> None:
    """Enqueue the documents whose vectors are missing or out of date.

    With --wait, a worker and a feed are started for the duration where none is running.
    With --refetch, workers ask hosts for all pictures again; one that has not changed costs an
    answer without a body, and only changed ones are written.
    With --min-ready, a script knows whether an index may take another one's place.

    Example: diptych embed products --wait
    """
    from diptych.client import to_json
    from diptych.mappings.target import read_target
    from diptych.plugin.embedding import Embedding
    from diptych.plugin.processes import connect
    from diptych.plugin.progress import count_bar
    from diptych.plugin.readiness import read_readiness
    from diptych.plugin.status import read_status

    if is_refetch and (is_forced or is_waiting):
        raise UsageError(
            "--refetch goes without --all and --wait: workers find out which pictures have "
            "changed and write those alone. Their log and `diptych status` tell more."
        )
    if min_ready is not None and not is_waiting:
        raise UsageError("--min-ready tells what is there in the end: add --wait.")
    connections = connect(settings)
    target = read_target(connections.cluster, index)
    embedding = Embedding(connections, target)
    started_s = time.monotonic()
    published = embedding.refetch() if is_refetch else embedding.publish(is_forced=is_forced)
    say(f"{published.published:,} of {published.seen:,} documents enqueued.")
    was_awaited = is_waiting and published.published > 0
    if was_awaited:
        with (
            embedding.companions(say) as children,
            count_bar("Embedding", published.published) as bar,
        ):
            for progress in embedding.wait(published, children):
                bar(progress.done)
    seconds = time.monotonic() - started_s
    status = read_status(connections.cluster, connections.engine, target)
    if as_json:
        result = {"enqueued": published.published, "seconds": round(seconds, 2)}
        click.echo(to_json(result | status.to_json()))
    else:
        rate = f"; {published.published / seconds:,.0f} documents/s" if was_awaited else ""
        click.echo(
            f"{index}: {status.ready:,} ready, {status.partial:,} partial, {status.failed:,} "
            f"failed, {status.pending:,} pending{rate}"
        )
    if min_ready is not None:
        readiness = read_readiness(connections.cluster, target)
        if not readiness.reaches(min_ready):
            raise NotReadyError(readiness.sentence(min_ready))


def say(text: str) -> None:
    """One line for a person."""
    click.echo(text, err=True)
