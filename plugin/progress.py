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
    with _progress(label, total, unit="", is_bytes=False) as update:
        yield lambda done: update(done, done)


@contextmanager
def file_bar(label: str, total_bytes: int | None) -> Iterator[Callable[[int, int], None]]:
    """Call what it yields with the bytes and the rows read so far.

    Args:
        total_bytes: the file's length, or None where it has none.
    """
    with _progress(label, total_bytes, unit=" rows", is_bytes=True) as update:
        yield update


@contextmanager
def _progress(
    label: str, total: int | None, *, unit: str, is_bytes: bool
) -> Iterator[Callable[[int, int], None]]:
    """Yields a function of what is done, in the unit of `total`, and of what is counted."""
    if not sys.stderr.isatty():
        yield _lines(label, total, unit)
        return
    # rich costs 60 ms to import, and most commands need no bar.
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.DownloadColumn() if is_bytes else bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[rate]}"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total, rate="")
        started_s = time.monotonic()

        def update(done: int, counted: int) -> None:
            rate = counted / max(time.monotonic() - started_s, 1e-3)
            bar.update(task, completed=done, rate=f"{rate:,.0f}{unit}/s")

        yield update


def _lines(label: str, total: int | None, unit: str) -> Callable[[int, int], None]:
    last_s = time.monotonic()

    def update(done: int, counted: int) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= _LINE_S:
            last_s = time.monotonic()
            share = f" ({done / total:.0%})" if total else ""
            click.echo(f"{label}: {counted:,}{unit}{share}", err=True)

    return update
