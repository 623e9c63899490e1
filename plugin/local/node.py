"""The child process that is the OpenSearch node: `python -m diptych.plugin.local.node SPEC`.

Everything that the node prints goes to the log file that the parent gave as stdout and stderr.
"""

import json
import signal
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

CLUSTER_NAME = "diptych-local"
_PLUGINS = (
    "org.opensearch.knn.plugin.KNNPlugin",
    "org.opensearch.neuralsearch.plugin.NeuralSearch",
)


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """What a node process needs to know; travels as a JSON file.

    `heap` is a size as the JVM writes it ("1g"); a node that is short-lived starts in half
    the CPU time and is slower later.
    """

    jars_dir: str
    libjvm: str
    heap: str
    base_dir: str
    http_port: int
    transport_port: int
    is_short_lived: bool = False

    def write(self, path: Path) -> None:
        """Store it for `read`."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "NodeSpec":
        """What `write` stored."""
        return cls(**json.loads(path.read_text()))


def run_node(spec: NodeSpec) -> int:
    """Run the node until SIGTERM or SIGINT, then close it in order; the exit status.

    A node that cannot start leaves the reason as its last line.
    """
    import jpype

    # -Xrs leaves the signals to Python, so that the node is closed before the JVM ends.
    jpype.startJVM(spec.libjvm, *_jvm_options(spec), classpath=[f"{spec.jars_dir}/*"])
    stop = _stop_event()
    try:
        runner = _build_runner(spec)
    except jpype.JException as err:
        traceback.print_exc()
        print(_root_cause(err), flush=True)  # noqa: T201 - stdout is the log file
        return 1
    stop.wait()
    runner.close()
    return 0


def _stop_event() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()

    def _on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _on_signal)
    return stop


def _root_cause(err: Any) -> str:
    """Class and message of the exception at the bottom."""
    while err.getCause() is not None:
        err = err.getCause()
    return str(err.toString()).splitlines()[0]


def node_settings(spec: NodeSpec) -> dict[str, str]:
    """Settings of the node, on top of the runner's own."""
    return {
        # The runner's own roles lack `ingest`, without which pipelines are refused.
        "node.roles": "cluster_manager,data,ingest",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": str(spec.http_port),
        "transport.port": str(spec.transport_port),
        # A laptop's disk is often more than 95 % full, which would make indexes read-only.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }


def _jvm_options(spec: NodeSpec) -> list[str]:
    options = [
        "-Xrs",
        f"-Xmx{spec.heap}",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
    ]
    if spec.is_short_lived:
        # The optimising compiler takes 6 of the 12 s of CPU until a node is ready (Java 17).
        options.append("-XX:TieredStopAtLevel=1")
    return options


def _build_runner(spec: NodeSpec) -> Any:
    import jpype

    settings = node_settings(spec)

    def _build(_number: int, builder: Any) -> None:
        for name, value in settings.items():
            builder.put(name, value)

    runner_class = jpype.JClass("org.codelibs.opensearch.runner.OpenSearchRunner")
    interface = jpype.JClass("org.codelibs.opensearch.runner.OpenSearchRunner$Builder")
    runner = runner_class()
    runner.onBuild(jpype.JProxy(interface, dict={"build": _build}))
    runner.build(
        *("-basePath", spec.base_dir),
        *("-numOfNode", "1"),
        *("-clusterName", CLUSTER_NAME),
        *("-pluginTypes", ",".join(_PLUGINS)),
        "-disableESLogger",
    )
    return runner


if __name__ == "__main__":
    sys.exit(run_node(NodeSpec.read(Path(sys.argv[1]))))
