"""The real store on each engine does what its fakes do, and the simulated node what a real one."""

from typing import Any

import pytest
from cluster_transcript import transcript
from nodes import EngineCluster
from products import create_product_index
from simulation.client import DirectTransport, MemoryCluster
from simulation.node import Node
from store_contract import Rig, StoreContract

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.ingest.store import ClusterStore
from diptych.mappings.target import read_target
from diptych.plugin.install import InstallRequest, install
from diptych.testing import FakeEncoder

pytestmark = pytest.mark.integration


class TestClusterStore(StoreContract):
    """`ClusterStore` on a real node of each engine."""

    @pytest.fixture
    def rig(self, engine_cluster: EngineCluster, engine_index: str) -> Rig:
        """An index of two shards."""
        cluster, encoder = engine_cluster.cluster, FakeEncoder()
        settings = {"number_of_shards": 2, "number_of_replicas": 0}
        body = {
            "settings": settings | engine_cluster.engine.index_settings(),
            "mappings": {"properties": {"title": {"type": "text"}, "image": {"type": "keyword"}}},
        }
        cluster.call("PUT", path(engine_index), body=body)
        request = InstallRequest(
            engine_index, ("title",), "image", encoder.text_model, encoder.image_model
        )
        install(cluster, engine_cluster.engine, request)
        # Without its marks a document is stored as the test wrote it.
        cluster.call("PUT", path(engine_index, "_settings"), body={"index.final_pipeline": "_none"})

        def bulk(*lines: Json) -> None:
            answer = cluster.call("POST", path(engine_index, "_bulk"), body=to_ndjson(lines))
            assert not answer["errors"], answer

        def source(id_: str) -> Json:
            found: Any = cluster.call("GET", path(engine_index, "_doc", id_))
            return dict(found["_source"])

        return Rig(
            ClusterStore(cluster, engine_cluster.engine, read_target(cluster, engine_index)),
            lambda id_, body, routing: bulk({"index": _head(id_, routing)}, body),
            lambda id_, routing: bulk({"delete": _head(id_, routing)}),
            source,
        )


def _head(id_: str, routing: str | None) -> Json:
    return {"_id": id_} if routing is None else {"_id": id_, "routing": routing}


def test_simulated_node_answers_as_a_real_one(cluster: Cluster, index_name: str) -> None:
    """The same requests, the same statuses, numbers, errors and hits."""
    create_product_index(cluster, index_name, FakeEncoder())
    cluster.call("PUT", path(index_name, "_settings"), body={"index.final_pipeline": "_none"})
    real = transcript(cluster, index_name)
    memory = MemoryCluster(DirectTransport(Node()))
    memory.call("PUT", path(index_name), body={})

    simulated = transcript(memory, index_name)

    for expected, actual in zip(real, simulated, strict=True):
        assert expected == actual
