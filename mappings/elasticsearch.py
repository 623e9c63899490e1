"""Elasticsearch with its basic features, as `diptych.mappings.engine.Engine` wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from diptych.client import Json
from diptych.errors import MappingError
from diptych.vectors import Floats

#: First version whose `knn` query takes `k` (elastic/elasticsearch#110233).
FIRST_VERSION: Final = (8, 15)
#: From here on `_source` comes without vectors unless they are asked for.
_LEAVES_VECTORS_OUT: Final = (9, 2)
#: Longest `dense_vector` (its documentation).
_MAX_DIMENSION: Final = 4096


@dataclass(frozen=True, slots=True)
class Elasticsearch:
    """Elasticsearch 8.15 and newer; `version` is the one that the cluster told."""

    version: tuple[int, int]

    @property
    def name(self) -> str:
        """As people call it."""
        return "Elasticsearch"

    @property
    def vector_params(self) -> Mapping[str, str]:
        """`_source_exclude_vectors`, where the version knows it."""
        return {"_source_exclude_vectors": "false"} if self._leaves_vectors_out else {}

    def index_settings(self) -> Json:
        """None: the mapping alone makes the graph."""
        return {}

    def vector_mapping(self, dimension: int, *, library: str) -> Json:
        """`dense_vector` with plain HNSW.

        Without `index_options` long vectors would be quantised to a bit per number (`bbq_hnsw`),
        which loses half of the nearest neighbours before rescoring.

        Raises:
            MappingError: the vector is too long, or another library is wanted.
        """
        if library != "lucene":
            raise MappingError(
                f"Elasticsearch searches vectors with Lucene alone, not with {library!r}: leave "
                "--engine out."
            )
        if dimension > _MAX_DIMENSION:
            raise MappingError(
                f"The fused vector of these models has {dimension:,} numbers, and Elasticsearch "
                f"takes {_MAX_DIMENSION:,} at most: choose smaller models."
            )
        return {
            "type": "dense_vector",
            "dims": dimension,
            "index": True,
            "similarity": "max_inner_product",
            "index_options": {"type": "hnsw", "m": 16, "ef_construction": 128},
        }

    def vector_value(self, vector: Floats) -> object:
        """The array itself, which orjson writes as a list in the shortest form.

        Base64, which 9.3 takes, saves a sixth of a bulk's time (9.5.3, 904 numbers), and comes
        back as text from an index whose `_source` keeps its vectors.
        """
        return vector

    def vector_source(self, source: Json) -> Json:
        """`exclude_vectors: false` beside the rest, where the version knows it."""
        return {**source, "exclude_vectors": False} if self._leaves_vectors_out else source

    def knn_query(
        self, field: str, vector: Floats, *, k: int, ef_search: int, where: Json | None
    ) -> Json:
        """`knn`; `num_candidates` of each shard are looked at, and k of them returned."""
        body: Json = {
            "field": field,
            "query_vector": self.vector_value(vector),
            "k": k,
            "num_candidates": max(k, ef_search),
        }
        if where is not None:
            body["filter"] = where
        return {"knn": body}

    def inner_product(self, score: float) -> float:
        """1 + ip for ip >= 0, else 1 / (1 - ip): VectorUtil.scaleMaxInnerProductScore of Lucene."""
        return score - 1 if score >= 1 else 1 - 1 / score

    @property
    def scans_any_copy(self) -> bool:
        """Yes; see `shard_preference`."""
        return True

    def shard_preference(self, shard: int) -> str:
        """Any copy in sync: once refreshed, each has every operation up to the global checkpoint.

        Elasticsearch 8 and 9 know no `_primary`.
        """
        return f"_shards:{shard}"

    @property
    def _leaves_vectors_out(self) -> bool:
        return self.version >= _LEAVES_VECTORS_OUT
