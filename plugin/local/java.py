"""Finding a Java runtime that the OpenSearch node can live in."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from diptych.errors import LocalStackError

#: Oldest major version that OpenSearch 2.19 runs on; 17 and 25 are tried.
OLDEST_JAVA = 17
_PARENTS = (Path("/usr/lib/jvm"), Path("/opt/java"), Path("~/.sdkman/candidates/java"))
_REMEDY = (
    f"install Java {OLDEST_JAVA} or newer (Debian and Ubuntu: openjdk-17-jre-headless) "
    "or set JAVA_HOME"
)


@dataclass(frozen=True, slots=True)
class JavaRuntime:
    """An installed runtime: its folder, major version, and the library that JPype loads."""

    home: Path
    version: int
    libjvm: Path


def find_java(
    environ: Mapping[str, str] | None = None, parents: Iterable[Path] = _PARENTS
) -> JavaRuntime:
    """The first fitting runtime of JAVA_HOME, the PATH and the usual folders, in that order.

    Args:
        environ: variables to look at instead of this process's own.
        parents: folders whose subfolders are runtimes.

    Raises:
        LocalStackError: there is none, or each found one is too old or trimmed.
    """
    refusals: list[str] = []
    for home in _candidates(os.environ if environ is None else environ, parents):
        found = _inspect(home)
        if isinstance(found, JavaRuntime):
            return found
        if found is not None:
            refusals.append(found)
    if refusals:
        raise LocalStackError(f"No Java here fits OpenSearch ({refusals[0]}): {_REMEDY}.")
    raise LocalStackError(f"There is no Java on this machine: {_REMEDY}.")


def _candidates(environ: Mapping[str, str], parents: Iterable[Path]) -> Iterator[Path]:
    if environ.get("JAVA_HOME"):
        yield Path(environ["JAVA_HOME"])
    if java := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(java).resolve().parent.parent
    for parent in parents:
        folder = parent.expanduser()
        if folder.is_dir():
            yield from sorted(folder.iterdir())


def _inspect(home: Path) -> JavaRuntime | str | None:
    """The runtime, why it does not fit, or None where the folder holds none."""
    libjvm = home / "lib" / "server" / "libjvm.so"
    try:
        release = (home / "release").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    version = _major_version(release)
    if version is None:
        return None
    if version < OLDEST_JAVA:
        return f"{home} is Java {version}"
    if not libjvm.is_file():
        return f"{home} has no lib/server/libjvm.so"
    modules = _field(release, "MODULES")
    # The analysis module asks for a Thai break iterator, which trimmed runtimes leave out.
    if modules is not None and "jdk.localedata" not in modules.split():
        return f"{home} is trimmed: it lacks the module jdk.localedata"
    return JavaRuntime(home, version, libjvm)


def _major_version(release: str) -> int | None:
    """17 of "17.0.15", 8 of "1.8.0_402"."""
    found = re.match(r"(?:1\.)?(\d+)", _field(release, "JAVA_VERSION") or "")
    return int(found[1]) if found else None


def _field(release: str, name: str) -> str | None:
    found = re.search(rf'^{name}="([^"]*)"', release, flags=re.MULTILINE)
    return found[1] if found else None
