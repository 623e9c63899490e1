"""What a node process is told, and what each kind of node makes of it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

CLUSTER_NAME = "diptych-local"


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """What a node process needs to know; travels as a JSON file.

    `engine` is the name of a `LocalEngine`; `heap` is a size as the JVM writes it ("1g"); a
    node that is short-lived starts in half the CPU time and is slower later.
    """

    engine: str
    jars_dir: str
    libjvm: str
    heap: str
    base_dir: str
    http_port: int
    transport_port: int
    uses_vector_module: bool = False
    is_short_lived: bool = False

    def write(self, path: Path) -> None:
        """Store it for `read`."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "NodeSpec":
        """What `write` stored."""
        return cls(**json.loads(path.read_text()))


class Node(Protocol):
    """A node in this process's JVM."""

    def class_path(self) -> Iterable[str]:
        """Jars of the JVM; asked before it runs."""
        ...

    def jvm_options(self) -> Iterable[str]:
        """Options of the JVM beside the heap's; asked before it runs."""
        ...

    def start(self) -> None:
        """Return when the node has started; a failure is a `jpype.JException`."""
        ...

    def close(self) -> None:
        """End it in order."""
        ...


def settings_of(spec: NodeSpec) -> dict[str, str]:
    """Settings that every kind of node takes."""
    return {
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": str(spec.http_port),
        "transport.port": str(spec.transport_port),
        # A laptop's disk is often more than 95 % full, which would make indexes read-only.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
