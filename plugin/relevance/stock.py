"""Every document of an index in memory: ids and fused vectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diptych.client import Cluster
from diptych.errors import SearchError
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target
from diptych.plugin.scrolling import scrolled
from diptych.vectors import Floats

#: Documents per page; with 900 numbers each, 10 MB of JSON.
_PAGE: Final = 1_000


@dataclass(frozen=True)
class Stock:
    """The documents of an index.

    Attributes:
        ids: in order, so that equal scores stand in the order of their ids.
        vectors: (n, dimension) float32; a row of zeros where there is none.
        has_vector: (n,) bool.
    """

    ids: Sequence[str]
    vectors: Floats
    has_vector: NDArray[np.bool_]

    def __len__(self) -> int:
        """How many documents."""
        return len(self.ids)

    @cached_property
    def places(self) -> dict[str, int]:
        """Id -> row."""
        return {name: i for i, name in enumerate(self.ids)}


def read_stock(
    cluster: Cluster,
    engine: Engine,
    target: Target,
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Stock:
    """All documents as they are now.

    Args:
        on_progress: called with the number of documents so far.

    Raises:
        SearchError: the index is empty.
        DiptychError: the cluster refuses or does not answer.
    """
    field = target.contract.vector_field
    body = {"size": _PAGE, "_source": engine.vector_source({"includes": [field]})}
    found: dict[str, Floats | None] = {}
    for hits in scrolled(cluster, target.name, body):
        for hit in hits:
            vector = hit.get("_source", {}).get(field)
            found[hit["_id"]] = None if vector is None else np.asarray(vector, np.float32)
        on_progress(len(found))
    if not found:
        raise SearchError(f"{target.name!r} has no documents: ingest some first.")
    ids = sorted(found)
    vectors = np.zeros((len(ids), target.contract.layout.dimension), np.float32)
    has_vector = np.zeros(len(ids), bool)
    for i, name in enumerate(ids):
        row = found.pop(name)
        if row is not None:
            vectors[i], has_vector[i] = row, True
    return Stock(ids, vectors, has_vector)
