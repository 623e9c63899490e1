"""An OpenSearch node, driven by the runner of CodeLibs with all jars on one class path."""

from collections.abc import Iterable
from typing import Any

from diptych.plugin.local.engines import ENGINES
from diptych.plugin.local.spec import CLUSTER_NAME, NodeSpec, settings_of

_RUNNER = "org.codelibs.opensearch.runner.OpenSearchRunner"


class OpenSearchNode:
    """The node of a spec, not started yet."""

    def __init__(self, spec: NodeSpec) -> None:
        """Start nothing."""
        self._spec = spec
        self._runner: Any = None

    def class_path(self) -> Iterable[str]:
        """Every jar."""
        return [f"{self._spec.jars_dir}/*"]

    def jvm_options(self) -> Iterable[str]:
        """None of its own."""
        return []

    def start(self) -> None:
        """Return when the node has started; a failure is a `jpype.JException`."""
        import jpype

        interface = jpype.JClass(f"{_RUNNER}$Builder")
        runner = jpype.JClass(_RUNNER)()
        runner.onBuild(jpype.JProxy(interface, dict={"build": self._build}))
        runner.build(
            *("-basePath", self._spec.base_dir),
            *("-numOfNode", "1"),
            *("-clusterName", CLUSTER_NAME),
            *("-pluginTypes", ",".join(ENGINES[self._spec.engine].plugins)),
            "-disableESLogger",
        )
        self._runner = runner

    def close(self) -> None:
        """End it in order."""
        self._runner.close()

    def _build(self, _number: int, builder: Any) -> None:
        # The runner's own roles lack `ingest`, without which pipelines are refused.
        builder.put("node.roles", "cluster_manager,data,ingest")
        for name, value in settings_of(self._spec).items():
            builder.put(name, value)
