"""Two OpenSearch nodes of one cluster, so that shards can move; the local stack has one.

`python two_nodes.py SPEC` is the process that `run_two_nodes` starts: the runner of the local stack
starts both in one JVM.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3
from waiting import wait_until

from diptych.plugin.local.engines import ENGINES, OPENSEARCH_2
from diptych.plugin.local.jars import ensure_jars
from diptych.plugin.local.java import find_java
from diptych.plugin.local.node import run_node
from diptych.plugin.local.opensearch_node import OpenSearchNode
from diptych.plugin.local.ports import LOOPBACK, choose_port
from diptych.plugin.local.processes import is_alive, start_process, stop_process
from diptych.plugin.local.servers import last_line
from diptych.plugin.local.spec import CLUSTER_NAME, NodeSpec, settings_of

_RUNNER = "org.codelibs.opensearch.runner.OpenSearchRunner"


class TwoNodes(OpenSearchNode):
    """As the local stack's node, twice; the second one has any free ports."""

    def start(self) -> None:
        """Return when both have started."""
        import jpype

        interface = jpype.JClass(f"{_RUNNER}$Builder")
        runner = jpype.JClass(_RUNNER)()
        runner.onBuild(jpype.JProxy(interface, dict={"build": self._build}))
        runner.build(
            *("-basePath", self._spec.base_dir),
            *("-numOfNode", "2"),
            *("-clusterName", CLUSTER_NAME),
            *("-pluginTypes", ",".join(ENGINES[self._spec.engine].plugins)),
            "-disableESLogger",
        )
        self._runner = runner

    def _build(self, number: int, builder: Any) -> None:
        own = {
            "node.roles": "cluster_manager,data,ingest",
            "node.name": f"node-{number}",
            "cluster.initial_cluster_manager_nodes": "node-1",
            "discovery.seed_hosts": f"{LOOPBACK}:{self._spec.transport_port}",
        }
        if number > 1:
            own |= {"http.port": str(choose_port([])), "transport.port": str(choose_port([]))}
        for name, value in (settings_of(self._spec) | own).items():
            if name != "discovery.type":
                builder.put(name, value)


@contextmanager
def run_two_nodes(folder: Path) -> Iterator[str]:
    """The address of the first of two nodes, which end with the test."""
    java = find_java(OPENSEARCH_2.java)
    spec = NodeSpec(
        engine=OPENSEARCH_2.name,
        jars_dir=str(ensure_jars(OPENSEARCH_2, lambda _line: None)),
        libjvm=str(java.libjvm),
        heap="640m",
        base_dir=str(folder / "data"),
        http_port=choose_port([]),
        transport_port=choose_port([]),
        is_short_lived=True,
    )
    spec.write(folder / "nodes.json")
    log_file = folder / "nodes.log"
    process = start_process(
        [sys.executable, __file__, str(folder / "nodes.json")],
        log_file=log_file,
        stop_with_parent=True,
    )
    url = f"http://{LOOPBACK}:{spec.http_port}"
    try:
        with urllib3.PoolManager(retries=False) as pool:

            def is_ready() -> bool:
                assert is_alive(process), last_line(log_file)
                try:
                    health = pool.request("GET", f"{url}/_cluster/health").json()
                except (urllib3.exceptions.HTTPError, ValueError):
                    return False
                return bool(health.get("number_of_nodes") == 2)

            wait_until(is_ready)
        yield url
    finally:
        stop_process(process)


if __name__ == "__main__":
    read = NodeSpec.read(Path(sys.argv[1]))
    sys.exit(run_node(read, TwoNodes(read)))
