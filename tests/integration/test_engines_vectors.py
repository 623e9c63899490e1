"""What each engine makes of vectors: exact numbers, the nearest first, filters before the search."""

import numpy as np
import pytest
from nodes import EngineCluster

from diptych.client import Json, path, to_ndjson
from diptych.vectors import Floats

pytestmark = pytest.mark.integration

#: Above 384 numbers Elasticsearch would quantise a field that does not say otherwise.
N, DIMENSION = 300, 400


@pytest.fixture(scope="module")
def vectors() -> Floats:
    """(N, DIMENSION) float32, of different lengths and signs."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((N, DIMENSION), dtype=np.float32) / np.float32(DIMENSION**0.5)


@pytest.fixture
def index(engine_cluster: EngineCluster, engine_index: str, vectors: Floats) -> str:
    """An index with the vectors; every third document is on sale."""
    engine = engine_cluster.engine
    properties = {
        "vector": engine.vector_mapping(DIMENSION, library="lucene"),
        "on_sale": {"type": "boolean"},
    }
    settings = {"number_of_shards": 1, "number_of_replicas": 0, **engine.index_settings()}
    body = {"settings": settings, "mappings": {"properties": properties}}
    engine_cluster.cluster.call("PUT", path(engine_index), body=body)
    lines: list[Json] = []
    for number, vector in enumerate(vectors):
        lines += [
            {"index": {"_id": str(number)}},
            {"vector": engine.vector_value(vector), "on_sale": number % 3 == 0},
        ]
    answer = engine_cluster.cluster.call(
        "POST", path(engine_index, "_bulk"), body=to_ndjson(lines), params={"refresh": "true"}
    )
    assert not answer["errors"], answer
    return engine_index


def nearest(
    node: EngineCluster, index: str, vector: Floats, *, k: int, where: Json | None = None
) -> dict[int, float]:
    """Document -> inner product as the engine scores it, best first."""
    query = node.engine.knn_query("vector", vector, k=k, ef_search=k, where=where)
    body = {"size": k, "_source": False, "query": query}
    hits = node.cluster.call("POST", path(index, "_search"), body=body)["hits"]["hits"]
    return {int(hit["_id"]): node.engine.inner_product(hit["_score"]) for hit in hits}


def test_scores_are_the_inner_products_of_the_vectors(
    engine_cluster: EngineCluster, index: str, vectors: Floats
) -> None:
    """Above zero and below it, and not of a shortened form of the vectors."""
    query = vectors[7] * 2

    found = nearest(engine_cluster, index, query, k=N)

    exact = vectors @ query
    assert np.count_nonzero(exact < 0) > N // 4
    assert len(found) > 0.95 * N
    ids = list(found)
    np.testing.assert_allclose([found[i] for i in ids], exact[ids], atol=1e-4)
    assert ids[0] == int(np.argmax(exact))


def test_a_filter_narrows_the_search_and_not_its_answer(
    engine_cluster: EngineCluster, index: str, vectors: Floats
) -> None:
    """Ten are found among those that pass, though the nearest ten of all hardly pass."""
    query = vectors[7]
    on_sale = np.arange(0, N, 3)

    found = nearest(engine_cluster, index, query, k=10, where={"term": {"on_sale": True}})

    best = on_sale[np.argsort(-(vectors[on_sale] @ query))[:10]]
    assert set(best.tolist()) == set(found)
