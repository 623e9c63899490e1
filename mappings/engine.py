"""What differs between search engines, behind one protocol."""

from typing import Protocol

from diptych.client import Cluster, Json
from diptych.errors import MappingError, RefusedError
from diptych.vectors import Floats


class Engine(Protocol):
    """One family of engines; holds no connection."""

    def index_settings(self) -> Json:
        """Static settings that an index needs before it can hold vectors."""
        ...

    def vector_mapping(self, dimension: int, *, library: str) -> Json:
        """Mapping of a field compared by inner product.

        Args:
            library: the approximate-search library, `lucene` or `faiss`.
        """
        ...

    def vector_value(self, vector: Floats) -> object:
        """A (d,) float32 vector as it goes into a bulk body or a query."""
        ...

    def knn_query(
        self, field: str, vector: Floats, *, k: int, ef_search: int, where: Json | None
    ) -> Json:
        """Query clause: the k nearest documents by inner product among those that match."""
        ...

    def inner_product(self, score: float) -> float:
        """The inner product behind a score of `knn_query`."""
        ...

    def shard_preference(self, shard: int) -> str:
        """Search `preference` that reads one shard's operations up to its global checkpoint."""
        ...


class OpenSearch:
    """OpenSearch 2.19 and 3.x with the k-NN plugin."""

    def index_settings(self) -> Json:
        """`index.knn`: without it no graph is built."""
        return {"index.knn": True}

    def vector_mapping(self, dimension: int, *, library: str) -> Json:
        """`knn_vector` with HNSW; m and ef_construction are the engine's documented defaults."""
        return {
            "type": "knn_vector",
            "dimension": dimension,
            "method": {
                "name": "hnsw",
                "engine": library,
                "space_type": "innerproduct",
                "parameters": {"m": 16, "ef_construction": 128},
            },
        }

    def vector_value(self, vector: Floats) -> object:
        """The array itself: 2.19 knows no base64, and orjson writes float32 in short form."""
        return vector

    def knn_query(
        self, field: str, vector: Floats, *, k: int, ef_search: int, where: Json | None
    ) -> Json:
        """`knn`; Lucene reads `ef_search` only above k and then returns that many (2.19)."""
        body: Json = {
            "vector": self.vector_value(vector),
            "k": k,
            "method_parameters": {"ef_search": ef_search},
        }
        if where is not None:
            body["filter"] = where
        return {"knn": {field: body}}

    def inner_product(self, score: float) -> float:
        """1 + ip for ip >= 0, else 1 / (1 - ip): SpaceType.INNER_PRODUCT of the k-NN plugin."""
        return score - 1 if score >= 1 else 1 - 1 / score

    def shard_preference(self, shard: int) -> str:
        """The primary holds every operation up to its global checkpoint."""
        return f"_shards:{shard}|_primary"


def detect_engine(cluster: Cluster) -> Engine:
    """The engine that answers at the cluster's address.

    Raises:
        MappingError: it is none that Diptych knows.
    """
    try:
        answer = cluster.call("GET", "/")
    except RefusedError as err:
        raise MappingError(_unknown(cluster.url, str(err))) from err
    version = answer.get("version", {})
    if version.get("distribution") == "opensearch":
        return OpenSearch()
    raise MappingError(_unknown(cluster.url, f"it calls itself version {version.get('number')}"))


def _unknown(url: str, reason: str) -> str:
    return f"The server at {url} is not an OpenSearch that Diptych knows ({reason})."
