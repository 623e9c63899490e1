"""The approximate neighbours are nearly the true ones, whatever the weights."""

import uuid
from collections.abc import Iterator

import numpy as np
import pytest
from shelf import create_index, fused, make_contract, write

from diptych.client import Cluster, path
from diptych.contract import IndexContract
from diptych.layout import IMAGE, TEXT
from diptych.mappings.engine import OpenSearch
from diptych.query.meaning import Wish
from diptych.query.page import WINDOW
from diptych.query.plan import candidates
from diptych.query.vector import build_query_vector
from diptych.query.weights import Weights
from diptych.settings import load_settings
from diptych.testing import FakeEncoder
from diptych.vectors import Floats, unit_rows

pytestmark = pytest.mark.integration

N_PRODUCTS, N_KINDS, N_QUERIES, DIMENSION = 3_000, 60, 20, 64
CONTRACT: IndexContract = make_contract(FakeEncoder(DIMENSION, DIMENSION))


@pytest.fixture(scope="module")
def cluster(cluster_url: str) -> Iterator[Cluster]:
    """The test run's node."""
    cluster = Cluster(load_settings(cluster_url=cluster_url))
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def clustered(cluster: Cluster) -> Iterator[tuple[str, Floats]]:
    """An index of products in kinds, a tenth without a picture; and their vectors."""
    rng = np.random.default_rng(5)
    text, image = (_clustered(rng, N_PRODUCTS) for _ in range(2))
    image[::10] = 0
    agreement = rng.uniform(0, 0.5, N_PRODUCTS).astype(np.float32)
    rows = fused(CONTRACT, text, image, agreement)
    index = f"test-recall-{uuid.uuid4().hex[:8]}"
    create_index(cluster, index, CONTRACT)
    names = [str(i) for i in range(N_PRODUCTS)]
    write(cluster, index, CONTRACT, {n: {} for n in names}, dict(zip(names, rows, strict=True)))
    # One graph, as in an index at rest: several small ones are each searched to the full.
    cluster.call("POST", path(index, "_forcemerge"), params={"max_num_segments": "1"})
    yield index, rows
    cluster.call("DELETE", path(index))


@pytest.mark.parametrize(("text", "image"), [(1.0, 1.0), (0.2, 0.8), (1.0, 0.0), (0.0, 1.0)])
def test_recall_follows_the_skew_of_the_weights(
    cluster: Cluster, clustered: tuple[str, Floats], text: float, image: float
) -> None:
    """At least 95 of the true nearest 100 are among the engine's first 100."""
    index, rows = clustered
    rng = np.random.default_rng(6)
    weights = Weights(keywords=0, text=text, image=image, agreement=0.05)

    recalls = [
        _recall(cluster, index, rows, weights, e, f)
        for e, f in zip(_clustered(rng, N_QUERIES), _clustered(rng, N_QUERIES), strict=True)
    ]

    assert np.mean(recalls) >= 0.95


def _recall(
    cluster: Cluster, index: str, rows: Floats, weights: Weights, e: Floats, f: Floats
) -> float:
    wishes = [Wish(TEXT, e), Wish(IMAGE, f)]
    vector = build_query_vector(wishes, layout=CONTRACT.layout, weights=weights)
    assert vector is not None
    query = OpenSearch().knn_query(
        CONTRACT.vector_field,
        vector.values,
        k=WINDOW,
        ef_search=candidates(vector.skew),
        where=None,
    )
    body = {"size": 100, "_source": False, "query": query}
    found = cluster.call("POST", path(index, "_search"), body=body)["hits"]["hits"]
    true = np.argsort(-(rows @ vector.values))[:100]
    return len({int(hit["_id"]) for hit in found} & set(true.tolist())) / 100


def _clustered(rng: np.random.Generator, n: int) -> Floats:
    """(n, DIMENSION) float32 unit rows around `N_KINDS` centres, the same for every call."""
    centres = np.random.default_rng(4).standard_normal((N_KINDS, DIMENSION))
    noise = rng.standard_normal((n, DIMENSION)) * 0.6
    return unit_rows((centres[rng.integers(N_KINDS, size=n)] + noise).astype(np.float32))
