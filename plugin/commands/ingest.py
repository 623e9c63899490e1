"""`diptych ingest`: a file of products into an index."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from diptych.errors import CatalogError
from diptych.plugin.options import CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings

if TYPE_CHECKING:
    from diptych.client import Cluster
    from diptych.ingest.load import LoadSummary
    from diptych.ingest.rejected import RejectedFile
    from diptych.ingest.rows import RejectedRow, Row
    from diptych.mappings.engine import Engine
    from diptych.mappings.target import Target


@click.command("ingest")
@click.argument("file")
@click.option("--index", required=True, help="Index that Diptych is installed on, or its alias.")
@click.option("--id-field", default="id", show_default=True, help="Field that holds the id.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["ndjson", "csv", "tsv"]),
    help="Format of FILE; known by its suffix unless set.",
)
@click.option(
    "--rejected",
    "rejected_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rejected rows go; FILE.rejected.ndjson unless set.",
)
@json_option
@settings_options(*CLUSTER, *LOCAL, "image_roots")
def command(
    settings: Settings,
    file: str,
    index: str,
    id_field: str,
    format_name: str | None,
    rejected_file: Path | None,
    as_json: bool,
) -> None:
    """Load FILE (NDJSON, CSV or TSV; - for standard input) into an index.

    Rows that are in the index already are skipped, so the same command can be run again at any
    time. Bad rows go to FILE.rejected.ndjson with line number and reason and stop no other.

    Example: diptych ingest products.ndjson --index products
    """
    from diptych.client import Cluster, to_json
    from diptych.ingest.rejected import RejectedFile
    from diptych.mappings.engine import detect_engine
    from diptych.mappings.target import read_target
    from diptych.plugin.local.defaults import resolve_settings

    rows = _Rows(file, id_field, format_name)
    resolved = resolve_settings(settings)
    started_s = time.monotonic()
    rejected = RejectedFile(rejected_file or Path(f"{rows.name}.rejected.ndjson"))
    with closing(Cluster(resolved)) as cluster, rejected:
        target = read_target(cluster, index)
        _prepare_pictures(resolved, rows, target)
        summary = _load(cluster, detect_engine(cluster), target, rows, rejected)
    seconds = time.monotonic() - started_s
    if as_json:
        counts = {name: getattr(summary, name) for name in summary.__slots__}
        written = rejected.first is not None and rejected.fault is None
        place = str(rejected.file) if written else None
        click.echo(to_json({**counts, "rejected_file": place, "seconds": round(seconds, 2)}))
    else:
        click.echo(
            f"{index}: {summary.created:,} created, {summary.updated:,} updated, "
            f"{summary.unchanged:,} unchanged, {summary.rejected:,} rejected; "
            f"{summary.n_rows / max(seconds, 1e-3):,.0f} rows/s"
        )
    _say_rejected(summary, rejected, rows.name)


class _Rows:
    """The rows of one file or of standard input, read as often as it can be read."""

    def __init__(self, file: str, id_field: str, format_name: str | None) -> None:
        from diptych.ingest.rows import Format, format_of

        self.is_stdin = file == "-"
        self.name = "stdin" if self.is_stdin else file
        if self.is_stdin and format_name is None:
            raise CatalogError("Standard input has no suffix: name its format with --format.")
        if not self.is_stdin:
            _check_file(Path(file))
        self._id_field = id_field
        self._format = Format(format_name) if format_name else format_of(file)

    @property
    def folder(self) -> Path:
        """What relative paths are relative to."""
        return Path(self.name).absolute().parent

    @property
    def n_bytes(self) -> int | None:
        """The file's length; None for standard input."""
        return None if self.is_stdin else Path(self.name).stat().st_size

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """A stream of its bytes."""
        if self.is_stdin:
            yield sys.stdin.buffer
            return
        with _opened(Path(self.name)) as stream:
            yield stream

    def read(self, stream: BinaryIO) -> "Iterator[Row | RejectedRow]":
        """The rows of such a stream."""
        from diptych.ingest.rows import read_rows

        return read_rows(stream, format=self._format, name=self.name, id_field=self._id_field)


def _check_file(file: Path) -> None:
    if not file.exists():
        raise CatalogError(f"There is no file {file}: check its name.")
    if not file.is_file():
        raise CatalogError(f"{file} is not a file: name one of NDJSON, CSV or TSV.")


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as err:
        raise CatalogError(f"{file} cannot be read: {err.strerror}.") from err


def _prepare_pictures(settings: Settings, rows: _Rows, target: "Target") -> None:
    """Tell this host's workers where the file's pictures lie, where they are on this host."""
    from diptych.ingest.references import relative_paths
    from diptych.plugin.image_folder import is_local_stack, register_image_folder

    field = target.contract.image_field
    if field is None or rows.is_stdin or not is_local_stack(settings):
        return
    with rows.open() as stream:
        paths = relative_paths(rows.read(stream), image_field=field)
        register_image_folder(settings, rows.folder, paths)


def _load(
    cluster: "Cluster",
    engine: "Engine",
    target: "Target",
    rows: _Rows,
    rejected: "RejectedFile",
) -> "LoadSummary":
    from diptych.ingest.duplicates import unique_rows
    from diptych.ingest.load import load_rows
    from diptych.ingest.references import with_usable_paths
    from diptych.plugin.progress import file_bar

    with rows.open() as stream, file_bar("Loading", rows.n_bytes) as bar:
        found = unique_rows(rows.read(stream))
        if target.contract.image_field is not None:
            found = with_usable_paths(found, image_field=target.contract.image_field)
        tell = _teller(stream, bar, is_seekable=not rows.is_stdin)
        return load_rows(cluster, engine, target, found, on_batch=tell, on_rejected=rejected.add)


def _teller(
    stream: BinaryIO, bar: Callable[[int, int], None], *, is_seekable: bool
) -> "Callable[[LoadSummary], None]":
    return lambda summary: bar(stream.tell() if is_seekable else 0, summary.n_rows)


def _say_rejected(summary: "LoadSummary", rejected: "RejectedFile", name: str) -> None:
    if rejected.first is None:
        return
    first = f"line {rejected.first.line}: {rejected.first.reason}"
    if rejected.fault is None:
        place = f"all are in {rejected.file}"
    else:
        place = (
            f"{rejected.file} cannot be written ({rejected.fault}): name another file with "
            "--rejected"
        )
    if summary.rejected == summary.n_rows:
        raise CatalogError(f"No row of {name} could be loaded (first {first}); {place}.")
    click.echo(f"{summary.rejected:,} rows were rejected (first {first}); {place}.", err=True)
