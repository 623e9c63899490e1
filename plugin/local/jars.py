"""Fetching a node's jars once per user, each checked against its pinned SHA-256."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from diptych.errors import LocalStackError
from diptych.plugin.local.engines import LocalEngine
from diptych.plugin.local.locking import hold_lock
from diptych.plugin.local.pins import Pin, read_pins

#: Told in one line what is being done.
Report = Callable[[str], None]
#: Fetches one file and gives the path where it lies.
Fetch = Callable[[Pin], Path]
_N_DOWNLOADS = 8


def cache_dir() -> Path:
    """The user's folder for files that can be fetched again; shared by all stacks."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "diptych"


def ensure_jars(engine: LocalEngine, report: Report) -> Path:
    """The folder with all jars of such a node, fetched first where they are missing.

    Raises:
        LocalStackError: a download fails or differs from its pin, or the cache is unwritable.
    """
    target = cache_dir() / engine.jars_name
    try:
        if not target.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            with hold_lock(target.parent / "fetch.lock"):
                if not target.is_dir():
                    _fetch_into(target, engine, report)
    except OSError as err:
        raise LocalStackError(
            f"The cache folder {target.parent} cannot be written ({err.strerror or err}): make "
            "room there, or name another folder with XDG_CACHE_HOME."
        ) from err
    return target


def _fetch_into(target: Path, engine: LocalEngine, report: Report) -> None:
    pins = read_pins(engine)
    n_megabytes = sum(pin.size for pin in pins) // 1_000_000
    report(f"Fetching {engine.release} ({len(pins)} files, {n_megabytes} MB)")
    # The folder gets its name when it is complete, so an interrupted fetch leaves no half.
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=target.parent) as folder:
        repository, jars = Path(folder, "repository"), Path(folder, "jars")
        jars.mkdir()
        fetch_all(pins, _maven_fetch(repository), jars, report)
        jars.rename(target)


def fetch_all(pins: Iterable[Pin], fetch: Fetch, jars: Path, report: Report) -> None:
    """Put every pinned jar, and the jars inside pinned zips, into the folder `jars`.

    Raises:
        LocalStackError: a file cannot be fetched or differs from its pin.
    """
    pins = tuple(pins)
    with ThreadPoolExecutor(_N_DOWNLOADS) as pool:
        futures = [pool.submit(_fetch_one, pin, fetch, jars) for pin in pins]
        try:
            for n_done, future in enumerate(as_completed(futures), start=1):
                future.result()
                if n_done * 4 // len(pins) > (n_done - 1) * 4 // len(pins):
                    report(f"Fetched {n_done} of {len(pins)} files")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _fetch_one(pin: Pin, fetch: Fetch, jars: Path) -> None:
    try:
        file = fetch(pin)
    except OSError as err:
        # Errors of the HTTP client are OSErrors too; those of the disk carry a number.
        if err.errno is not None:
            raise
        raise _not_fetched(pin, type(err).__name__) from err
    except RuntimeError as err:
        raise _not_fetched(pin, "the repository does not have it") from err
    if hashlib.sha256(file.read_bytes()).hexdigest() != pin.sha256:
        raise LocalStackError(
            f"{pin.filename} arrived damaged or altered (its SHA-256 is not the pinned one): "
            "run `diptych local up` again, and check the proxy on the way if it recurs."
        )
    if pin.packaging == "zip":
        _unpack_jars(file, jars)
    else:
        shutil.move(file, jars / pin.filename)


def _not_fetched(pin: Pin, cause: str) -> LocalStackError:
    return LocalStackError(
        f"{pin.filename} cannot be fetched from the Maven repository ({cause}): check the "
        "network, then run `diptych local up` again."
    )


def _unpack_jars(archive: Path, jars: Path) -> None:
    with zipfile.ZipFile(archive) as content:
        for name in content.namelist():
            if name.endswith(".jar"):
                (jars / Path(name).name).write_bytes(content.read(name))


def _maven_fetch(repository: Path) -> Fetch:
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=repository, timeout=30)

    def _fetch(pin: Pin) -> Path:
        component = context.project(pin.group, pin.name).at_version(pin.version)
        file: Path = component.artifact(packaging=pin.packaging).resolve()
        return file

    return _fetch
