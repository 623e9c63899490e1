"""Recall@100 of the vector leg against an exact search by numpy, for `bench/search.py`."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from search_shop import Shop

from diptych.client import Cluster, Json, path
from diptych.layout import IMAGE, TEXT
from diptych.mappings.engine import Engine, detect_engine
from diptych.query.meaning import Wish
from diptych.query.page import WINDOW
from diptych.query.plan import candidates
from diptych.query.vector import AVOIDANCE_OF_PRODUCTS, QueryVector, build_query_vector
from diptych.query.weights import Weights
from diptych.vectors import Floats

#: Weights of the text and the image part of the query vector. A negative part is a photo of what
#: the hits should not look like.
WEIGHTS = ((1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (1.0, -0.5))
DEPTH = 100
#: Scores that differ by less are one: float32 inner products summed in another order.
_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Recall:
    """Mean and worst recall over the questions; `ms` is the median of a request's time.

    `n_candidates` is the shortest and the longest list of candidates (`ef_search`) that was used.
    """

    text: float
    image: float
    n_candidates: tuple[int, int]
    mean: float
    worst: float
    ms: float

    def to_json(self) -> Json:
        """One row of the table."""
        return {
            "weights": [self.text, self.image],
            "ef_search": list(self.n_candidates),
            "recall": round(self.mean, 4),
            "worst": round(self.worst, 2),
            "p50_ms": round(self.ms, 1),
        }


def measure_recall(
    cluster: Cluster, index: str, shop: Shop, *, n_candidates: int | None = None
) -> list[Recall]:
    """One row for each of `WEIGHTS`.

    Args:
        n_candidates: length of the list of candidates; as the query layer chooses unless given.
    """
    engine = detect_engine(cluster)
    places = {name: i for i, name in enumerate(shop.sources)}
    found = []
    for text, image in WEIGHTS:
        vectors = [
            _query_vector(shop, said, seen, text=text, image=image)
            for said, seen in zip(shop.said, shop.seen, strict=True)
        ]
        lengths = [n_candidates or candidates(vector.skew) for vector in vectors]
        recalls, times_ms = [], []
        for vector, length in zip(vectors, lengths, strict=True):
            started = time.perf_counter()
            ids = _ask(cluster, engine, index, shop, vector, length)
            times_ms.append(1_000 * (time.perf_counter() - started))
            recalls.append(_recall(shop.vectors @ vector.values, [places[name] for name in ids]))
        n_used = min(lengths), max(lengths)
        row = float(np.mean(recalls)), min(recalls), float(np.median(times_ms))
        found.append(Recall(text, image, n_used, *row))
    return found


def _query_vector(
    shop: Shop, said: Floats, seen: Floats, *, text: float, image: float
) -> QueryVector:
    """[ text * said | image * seen ], made by the code that makes every query vector."""
    is_wanted = image >= 0
    weight = image if is_wanted else -image / AVOIDANCE_OF_PRODUCTS
    wishes = [Wish(TEXT, said, is_said=True), Wish(IMAGE, seen, is_wanted)]
    weights = Weights(keywords=0, text=text, image=weight, agreement=0)
    vector = build_query_vector(wishes, layout=shop.contract.layout, weights=weights)
    assert vector is not None
    return vector


def _ask(
    cluster: Cluster, engine: Engine, index: str, shop: Shop, vector: QueryVector, length: int
) -> list[str]:
    field = shop.contract.vector_field
    query = engine.knn_query(field, vector.values, k=WINDOW, ef_search=length, where=None)
    body = {"size": DEPTH, "_source": False, "query": query}
    answer = cluster.call("POST", path(index, "_search"), body=body)
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def _recall(scores: Floats, found: Sequence[int]) -> float:
    """Share of the hits that are as near as the 100th nearest: equal products are alternatives.

    ann-benchmarks counts the same way (`knn` in ann_benchmarks/plotting/metrics.py).
    """
    threshold = np.partition(scores, -DEPTH)[-DEPTH] - _ROUNDING
    return int((scores[list(found)] >= threshold).sum()) / DEPTH
