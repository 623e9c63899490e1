"""What a product's update costs the cluster, with a vector in the document and without.

    python bench/update_cost.py --n 10000

An update rewrites the whole document, so that one of the price alone links its vector into the
graph again. Updates the price of every product of two indexes on a real node, in turns, and prints
one JSON object with products per second (until all of it can be searched) and the sizes on disk.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np

from diptych.client import Cluster, Json, path, to_json, to_ndjson
from diptych.mappings.engine import Engine, detect_engine
from diptych.plugin.local.stack import run_stack
from diptych.settings import load_settings
from diptych.vectors import unit_rows

_BULK = 500
_TITLE = "A long red summer dress of light cotton with short sleeves and a belt"


@click.command()
@click.option("--n", default=10_000, show_default=True, help="Products in each index.")
@click.option("--dimension", default=904, show_default=True, help="Numbers of a vector.")
@click.option("--rounds", default=3, show_default=True, help="Updates of each product.")
@click.option("--engine", default="opensearch-2", show_default=True)
def main(n: int, dimension: int, rounds: int, engine: str) -> None:
    """Measure updates."""
    with (
        tempfile.TemporaryDirectory() as folder,
        run_stack(Path(folder), engine=engine, heap="1g") as stack,
    ):
        cluster = Cluster(load_settings(cluster_url=stack.cluster_url))
        result = _measure(cluster, n=n, dimension=dimension, rounds=rounds)
    click.echo(json.dumps({"n": n, "dimension": dimension, "engine": engine} | result, indent=2))


def _measure(cluster: Cluster, *, n: int, dimension: int, rounds: int) -> Json:
    engine = detect_engine(cluster)
    names = {"with_vector": dimension, "without": 0}
    for name, numbers in names.items():
        _create(cluster, engine, name, dimension)
        _write(cluster, name, _products(engine, n, numbers))
    sizes = {name: _size_mb(cluster, name) for name in names}
    rates: dict[str, list[float]] = {name: [] for name in names}
    for round_ in range(rounds):
        for name in names:
            rates[name].append(n / _write(cluster, name, _prices(n, round_)))
    medians = {name: float(np.median(found)) for name, found in rates.items()}
    return {
        "updates_per_s": rates,
        "median_ratio": round(medians["without"] / medians["with_vector"], 2),
        "mb_before": sizes,
        "mb_after": {name: _size_mb(cluster, name) for name in names},
    }


def _create(cluster: Cluster, engine: Engine, name: str, dimension: int) -> None:
    vector = engine.vector_mapping(dimension, library="lucene")
    fields = {"title": {"type": "text"}, "price": {"type": "float"}, "diptych_vector": vector}
    settings = engine.index_settings() | {"number_of_shards": 1, "number_of_replicas": 0}
    body = {"settings": settings, "mappings": {"properties": fields}}
    cluster.call("PUT", path(name), body=body)


def _products(engine: Engine, n: int, dimension: int) -> Iterator[bytes]:
    rng = np.random.default_rng(7)
    for number in range(n):
        source: Json = {"title": f"{_TITLE} {number}", "price": 1.0}
        if dimension:
            row = rng.standard_normal((1, dimension)).astype(np.float32)
            source["diptych_vector"] = engine.vector_value(unit_rows(row)[0])
        yield to_json({"index": {"_id": str(number)}}) + b"\n" + to_json(source) + b"\n"


def _prices(n: int, round_: int) -> Iterator[bytes]:
    for number in range(n):
        body = {"doc": {"price": 2.0 + round_}}
        yield to_ndjson([{"update": {"_id": str(number)}}, body])


def _write(cluster: Cluster, name: str, actions: Iterator[bytes]) -> float:
    """Seconds until all of them can be searched."""
    waiting = list(actions)
    started_s = time.perf_counter()
    for start in range(0, len(waiting), _BULK):
        body = b"".join(waiting[start : start + _BULK])
        answer = cluster.call("POST", path(name, "_bulk"), body=body, timeout_s=120)
        assert not answer["errors"], answer
    cluster.call("POST", path(name, "_refresh"), timeout_s=120)
    return time.perf_counter() - started_s


def _size_mb(cluster: Cluster, name: str) -> float:
    stats = cluster.call("GET", path(name, "_stats", "store"))
    return round(float(stats["_all"]["primaries"]["store"]["size_in_bytes"]) / 1e6, 1)


if __name__ == "__main__":
    main()
