"""The folder of a product file becomes an image root of the local stack's workers."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from diptych.errors import UsageError
from diptych.plugin.local.roots import add_image_root, image_roots
from diptych.plugin.local.stack import read_state
from diptych.settings import Settings

#: Two files of one length that agree up to here count as the same picture.
_SAMPLE_BYTES = 64 * 1024


def is_local_stack(settings: Settings) -> bool:
    """Whether resolved settings name the running local stack, whose workers are on this host."""
    state = read_state(settings.home_dir)
    return state is not None and (settings.cluster_url or "").rstrip("/") == state.cluster_url


def register_image_folder(settings: Settings, folder: Path, paths: Iterable[str]) -> None:
    """Let the local stack's workers open pictures below the folder.

    Args:
        settings: resolved, so that `image_roots` has the folders registered before.
        folder: where the file lies.
        paths: the file's own relative paths; read only where there are other image roots.

    Raises:
        UsageError: a path would find another picture below another root; nothing is registered.
        LocalStackError: the registry cannot be written.
    """
    folder = folder.resolve()
    others = [root for root in settings.image_roots if root.resolve() != folder]
    if others:
        for path in paths:
            _check(folder, others, path)
    add_image_root(settings.home_dir, folder)


def registered_folders(settings: Settings) -> Callable[[], Sequence[Path]]:
    """The image folders that `ingest` registers while a worker of the local stack runs."""
    if not is_local_stack(settings):
        return tuple
    return lambda: image_roots(settings.home_dir)


def _check(folder: Path, others: Sequence[Path], path: str) -> None:
    for other in others:
        if _sample(other / path) not in {None, _sample(folder / path)}:
            raise UsageError(
                f"The picture {path!r} means one file below {folder} and another below {other}, "
                "where workers look too: rename the folder that the paths begin with, or remove "
                "the other from the image roots."
            )


def _sample(file: Path) -> tuple[int, bytes] | None:
    """What tells two pictures apart; None where there is no file."""
    try:
        with file.open("rb") as stream:
            return file.stat().st_size, stream.read(_SAMPLE_BYTES)
    except OSError:
        return None
