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


@contextmanager
def file_bar(label: str, total_bytes: int | None) -> Iterator[Callable[[int, int], None]]:
    """Call what it yields with the bytes and the rows read so far.

    Args:
        total_bytes: the file's length, or None where it has none.
    """
    if not sys.stderr.isatty():
        yield _row_lines(label, total_bytes)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total_bytes, rate="")
        started_s = time.monotonic()

        def update(n_bytes: int, n_rows: int) -> None:
            rate = n_rows / max(time.monotonic() - started_s, 1e-3)
            progress.update(task, completed=n_bytes, rate=f"{rate:,.0f} rows/s")

        yield update


def _row_lines(label: str, total_bytes: int | None) -> Callable[[int, int], None]:
    last_s = time.monotonic()

    def update(n_bytes: int, n_rows: int) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= _LINE_S:
            last_s = time.monotonic()
            part = f" ({n_bytes / total_bytes:.0%})" if total_bytes else ""
            click.echo(f"{label}: {n_rows:,} rows{part}", err=True)

    return update
