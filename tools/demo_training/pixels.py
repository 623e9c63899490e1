"""Pictures drawn or decoded once, in parallel, and kept as uint8 arrays in a folder."""

import multiprocessing
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from diptych.plugin.progress import count_bar

Pixels: TypeAlias = NDArray[np.uint8]
#: Side of the kept pictures; more than a model takes, so that they can be cut and turned.
KEPT_PX: Final = 112
#: Pictures of one file; what a killed run loses is at most one such file for each process.
_PER_FILE: Final = 256


class Drawable(Protocol):
    """What can be kept: it has the same picture each time, and goes to another process."""

    def picture(self, side_px: int) -> Image.Image:
        """The square RGB picture."""
        ...


def kept_pixels(
    name: str,
    drawables: Sequence[Drawable],
    *,
    folder: Path,
    version: str,
    processes: int,
    side_px: int = KEPT_PX,
) -> Pixels:
    """(n, side_px, side_px, 3) uint8, from the folder as far as they are there.

    Args:
        name: of the set, for people.
        version: of whatever decides how the pictures look beside the drawables themselves.
        processes: 1 draws in this process.
    """
    key = f"{name}-{side_px}px-{version}-{_digest(drawables)}"
    parts = [drawables[i : i + _PER_FILE] for i in range(0, len(drawables), _PER_FILE)]
    paths = [folder / key / f"{i:05d}.npy" for i in range(len(parts))]
    missing = [i for i, path in enumerate(paths) if not path.exists()]
    if missing:
        (folder / key).mkdir(parents=True, exist_ok=True)
        work = [(list(parts[i]), side_px, paths[i]) for i in missing]
        _keep_all(f"Pictures of {name}", work, processes)
    return _read(paths, len(drawables), side_px)


def _digest(drawables: Sequence[Drawable]) -> str:
    """Of what the drawables say of themselves; dataclasses say everything."""
    return f"{zlib.crc32('|'.join(map(repr, drawables)).encode()):08x}"


_Work: TypeAlias = tuple[list[Drawable], int, Path]


def _keep_all(label: str, work: Sequence[_Work], processes: int) -> None:
    n_done = 0
    with count_bar(label, sum(len(drawables) for drawables, _, _ in work)) as update:
        for n_kept in _kept_counts(work, processes):
            n_done += n_kept
            update(n_done)


def _kept_counts(work: Sequence[_Work], processes: int) -> Iterator[int]:
    if processes == 1:
        yield from (_keep(*part) for part in work)
        return
    # Spawned: a fork of a process in which torch has started threads can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        keep: Callable[..., int] = _keep
        futures: list[Future[int]] = [pool.submit(keep, *part) for part in work]
        for future in as_completed(futures):
            yield future.result()


def _keep(drawables: list[Drawable], side_px: int, path: Path) -> int:
    """Draws and writes one file; a killed process leaves none that is half written."""
    pixels = np.stack([np.asarray(drawable.picture(side_px)) for drawable in drawables])
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.save(file, pixels)
    unfinished.replace(path)
    return len(drawables)


def _read(paths: Sequence[Path], n: int, side_px: int) -> Pixels:
    pixels = np.empty((n, side_px, side_px, 3), np.uint8)
    start = 0
    for path in paths:
        part = np.load(path)
        pixels[start : start + len(part)] = part
        start += len(part)
    return pixels
