"""A small shop in a real index, with vectors made by the fake encoder."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.contract import IndexContract
from diptych.encoding import Role
from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT, product_layout
from diptych.mappings.engine import Engine, OpenSearch
from diptych.mappings.index import TEXT_MAPPING, own_properties
from diptych.settings import load_settings
from diptych.testing import FakeEncoder
from diptych.vectors import Floats, unit_rows

_PLAIN_TEXT: Json = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}

COLOURS = ("red", "blue", "green", "black", "white", "pink")
KINDS = ("dress", "coat", "shirt", "skirt", "hat", "scarf", "boots", "bag")


@dataclass(frozen=True, slots=True)
class Shelf:
    """An index with products, what they were made of, and how to reach it."""

    cluster: Cluster
    engine: Engine
    index: str
    contract: IndexContract
    encoder: FakeEncoder
    sources: dict[str, Json]
    vectors: dict[str, Floats]


@contextmanager
def run_shelf(
    cluster: Cluster, n: int = 300, *, shards: int = 1, engine: Engine | None = None
) -> Iterator[Shelf]:
    """`n` products p0, p1, ..; every 11th has no vector yet, every 7th no picture.

    Every 5th stands alone, the others are variants of each other by twos or threes.

    Args:
        engine: of the cluster; OpenSearch unless given.
    """
    engine = engine or OpenSearch()
    encoder = FakeEncoder()
    contract = make_contract(encoder)
    index = f"test-shelf-{uuid.uuid4().hex[:8]}"
    create_index(cluster, index, contract, shards=shards, engine=engine)
    try:
        sources = {f"p{i}": _product(i) for i in range(n)}
        vectors = _vectors(encoder, contract, sources)
        write(cluster, index, contract, sources, vectors)
        yield Shelf(cluster, engine, index, contract, encoder, sources, vectors)
    finally:
        cluster.call("DELETE", path(index))


@contextmanager
def own_shelf(cluster_url: str, n: int = 300) -> Iterator[Shelf]:
    """A shelf of `n` products, with a client of its own to the cluster."""
    cluster = Cluster(load_settings(cluster_url=cluster_url))
    with run_shelf(cluster, n) as shelf:
        yield shelf
    cluster.close()


def make_contract(encoder: FakeEncoder) -> IndexContract:
    """Title and description beside a picture."""
    return IndexContract(
        text_fields=("title", "description"),
        image_field="image",
        text_model=encoder.text_model,
        image_model=encoder.image_model,
        layout=product_layout(
            text_dimension=encoder.text_model.dimension,
            image_dimension=encoder.image_model.dimension,
        ),
        pipeline="diptych-test",
    )


def create_index(
    cluster: Cluster,
    index: str,
    contract: IndexContract,
    *,
    shards: int = 1,
    engine: Engine | None = None,
) -> None:
    """An index that carries the contract."""
    engine = engine or OpenSearch()
    vector = engine.vector_mapping(contract.layout.dimension, library="lucene")
    properties = {
        # The local Elasticsearch node has no analyzers for languages.
        "title": TEXT_MAPPING if isinstance(engine, OpenSearch) else _PLAIN_TEXT,
        "description": {"type": "text"},
        "colour": {"type": "keyword"},
        "brand": {"type": "text", "fields": {"keyword": {"type": "keyword"}}},
        "price": {"type": "float"},
        "stock": {"type": "integer"},
        "in_stock": {"type": "boolean"},
        "cost": {"type": "float"},
        "released": {"type": "date"},
        "group_id": {"type": "keyword"},
        **own_properties(contract.vector_field, vector),
    }
    settings = {"number_of_shards": shards, "number_of_replicas": 0, **engine.index_settings()}
    mappings = {"_meta": {"diptych": contract.to_meta()}, "properties": properties}
    cluster.call("PUT", path(index), body={"settings": settings, "mappings": mappings})


def write(
    cluster: Cluster,
    index: str,
    contract: IndexContract,
    sources: dict[str, Json],
    vectors: dict[str, Floats],
) -> None:
    """Index the products, with the vectors of those that have one."""
    lines: list[object] = []
    for name, source in sources.items():
        own: Json = {"diptych": {"state": "pending"}}
        if name in vectors:
            own = {"diptych": {"state": "ready"}, contract.vector_field: vectors[name]}
        lines += [{"index": {"_id": name}}, {**source, **own}]
    answer = cluster.call(
        "POST", path(index, "_bulk"), body=to_ndjson(lines), params={"refresh": "true"}
    )
    assert not answer["errors"]


def fused(contract: IndexContract, text: Floats, image: Floats, agreement: Floats) -> Floats:
    """(n, dimension) float32 from the blocks of n products."""
    ones = np.ones((len(text), 1), np.float32)
    return contract.layout.fuse(
        {TEXT: text, IMAGE: image, AGREEMENT: agreement[:, None], BIAS: ones}
    )


def _product(i: int) -> Json:
    rng = np.random.default_rng(i)
    colour, kind = COLOURS[i % len(COLOURS)], KINDS[(i // 6) % len(KINDS)]
    return {
        "title": f"{colour} {kind}",
        "description": " ".join(rng.choice(KINDS + COLOURS, size=int(rng.integers(1, 9)))),
        "colour": colour,
        "brand": f"Maker {i % 5}",
        "price": 10.0 + i % 7,
        "stock": i % 3,
        "in_stock": i % 3 > 0,
        "cost": 5.0,
        "released": f"2026-{1 + i % 12:02}-01",
        **({"group_id": f"g{i // 4}"} if i % 5 else {}),
    }


def _vectors(
    encoder: FakeEncoder, contract: IndexContract, sources: dict[str, Json]
) -> dict[str, Floats]:
    rng = np.random.default_rng(0)
    titles = [source["title"] for source in sources.values()]
    text = _near(encoder.encode_texts(titles, role=Role.DOCUMENT), rng)
    words = encoder.encode_words(titles)
    image = _near(words, rng)
    image[::7] = 0
    rows = fused(contract, text, image, np.sum(words * image, axis=1))
    return {name: row for i, (name, row) in enumerate(zip(sources, rows, strict=True)) if i % 11}


def _near(rows: Floats, rng: np.random.Generator) -> Floats:
    noise = rng.standard_normal(rows.shape, dtype=np.float32) * np.float32(0.15)
    return unit_rows(rows + noise)
