"""The pinned files of a node: coordinates, sizes and SHA-256, read from a lock file.

`python -m diptych.plugin.local.pins ENGINE > plugin/local/ENGINE.lock` resolves them anew.
"""

import hashlib
import sys
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from diptych.plugin.local.engines import ENGINES, LocalEngine


@dataclass(frozen=True, slots=True)
class Pin:
    """One file of a Maven repository; `size` in bytes."""

    group: str
    name: str
    packaging: str
    version: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        """The file's name in the repository."""
        return f"{self.name}-{self.version}.{self.packaging}"


def read_pins(engine: LocalEngine) -> tuple[Pin, ...]:
    """Every file that the node's class path needs; a zip is a plugin that holds jars."""
    text = files("diptych.plugin.local").joinpath(engine.lock_name).read_text(encoding="ascii")
    return tuple(_parse(line) for line in text.splitlines() if line)


def _parse(line: str) -> Pin:
    coordinates, size, sha256 = line.split()
    group, name, packaging, version = coordinates.split(":")
    return Pin(group, name, packaging, version, int(size), sha256)


def resolve_pins(engine: LocalEngine, repository: Path) -> list[str]:
    """The lines of a new lock file; what they name is fetched into `repository` to be hashed.

    Native libraries of single platforms are left out: the node does without.
    """
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=repository)
    wanted = [context.create_dependency(library) for library in engine.libraries]
    inputs, others = context.resolver.resolve(wanted)
    artifacts = [dependency.artifact for dependency in (*inputs, *others)]
    artifacts = [artifact for artifact in artifacts if not artifact.classifier]
    for coordinates in engine.zips:
        group, name, version = coordinates.split(":")
        component = context.project(group, name).at_version(version)
        artifacts.append(component.artifact(packaging="zip"))
    lines = []
    for artifact in artifacts:
        content = artifact.resolve().read_bytes()
        key = f"{artifact.groupId}:{artifact.artifactId}:{artifact.packaging}:{artifact.version}"
        lines.append(f"{key} {len(content)} {hashlib.sha256(content).hexdigest()}")
    return sorted(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        lines = resolve_pins(ENGINES[sys.argv[1]], Path(folder))
        sys.stdout.write("\n".join(lines) + "\n")
