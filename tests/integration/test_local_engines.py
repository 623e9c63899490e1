"""Nodes of other engines: each starts and answers a search by vector."""

import json
from typing import Any

import pytest
import urllib3

pytestmark = pytest.mark.integration


def _call(url: str, method: str, path: str, body: object = None) -> Any:
    with urllib3.PoolManager() as pool:
        headers = {"content-type": "application/json"}
        answer = pool.request(
            method, url + path, body=None if body is None else json.dumps(body), headers=headers
        )
        return answer.json()


def test_elasticsearch_finds_the_nearest_vector(elasticsearch_url: str) -> None:
    """By inner product; the score of a product of 0.5 is 1.5 by the engine's rule."""
    vector = {
        "type": "dense_vector",
        "dims": 2,
        "similarity": "max_inner_product",
        "index_options": {"type": "hnsw"},
    }
    _call(elasticsearch_url, "PUT", "/local", {"mappings": {"properties": {"v": vector}}})
    for number, v in (("a", [0.5, 0.0]), ("b", [0.0, 1.0])):
        _call(elasticsearch_url, "PUT", f"/local/_doc/{number}?refresh=true", {"v": v})
    knn = {"field": "v", "query_vector": [1.0, 0.0], "k": 1, "num_candidates": 10}

    hits = _call(elasticsearch_url, "POST", "/local/_search", {"knn": knn})["hits"]["hits"]

    _call(elasticsearch_url, "DELETE", "/local")
    assert [("a", pytest.approx(1.5))] == [(hit["_id"], hit["_score"]) for hit in hits]
