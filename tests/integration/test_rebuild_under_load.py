"""Indexes that are copied while an application writes to them, deletes from them, and never stops."""

import logging
import random
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pytest
from nodes import EngineCluster
from reticent import ReticentCluster
from shop import Bars, make_request
from waiting import wait_until

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.errors import DiptychError, RefusedError
from diptych.ingest.operations import START, Operations
from diptych.mappings.engine import Engine
from diptych.plugin.catching_up import CatchUp, is_little
from diptych.plugin.existing import require_existing
from diptych.plugin.live_copy import LiveCopy
from diptych.plugin.paging import index_action, write_all
from diptych.plugin.rebuild import Blueprint, copied_settings, rebuild
from diptych.plugin.reinstall import reinstall
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

_N_PRODUCTS = 3_000


@dataclass
class Writer:
    """An application that remembers what it was told is done; it tries again while it is blocked."""

    cluster_url: str
    alias: str
    products: dict[str, Json] = field(default_factory=dict)
    n_blocked: int = 0
    n_writes: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Write until stopped; an item that was refused is tried again as it is."""
        cluster, rng, number = (
            Cluster(load_settings(cluster_url=self.cluster_url)),
            random.Random(7),
            0,
        )
        while not self._stopped.is_set():
            batch = {str(rng.randrange(_N_PRODUCTS + 500)): rng.random() for _ in range(20)}
            for id_, chance in batch.items():
                number += 1
                while not self._write(cluster, id_, chance, number) and not self._stopped.is_set():
                    self.n_blocked += 1
        cluster.close()

    def stop(self) -> None:
        """After the write under way."""
        self._stopped.set()

    def _write(self, cluster: Cluster, id_: str, chance: float, number: int) -> bool:
        where = {"_id": id_, "routing": f"r{int(id_) % 3}"}
        known = self.products.get(id_)
        lines: list[Json] = [{"index": where}, {"title": f"product {number}", "price": number}]
        if known is not None and chance < 0.3:
            lines = [{"delete": where}]
        elif known is not None and chance < 0.7:
            lines = [{"update": where}, {"doc": {"price": number}}]
        try:
            answer = cluster.call("POST", path(self.alias, "_bulk"), body=to_ndjson(lines))
        except DiptychError:
            return False
        (item,) = answer["items"]
        if next(iter(item.values()))["status"] >= 300:
            return False
        self.n_writes += 1
        if "delete" in item:
            del self.products[id_]
        else:
            self.products[id_] = (known or {}) | lines[1].get("doc", lines[1])
        return True


@contextmanager
def writing(writer: Writer) -> Iterator[None]:
    """For the time of a `with` block."""
    thread = threading.Thread(target=writer.run)
    thread.start()
    try:
        yield
    finally:
        writer.stop()
        thread.join()


def create(cluster: Cluster, engine: Engine, index: str, alias: str) -> dict[str, Json]:
    """Products in two shards of an index that can hold no vectors, each with a routing."""
    settings = {"number_of_shards": 2, "number_of_replicas": 0}
    mappings = {"properties": {"title": {"type": "text"}, "image": {"type": "keyword"}}}
    body = {"settings": settings, "mappings": mappings, "aliases": {alias: {}}}
    cluster.call("PUT", path(index), body=body)
    products = {str(n): {"title": f"product {n}", "price": n} for n in range(_N_PRODUCTS)}
    lines = [
        line
        for id_, product in products.items()
        for line in ({"index": {"_id": id_, "routing": f"r{int(id_) % 3}"}}, product)
    ]
    cluster.call("POST", path(index, "_bulk"), body=to_ndjson(lines))
    return products


def read_all(cluster: Cluster, engine: Engine, name: str) -> dict[str, Json]:
    """What stands in an index, by id."""
    operations = Operations(cluster, engine, require_existing(cluster, name).index)
    position = operations.position()
    operations.refresh()
    return {
        hit["_id"]: hit["_source"]
        for shard in position.shards
        for hits in operations.pages(shard.shard, after=START, upto=shard.checkpoint, body={})
        for hit in hits
    }


def test_copy_holds_what_an_application_wrote_and_nothing_that_it_deleted(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """Its last acknowledged write of each product; writes are blocked for the end alone."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    alias = f"{engine_index}-alias"
    products = create(cluster, engine, engine_index, alias)
    writer = Writer(engine_cluster.state.cluster_url, alias, products)
    found = require_existing(cluster, alias)
    with writing(writer):
        rebuilt, _ = reinstall(
            cluster, engine, make_request(alias), found, is_replaced=False, bar=Bars()
        )
        n_before = writer.n_writes
        wait_until(lambda: writer.n_writes >= n_before + 50)

    new = read_all(cluster, engine, alias)
    own = {"diptych", "diptych_vector"}
    bare = {id_: {k: v for k, v in it.items() if k not in own} for id_, it in new.items()}
    assert writer.products == bare
    assert rebuilt.caught_up > 0
    assert f"{engine_index}-diptych-1" == require_existing(cluster, alias).index


