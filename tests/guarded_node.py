"""The child process behind `guarded.py`: a node with the real security plugin.

`python guarded_node.py SPEC`, where SPEC is a JSON file with the keys of `guarded._spec`.
"""

import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import jpype

_PLUGINS = (
    "org.opensearch.knn.plugin.KNNPlugin",
    "org.opensearch.neuralsearch.plugin.NeuralSearch",
    "org.opensearch.security.OpenSearchSecurityPlugin",
)


def main(spec: dict[str, Any]) -> None:
    """Run the node until SIGTERM."""
    jpype.startJVM(
        spec["libjvm"],
        "-Xrs",
        "-Xmx768m",
        "-Djava.awt.headless=true",
        classpath=[*spec["jars"]],
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def build(_number: int, builder: Any) -> None:
        for name, value in spec["settings"].items():
            if isinstance(value, list):
                builder.putList(name, *value)
            else:
                builder.put(name, value)

    runner = jpype.JClass("org.codelibs.opensearch.runner.OpenSearchRunner")()
    interface = jpype.JClass("org.codelibs.opensearch.runner.OpenSearchRunner$Builder")
    runner.onBuild(jpype.JProxy(interface, dict={"build": build}))
    runner.build(
        *("-basePath", spec["base_dir"]),
        *("-numOfNode", "1"),
        *("-clusterName", "guarded"),
        *("-pluginTypes", ",".join(_PLUGINS)),
        "-disableESLogger",
    )
    stop.wait()
    runner.close()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
