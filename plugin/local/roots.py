"""Folders below which this host's worker may open pictures: settings of the host, kept local.

A folder named in the cluster is never trusted, so `ingest` registers its file's folder here.
"""

import json
from pathlib import Path

from diptych.errors import LocalStackError
from diptych.plugin.local.locking import hold_lock
from diptych.plugin.local.state import StackFolder, write_atomically

_FILE = "image_roots.json"


def image_roots(home_dir: Path) -> tuple[Path, ...]:
    """The registered folders, in the order of their registration.

    Raises:
        LocalStackError: the registry cannot be read.
    """
    file = StackFolder.of(home_dir).root / _FILE
    try:
        return tuple(Path(folder) for folder in json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError) as err:
        raise LocalStackError(
            f"The list of image folders {file} cannot be read ({err}): correct or delete it."
        ) from err


def add_image_root(home_dir: Path, folder: Path) -> None:
    """Register the folder, resolved; one that is known already changes nothing.

    Raises:
        LocalStackError: the registry cannot be read or written.
    """
    root = StackFolder.of(home_dir).root
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with hold_lock(root / f"{_FILE}.lock"):
            known = image_roots(home_dir)
            if folder.resolve() not in known:
                paths = [str(path) for path in (*known, folder.resolve())]
                write_atomically(root / _FILE, json.dumps(paths, indent=2, ensure_ascii=False))
    except OSError as err:
        raise LocalStackError(
            f"The folder {root} cannot be written ({err.strerror or err}): name another with "
            "--home-dir."
        ) from err
