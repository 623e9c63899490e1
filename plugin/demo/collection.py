"""A rendered collection in a folder: records, pictures, the truth, judged queries, and a stamp."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import click
import orjson

from diptych.errors import CatalogError
from diptych.plugin.demo.judging import Half, Judged
from diptych.plugin.progress import count_bar

#: What is true of one document, shown or said: attribute to value; lists say where it is seen.
Facts: TypeAlias = Mapping[str, str | list[str] | None]
#: Called with the number of documents drawn so far and of all.
OnProgress: TypeAlias = Callable[[int, int], None]
#: Draws the pictures of one document into the collection's folder.
Drawing: TypeAlias = Callable[[Path], None]

_TRUTH_NAME = "truth.ndjson"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a collection was made from; the same stamp, the same files.

    `version` is raised with every change to what the same size and seed contain.
    """

    name: str
    version: int
    n: int
    seed: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What a collection consists of: `drawings` are those of the records, `photos` of queries.

    `image_folders` are made before anything is drawn.
    """

    records: Sequence[Mapping[str, object]]
    truth: Sequence[Mapping[str, object]]
    judged: Sequence[Judged]
    drawings: Sequence[Drawing]
    photos: Sequence[Drawing]
    image_folders: Sequence[str]


def write_collection(
    folder: Path, stamp: Stamp, make: Callable[[], Contents], on_progress: OnProgress | None
) -> Path:
    """The path of the records of a collection in `folder`, drawn unless it is already there.

    Raises:
        CatalogError: the folder cannot be written.
    """
    wanted, stamp_path = orjson.dumps(stamp), folder / f"{stamp.name}.stamp.json"
    records_path = folder / f"{stamp.name}.ndjson"
    try:
        if stamp_path.exists() and stamp_path.read_bytes() == wanted:
            return records_path
        stamp_path.unlink(missing_ok=True)
        _write(folder, records_path, make(), on_progress)
        stamp_path.write_bytes(wanted)
    except OSError as err:
        raise CatalogError(
            f"The demonstration's {stamp.name} cannot be written to {folder}: "
            f"{err.strerror or err}. Name a folder that you may write to and that has room: "
            "600 pictures take 10 MB."
        ) from err
    return records_path


def draw_with_bar(write: Callable[..., Path], folder: Path, *, n: int) -> Path:
    """Write a collection with a progress bar, and print where its records are; their path.

    Args:
        write: takes the folder and `on_progress`.
        n: documents.

    Raises:
        CatalogError: the folder cannot be written.
    """
    with count_bar("Drawing", n) as bar:
        records = write(folder, on_progress=lambda done, _total: bar(done))
    click.echo(f"{records}")
    return records


def read_truth(folder: Path) -> dict[str, Facts]:
    """What is true of each document of a written collection, by id.

    Raises:
        CatalogError: the folder holds no collection.
    """
    path = folder / _TRUTH_NAME
    try:
        rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    except (OSError, orjson.JSONDecodeError) as err:
        raise CatalogError(
            f"{path} cannot be read: {err}. Write the demonstration's catalogue again."
        ) from err
    return {row["id"]: row for row in rows}


def queries_name(half: Half) -> str:
    """The file of the judged queries of a half."""
    return f"queries.{half}.ndjson"


def _write(
    folder: Path, records_path: Path, contents: Contents, on_progress: OnProgress | None
) -> None:
    """Records last: a folder without them was left half drawn."""
    for name in contents.image_folders:
        (folder / name).mkdir(parents=True, exist_ok=True)
    _draw(folder, contents.photos, None)
    _draw(folder, contents.drawings, on_progress)
    for half in Half:
        rows = (each.record for each in contents.judged if each.query.half is half)
        _write_lines(folder / queries_name(half), rows)
    _write_lines(folder / _TRUTH_NAME, contents.truth)
    _write_lines(records_path, contents.records)


def _draw(folder: Path, drawings: Sequence[Drawing], on_progress: OnProgress | None) -> None:
    """Threads suffice: numpy and Pillow release the interpreter's lock for most of the work."""
    with ThreadPoolExecutor() as pool:
        drawn = pool.map(lambda draw: draw(folder), drawings)
        for n_done, _ in enumerate(drawn, start=1):
            if on_progress:
                on_progress(n_done, len(drawings))


def _write_lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