def test_failure_under_load_loses_nothing(engine_cluster: EngineCluster, engine_index: str) -> None:
    """The copy is deleted, the block lifted, and the application never noticed."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    alias = f"{engine_index}-alias"
    writer = Writer(
        engine_cluster.state.cluster_url, alias, create(cluster, engine, engine_index, alias)
    )
    found = require_existing(cluster, alias)

    def fail(new: str) -> None:
        raise RefusedError("We are out of luck.")

    body: Json = {"settings": copied_settings(found), "mappings": found.bare_mappings}
    with writing(writer), pytest.raises(RefusedError, match="takes writes as before"):
        rebuild(cluster, engine, found, Blueprint(body, fail), is_replaced=False, bar=Bars())

    assert writer.products == read_all(cluster, engine, engine_index)
    assert not cluster.call("GET", path(f"{engine_index}-diptych-*"))


def test_writes_are_blocked_from_the_beginning_where_history_may_not_be_read(
    engine_cluster: EngineCluster, engine_index: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A role without `indices:monitor/stats` gets the copy all the same, and a warning."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    for index in (engine_index, f"{engine_index}-copy"):
        cluster.call("PUT", path(index))
    cluster.call("PUT", path(engine_index, "_doc", "1"), body={"title": "red"})
    reticent = ReticentCluster(load_settings(cluster_url=engine_cluster.state.cluster_url))
    reticent.refused = "/_stats/docs"

    with closing(reticent), caplog.at_level(logging.WARNING):
        copy = LiveCopy(
            reticent, engine, engine_index, f"{engine_index}-copy", excludes=(), bar=Bars()
        )
        copied = copy.run()

    assert (1, 0, 0) == (copied.n_documents, copied.caught_up, copied.removed)
    assert {"1": {"title": "red"}} == read_all(cluster, engine, f"{engine_index}-copy")
    assert "writes are blocked while it is copied" in caplog.text


def test_document_that_vanished_is_removed_and_one_that_came_back_stays(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """`1` was deleted, `2` deleted and written again, `3` changed, after all were copied."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    copy = f"{engine_index}-copy"
    for index in (engine_index, copy):
        cluster.call("PUT", path(index))
    first = {id_: {"title": "old"} for id_ in ("1", "2", "3")}
    for id_, product in first.items():
        cluster.call("PUT", path(engine_index, "_doc", id_), body=product)
        cluster.call("PUT", path(copy, "_doc", id_), body=product)
    catch_up = CatchUp(cluster, engine, engine_index, copy, excludes=())
    for id_ in ("1", "2"):
        cluster.call("DELETE", path(engine_index, "_doc", id_))
    for id_ in ("2", "3"):
        cluster.call("PUT", path(engine_index, "_doc", id_), body={"title": "new"})

    n_written, n_removed = catch_up.run(), catch_up.remove_vanished()

    assert (2, 1, 0) == (n_written, n_removed, catch_up.run())
    assert {"2": {"title": "new"}, "3": {"title": "new"}} == read_all(cluster, engine, copy)


def test_what_vanishes_last_is_found_by_counting(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """Of 100 products in two shards 3 vanish after the removal, 2 change, and 1 of 2 late ones goes."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    products = [{"_id": str(n), "_routing": f"r{n % 3}", "_source": {"n": n}} for n in range(100)]
    for index in (engine_index, f"{engine_index}-copy"):
        cluster.call("PUT", path(index), body={"settings": {"number_of_shards": 2}})
        write_all(cluster, index, [index_action(product) for product in products])
    catch_up = CatchUp(cluster, engine, engine_index, f"{engine_index}-copy", excludes=())
    first = catch_up.remove_vanished()
    for n in (0, 1, 50):
        where = path(engine_index, "_doc", str(n))
        cluster.call("DELETE", where, params={"routing": f"r{n % 3}"})
    changed = [{**products[n], "_source": {"n": -1}} for n in (2, 51)]
    late: list[Json] = [{"_id": id_, "_source": {"n": 0}} for id_ in ("kept", "gone")]
    write_all(cluster, engine_index, [index_action(product) for product in [*changed, *late]])
    n_written = catch_up.run()
    cluster.call("DELETE", path(engine_index, "_doc", "gone"))

    last, n_removed = catch_up.run_last(), catch_up.remove_vanished_since()

    assert (0, 4, 0, 4) == (first, n_written, last, n_removed)
    assert read_all(cluster, engine, engine_index) == read_all(
        cluster, engine, f"{engine_index}-copy"
    )
    assert 98 == len(read_all(cluster, engine, engine_index))


def test_ranges_of_operations_are_counted_in_order(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """Number 1 was deleted by 5, so (-1, 1] has one, (1, 4] three, and (4, 9] none."""
    cluster = engine_cluster.cluster
    cluster.call("PUT", path(engine_index), body={"settings": {"number_of_shards": 1}})
    for n in range(5):
        cluster.call("PUT", path(engine_index, "_doc", str(n)), body={})
    cluster.call("DELETE", path(engine_index, "_doc", "1"))
    operations = Operations(cluster, engine_cluster.engine, engine_index)
    operations.refresh()

    assert [1, 3, 0] == operations.count_ranges(0, [(-1, 1), (1, 4), (4, 9)])


def test_rounds_end_when_little_is_left_or_another_would_not_help() -> None:
    """1,000 operations are little; an application that is faster than we are is blocked."""
    assert [True, False, False, True] == [
        is_little(1000, None),
        is_little(1001, None),
        is_little(1500, 2000),
        is_little(2000, 2000),
    ]
