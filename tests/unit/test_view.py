"""What is known of an index is asked for rarely, and by one caller at a time."""

import threading
from collections.abc import Collection, Mapping
from typing import Any

import pytest
from shelf import make_contract

from diptych.client import Cluster
from diptych.errors import RefusedError
from diptych.query.view import Views
from diptych.settings import load_settings
from diptych.testing import FakeEncoder


class Canned(Cluster):
    """A cluster that answers from memory, and counts."""

    def __init__(self) -> None:
        """One index behind an alias, embedded, in one shard."""
        super().__init__(load_settings(cluster_url="http://127.0.0.1:9"))
        self.index = "shop-1"
        self.n_vectors = 1
        self.knows_hybrid = True
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Event()

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        timeout_s: float | None = None,
    ) -> Any:
        """A mapping, or the answer to one of the two questions."""
        if path.endswith("_mapping"):
            self.asked.append("mapping")
            self.waiting.set()
            self.gate.wait()
            meta = {"diptych": make_contract(FakeEncoder()).to_meta()}
            return {self.index: {"mappings": {"_meta": meta, "properties": {}}}}
        if "hybrid" in str(body):
            self.asked.append("hybrid")
            if not self.knows_hybrid:
                raise RefusedError("unknown query [hybrid]")
            return {"_shards": {"total": 1}}
        self.asked.append("vectors")
        return {"hits": {"total": {"value": self.n_vectors}}}


@pytest.fixture
def cluster() -> Canned:
    """With everything that there is to know."""
    return Canned()


def test_a_fresh_view_asks_nothing(cluster: Canned) -> None:
    """A search costs no request but its own."""
    views = Views(cluster)
    views.of("shop")
    cluster.asked.clear()

    view = views.of("shop")

    assert [] == cluster.asked
    assert view.blends_natively
    assert view.has_vectors


def test_an_old_view_asks_only_what_can_have_changed(cluster: Canned) -> None:
    """The mapping; whether vectors came, until they have; all of it where an alias has moved."""
    cluster.n_vectors, cluster.knows_hybrid = 0, False
    views = Views(cluster, life_s=-1.0)
    first = views.of("shop")
    cluster.n_vectors = 1
    cluster.asked.clear()
    second, _ = views.of("shop"), views.of("shop")
    asked = list(cluster.asked)
    cluster.index, cluster.knows_hybrid = "shop-2", True

    third = views.of("shop")

    assert [False, True] == [first.has_vectors, second.has_vectors]
    assert ["mapping", "vectors", "mapping"] == asked
    assert [False, True] == [second.blends_natively, third.blends_natively]


def test_nobody_waits_for_a_view_that_another_renews(cluster: Canned) -> None:
    """The old one is good for that long."""
    views = Views(cluster, life_s=-1.0)
    old = views.of("shop")
    cluster.gate.clear()
    cluster.waiting.clear()
    renewing = threading.Thread(target=views.of, args=("shop",))
    renewing.start()
    cluster.waiting.wait()

    view = views.of("shop")

    cluster.gate.set()
    renewing.join()
    assert old is view
