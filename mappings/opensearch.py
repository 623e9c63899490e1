"""OpenSearch with the k-NN plugin, as `diptych.mappings.engine.Engine` wants it."""

from collections.abc import Mapping
from types import MappingProxyType

from diptych.client import Json
from diptych.vectors import Floats

_NOTHING: Mapping[str, str] = MappingProxyType({})


class OpenSearch:
    """OpenSearch 2.19 and 3.x with the k-NN plugin."""

    @property
    def name(self) -> str:
        """As people call it."""
        return "OpenSearch"

    @property
    def vector_params(self) -> Mapping[str, str]:
        """Nothing: a vector is part of `_source` like any other field."""
        return _NOTHING

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

    def vector_source(self, source: Json) -> Json:
        """The same: a vector is part of `_source` like any other field."""
        return source

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

    @property
    def scans_any_copy(self) -> bool:
        """No: the primary alone."""
        return False

    def shard_preference(self, shard: int) -> str:
        """The primary holds every operation up to its global checkpoint."""
        return f"_shards:{shard}|_primary"
