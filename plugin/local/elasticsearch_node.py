"""An Elasticsearch node, put together from its published jars as its own launcher does it.

Its HTTP module must be loaded by a class loader of its own, from a folder with a descriptor.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from diptych.plugin.local.engines import ENGINES
from diptych.plugin.local.spec import CLUSTER_NAME, NodeSpec, settings_of

_MODULE = "transport-netty4"
#: Starts of the names of the jars that belong to the module.
_MODULE_JARS = (f"{_MODULE}-", "netty-", "elasticsearch-ssl-config-")
_CLOSE_TIMEOUT_S = 20


class ElasticsearchNode:
    """The node of a spec, not started yet."""

    def __init__(self, spec: NodeSpec) -> None:
        """Start nothing."""
        self._spec = spec
        self._home = Path(spec.base_dir)
        self._node: Any = None

    def class_path(self) -> Iterable[str]:
        """Every jar that is not the module's."""
        return [str(jar) for jar in self._jars() if not jar.name.startswith(_MODULE_JARS)]

    def jvm_options(self) -> Iterable[str]:
        """What its own launcher sets too."""
        return [
            f"-Des.path.home={self._home}",
            "-Dio.netty.noUnsafe=true",
            "--enable-native-access=ALL-UNNAMED",
        ]

    def start(self) -> None:
        """Return when the node has started; a failure is a `jpype.JException`."""
        import jpype

        self._make_home()
        jpype.JClass("org.elasticsearch.common.logging.LogConfigurator").configureESLogging()
        environment = self._environment()
        loader = jpype.JClass("org.elasticsearch.plugins.PluginsLoader")
        plugins = loader.createPluginsLoader(
            loader.loadModulesBundles(environment.modulesDir(), False),
            loader.loadPluginsBundles(environment.pluginsDir(), False),
            jpype.java.util.Map.of(),
            False,
        )
        self._node = jpype.JClass("org.elasticsearch.node.Node")(environment, plugins)
        self._node.start()

    def close(self) -> None:
        """End it in order."""
        import jpype

        self._node.close()
        self._node.awaitClose(_CLOSE_TIMEOUT_S, jpype.java.util.concurrent.TimeUnit.SECONDS)

    def _jars(self) -> list[Path]:
        return sorted(Path(self._spec.jars_dir).glob("*.jar"))

    def _make_home(self) -> None:
        """The folders of an installation; the module's is made anew, for a newer version."""
        for name in ("config", "plugins"):
            (self._home / name).mkdir(parents=True, exist_ok=True)
        module = self._home / "modules" / _MODULE
        shutil.rmtree(module, ignore_errors=True)
        module.mkdir(parents=True)
        for jar in self._jars():
            if jar.name.startswith(_MODULE_JARS):
                (module / jar.name).symlink_to(jar)
        version = ENGINES[self._spec.engine].version
        (module / "plugin-descriptor.properties").write_text(_descriptor(version))

    def _environment(self) -> Any:
        import jpype

        builder = jpype.JClass("org.elasticsearch.common.settings.Settings").builder()
        own = {"path.home": str(self._home), "cluster.name": CLUSTER_NAME}
        for name, value in (own | settings_of(self._spec)).items():
            builder.put(name, value)
        preparer = jpype.JClass("org.elasticsearch.node.InternalSettingsPreparer")
        config = jpype.java.nio.file.Paths.get(str(self._home / "config"))
        node_name = jpype.JProxy("java.util.function.Supplier", dict={"get": lambda: "node_1"})
        empty = jpype.java.util.Map.of()
        return preparer.prepareEnvironment(builder.build(), empty, config, node_name)


def _descriptor(version: str) -> str:
    lines = {
        "name": _MODULE,
        "description": "HTTP and transport",
        "version": version,
        "elasticsearch.version": version,
        "java.version": "17",
        "classname": "org.elasticsearch.transport.netty4.Netty4Plugin",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())
