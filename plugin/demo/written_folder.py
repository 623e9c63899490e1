"""A folder of records, their truth and their pictures, written once for the same stamp."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias, TypeVar

import orjson

from diptych.errors import CatalogError

#: Called with the number of pictures drawn so far and of all.
OnProgress: TypeAlias = Callable[[int, int], None]
_T = TypeVar("_T")


def write_once(
    folder: Path, stamp_name: str, stamp: Mapping[str, int], write: Callable[[], None]
) -> None:
    """Call `write`, unless the folder's stamp says that all of this is there already.

    Raises:
        CatalogError: the folder cannot be written.
    """
    path, content = folder / stamp_name, orjson.dumps(stamp)
    what = path.stem
    try:
        if path.exists() and path.read_bytes() == content:
            return
        path.unlink(missing_ok=True)
        write()
        path.write_bytes(content)
    except OSError as err:
        raise CatalogError(
            f"The demonstration's {what} cannot be written to {folder}: {err.strerror or err}. "
            "Name a folder that you may write to and that has 10 MB to spare."
        ) from err


def draw_all(
    things: Sequence[_T], draw_one: Callable[[_T], None], on_progress: OnProgress | None
) -> None:
    """Threads suffice: numpy and Pillow release the interpreter's lock for most of the work."""
    with ThreadPoolExecutor() as pool:
        for n_done, _ in enumerate(pool.map(draw_one, things), start=1):
            if on_progress:
                on_progress(n_done, len(things))


def write_lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write one JSON object a line."""
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
