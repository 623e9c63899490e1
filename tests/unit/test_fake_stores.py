"""The fakes that tests write to do what the real store does."""

from typing import Any

import pytest
from enriching import make_contract
from simulation.client import DirectTransport, MemoryCluster
from simulation.node import Node
from store_contract import Rig, StoreContract

from diptych.client import Json, path, to_ndjson
from diptych.ingest.store import ClusterStore
from diptych.mappings.engine import OpenSearch
from diptych.mappings.target import read_target
from diptych.testing import FakeEncoder, MemoryStore


class TestMemoryStore(StoreContract):
    """`diptych.testing.MemoryStore`."""

    @pytest.fixture
    def rig(self) -> Rig:
        """An empty one."""
        store = MemoryStore(make_contract(FakeEncoder()))
        return Rig(
            store,
            lambda id_, source, routing: store.index(id_, source, routing=routing),
            lambda id_, routing: store.delete(id_),
            lambda id_: store.sources[id_],
        )


class TestMemoryNode(StoreContract):
    """The simulation's node, behind the real store and the real client."""

    @pytest.fixture
    def rig(self) -> Rig:
        """An index of two shards."""
        cluster = MemoryCluster(DirectTransport(Node()))
        contract = make_contract(FakeEncoder())
        body = {
            "settings": {"number_of_shards": 2},
            "mappings": {"_meta": {"diptych": contract.to_meta()}},
        }
        cluster.call("PUT", path("shop"), body=body)

        def bulk(*lines: Json) -> None:
            cluster.call("POST", path("shop", "_bulk"), body=to_ndjson(lines))

        def source(id_: str) -> Json:
            found: Any = cluster.call("GET", path("shop", "_doc", id_))
            return dict(found["_source"])

        return Rig(
            ClusterStore(cluster, OpenSearch(), read_target(cluster, "shop")),
            lambda id_, body, routing: bulk({"index": head(id_, routing)}, body),
            lambda id_, routing: bulk({"delete": head(id_, routing)}),
            source,
        )


def head(id_: str, routing: str | None) -> Json:
    """The action's line."""
    return {"_id": id_} if routing is None else {"_id": id_, "routing": routing}
