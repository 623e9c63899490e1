"""What differs between search engines, behind one protocol, and which engine a cluster runs."""

import re
from collections.abc import Mapping
from typing import Protocol

from diptych.client import Cluster, Json
from diptych.errors import MappingError, RefusedError
from diptych.mappings.elasticsearch import FIRST_VERSION, Elasticsearch
from diptych.mappings.opensearch import OpenSearch
from diptych.vectors import Floats

__all__ = ["Elasticsearch", "Engine", "OpenSearch", "detect_engine"]


class Engine(Protocol):
    """One family of engines; holds no connection."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    @property
    def vector_params(self) -> Mapping[str, str]:
        """URL parameters with which `_mget` and a read by id bring vectors along.

        Also with which they bring the whole document, so that it can be written again.
        """
        ...

    def index_settings(self) -> Json:
        """Static settings that an index needs before it can hold vectors."""
        ...

    def vector_mapping(self, dimension: int, *, library: str) -> Json:
        """Mapping of a field compared by inner product.

        Args:
            library: the approximate-search library, `lucene` or `faiss`.

        Raises:
            MappingError: the engine has no such field.
        """
        ...

    def vector_value(self, vector: Floats) -> object:
        """A (d,) float32 vector as it goes into a bulk body or a query."""
        ...

    def vector_source(self, source: Json) -> Json:
        """The `_source` of a search body, so that the vectors that it includes come along.

        Args:
            source: with `includes`, `excludes`, or neither.
        """
        ...

    def knn_query(
        self, field: str, vector: Floats, *, k: int, ef_search: int, where: Json | None
    ) -> Json:
        """Query clause: the k nearest documents by inner product among those that match."""
        ...

    def inner_product(self, score: float) -> float:
        """The inner product behind a score of `knn_query`."""
        ...

    @property
    def scans_any_copy(self) -> bool:
        """Whether `shard_preference` may read a replica."""
        ...

    def shard_preference(self, shard: int) -> str:
        """Search `preference` that reads one shard's operations up to its global checkpoint.

        Read the checkpoint first, then refresh, then search.
        """
        ...


def detect_engine(cluster: Cluster) -> Engine:
    """The engine that answers at the cluster's address.

    Raises:
        MappingError: it is none that Diptych knows.
    """
    try:
        answer = cluster.call("GET", "/", accept=(405,))
    except RefusedError as err:
        raise MappingError(_unknown(cluster.url, str(err))) from err
    version = answer.get("version") if isinstance(answer, dict) else None
    if not isinstance(version, dict):
        return _by_nodes(cluster, reason="it does not tell its version")
    if version.get("distribution") == "opensearch":
        return OpenSearch()
    number = str(version.get("number"))
    if "build_flavor" in version:
        return _elasticsearch([number], cluster.url)
    raise MappingError(_unknown(cluster.url, f"it calls itself version {number}"))


def _by_nodes(cluster: Cluster, *, reason: str) -> Engine:
    """A node without the module that answers `GET /`; only Elasticsearch names index versions."""
    known = "nodes.*.version,nodes.*.index_version"
    try:
        answer: Json = cluster.call("GET", "/_nodes", params={"filter_path": known})
    except RefusedError as err:
        raise MappingError(_unknown(cluster.url, reason)) from err
    nodes = list(answer.get("nodes", {}).values())
    if not nodes or any("index_version" not in node for node in nodes):
        raise MappingError(_unknown(cluster.url, reason))
    return _elasticsearch([node["version"] for node in nodes], cluster.url)


def _elasticsearch(versions: list[str], url: str) -> Elasticsearch:
    found = [re.match(r"(\d+)\.(\d+)", version) for version in versions]
    oldest = min(((int(it[1]), int(it[2])) for it in found if it), default=(0, 0))
    if oldest < FIRST_VERSION:
        first = ".".join(map(str, FIRST_VERSION))
        raise MappingError(
            f"The server at {url} is Elasticsearch {', '.join(sorted(set(versions)))}, and "
            f"Diptych needs {first} or newer: upgrade it."
        )
    return Elasticsearch(oldest)


def _unknown(url: str, reason: str) -> str:
    return (
        f"The server at {url} is neither an OpenSearch nor an Elasticsearch that Diptych knows "
        f"({reason})."
    )
