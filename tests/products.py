"""A product index with a fake encoder's contract, for tests of the write path."""

from collections.abc import Iterable, Mapping
from typing import Any

from diptych.client import Cluster, path, to_ndjson
from diptych.contract import META_KEY, IndexContract
from diptych.layout import product_layout
from diptych.mappings.engine import OpenSearch
from diptych.mappings.index import IMAGE_MAPPING, TEXT_MAPPING, own_properties
from diptych.mappings.pipeline import mark_pipeline, pipeline_name
from diptych.mappings.target import Target, read_target
from diptych.testing import FakeEncoder


def create_product_index(
    cluster: Cluster,
    name: str,
    encoder: FakeEncoder,
    *,
    n_shards: int = 1,
    refresh_interval: str = "-1",
) -> Target:
    """An empty index as `diptych install` makes it, with `title` and `image`.

    Args:
        refresh_interval: unless set, the index never refreshes itself, so that a feed does.
    """
    engine = OpenSearch()
    contract = IndexContract(
        text_fields=("title",),
        image_field="image",
        text_model=encoder.text_model,
        image_model=encoder.image_model,
        layout=product_layout(
            text_dimension=encoder.text_model.dimension,
            image_dimension=encoder.image_model.dimension,
        ),
        pipeline=pipeline_name(name),
    )
    pipeline = mark_pipeline(name, contract.input_fields, previous=None)
    cluster.call("PUT", path("_ingest", "pipeline", pipeline_name(name)), body=pipeline)
    vector = engine.vector_mapping(contract.layout.dimension, library="lucene")
    properties = own_properties(contract.vector_field, vector)
    settings = engine.index_settings() | {
        "index.final_pipeline": contract.pipeline,
        "index.number_of_shards": n_shards,
        "index.number_of_replicas": 0,
        "index.refresh_interval": refresh_interval,
    }
    mappings = {
        "_meta": {META_KEY: contract.to_meta()},
        "properties": properties | {"title": TEXT_MAPPING, "image": IMAGE_MAPPING},
    }
    cluster.call("PUT", path(name), body={"settings": settings, "mappings": mappings})
    return read_target(cluster, name)


def index_products(cluster: Cluster, name: str, products: Mapping[str, Mapping[str, Any]]) -> None:
    """Whole documents by id, as an application indexes them."""
    bulk(cluster, name, ((("index", id_), body) for id_, body in products.items()))


def update_products(cluster: Cluster, name: str, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Bulk partial updates, which no ingest pipeline sees."""
    bulk(cluster, name, ((("update", id_), {"doc": change}) for id_, change in changes.items()))


def bulk(
    cluster: Cluster, name: str, actions: Iterable[tuple[tuple[str, str], Mapping[str, Any]]]
) -> None:
    """Actions of any kind; all must succeed."""
    lines = [line for (kind, id_), body in actions for line in ({kind: {"_id": id_}}, body)]
    answer = cluster.call("POST", path(name, "_bulk"), body=to_ndjson(lines))

    assert not answer["errors"], answer


def has_vector(cluster: Cluster, index: str, id_: str) -> bool:
    """Whether a worker has written it."""
    return "diptych_vector" in cluster.call("GET", path(index, "_doc", id_))["_source"]
