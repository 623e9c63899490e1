"""Vectors of products, read from the index in one request."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diptych.client import Caller, Json, path
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target
from diptych.vectors import Floats


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """(dimension,) float32 by product id, and the ids of products that have none yet."""

    vectors: dict[str, Floats]
    without: frozenset[str]

    def __getitem__(self, product: str) -> Floats:
        return self.vectors[product]

    def __contains__(self, product: str) -> bool:
        return product in self.vectors

    def lack(self, product: str, *, index: str) -> str:
        """Why a product has no vector here."""
        if product in self.without:
            return (
                f"The product {product!r} has no vector yet: run `diptych embed {index} --wait`, "
                "or see what stops it in its field diptych.error."
            )
        return (
            f"There is no product {product!r} in {index!r}: check the id; a product written a "
            "moment ago is found after the index's next refresh."
        )


def read_vectors(
    cluster: Caller,
    engine: Engine,
    target: Target,
    products: Sequence[str],
    *,
    timeout_s: float | None = None,
) -> StoredVectors:
    """The vectors of the products that exist and have one; asks nothing for no product."""
    if not products:
        return StoredVectors({}, frozenset())
    body = vectors_body(engine, target.contract.vector_field, products)
    answer = cluster.call("POST", path(target.name, "_search"), body=body, timeout_s=timeout_s)
    return vectors_in(answer["hits"]["hits"], target.contract.vector_field)


def vectors_body(engine: Engine, field: str, products: Sequence[str]) -> Json:
    """The search that `read_vectors` sends."""
    ids = list(dict.fromkeys(products))
    source = engine.vector_source({"includes": [field]})
    return {"size": len(ids), "_source": source, "query": {"ids": {"values": ids}}}


def vectors_in(rows: Sequence[Json], field: str) -> StoredVectors:
    """The vectors in the sources of hits."""
    found = {row["_id"]: row.get("_source", {}).get(field) for row in rows}
    return StoredVectors(
        {name: np.asarray(value, np.float32) for name, value in found.items() if value},
        frozenset(name for name, value in found.items() if not value),
    )
