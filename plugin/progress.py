"""Progress of long work on stderr: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

#: Between two lines where there is no terminal.
_LINE_S = 10.0


@contextmanager
def count_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Call what it yields with the number done so far; shows rate and time left."""
    if not sys.stderr.isatty():
        yield _lines(label, total)
        return
    # rich costs 60 ms to import, and most commands need no bar.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total, rate="")
        started_s = time.monotonic()

        def update(done: int) -> None:
            rate = done / max(time.monotonic() - started_s, 1e-3)
            progress.update(task, completed=done, rate=f"{rate:,.0f}/s")

        yield update


def _lines(label: str, total: int) -> Callable[[int], None]:
    last_s = time.monotonic()

    def update(done: int) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= _LINE_S or done == total:
            last_s = time.monotonic()
            click.echo(f"{label}: {done:,} of {total:,}", err=True)

    return update
