"""The child process that is the node: `python -m diptych.plugin.local.node SPEC`.

Everything that the node prints goes to the log file that the parent gave as stdout and stderr.
"""

import signal
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from diptych.plugin.local.elasticsearch_node import ElasticsearchNode
from diptych.plugin.local.engines import ELASTICSEARCH
from diptych.plugin.local.opensearch_node import OpenSearchNode
from diptych.plugin.local.spec import Node, NodeSpec


def run_node(spec: NodeSpec, node: Node) -> int:
    """Run the node until SIGTERM or SIGINT, then close it in order; the exit status.

    A node that cannot start leaves the reason as its last line.
    """
    import jpype

    jpype.startJVM(
        spec.libjvm,
        *_jvm_options(spec),
        *node.jvm_options(),
        classpath=list(node.class_path()),
    )
    stop = _stop_event()
    try:
        node.start()
    except jpype.JException as err:
        traceback.print_exc()
        print(_root_cause(err), flush=True)  # noqa: T201 - stdout is the log file
        return 1
    stop.wait()
    node.close()
    return 0


def _node_of(spec: NodeSpec) -> Node:
    return ElasticsearchNode(spec) if spec.engine == ELASTICSEARCH.name else OpenSearchNode(spec)


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


def _jvm_options(spec: NodeSpec) -> list[str]:
    options = [
        # The signals are left to Python, so that the node is closed before the JVM ends.
        "-Xrs",
        f"-Xmx{spec.heap}",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
    ]
    if spec.uses_vector_module:
        options.append("--add-modules=jdk.incubator.vector")
    if spec.is_short_lived:
        # The optimising compiler takes 6 of the 12 s of CPU until a node is ready (Java 17).
        options.append("-XX:TieredStopAtLevel=1")
    return options


if __name__ == "__main__":
    read = NodeSpec.read(Path(sys.argv[1]))
    sys.exit(run_node(read, _node_of(read)))
