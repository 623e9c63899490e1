"""The cache that workers of all machines share, on real nodes."""

from collections.abc import Iterator

import numpy as np
import pytest
from enriching import CountingEncoder
from nodes import EngineCluster

from diptych.client import Cluster, path
from diptych.encoding import Role
from diptych.ingest.cache_file import CacheFile
from diptych.ingest.cache_index import CacheIndex
from diptych.ingest.caching import LayeredCache
from diptych.ingest.remembering import RememberingEncoder
from diptych.mappings.fields import CACHE_INDEX
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

_DAY_S = 86_400.0


@pytest.fixture
def cluster(engine_cluster: EngineCluster) -> Iterator[Cluster]:
    """A node without a cache."""
    engine_cluster.cluster.call("DELETE", path(CACHE_INDEX), accept=(404,))
    yield engine_cluster.cluster
    engine_cluster.cluster.call("DELETE", path(CACHE_INDEX), accept=(404,))


def memory() -> CacheFile:
    """A machine's own cache."""
    return CacheFile(None, max_bytes=1_000_000)


def test_what_was_put_is_found_at_once_by_others(cluster: Cluster) -> None:
    """Without a refresh, and byte by byte."""
    CacheIndex(cluster).put({b"a": b"\x00\xff one", b"b": b"two"})

    found = CacheIndex(cluster).get([b"b", b"a", b"c"])

    assert {b"a": b"\x00\xff one", b"b": b"two"} == found


def test_empty_cluster_knows_nothing(cluster: Cluster) -> None:
    """The index is made with the first entry."""
    assert {} == CacheIndex(cluster).get([b"a"])


def test_worker_of_another_machine_encodes_nothing_again(cluster: Cluster) -> None:
    """And asks the cluster once: what came from there is kept near."""
    first, second = CountingEncoder(), CountingEncoder()
    made = RememberingEncoder(first, LayeredCache(memory(), CacheIndex(cluster)))
    rows = made.encode_texts(["red", "blue"], role=Role.DOCUMENT)
    near = memory()
    other = RememberingEncoder(second, LayeredCache(near, CacheIndex(cluster)))

    again = other.encode_texts(["blue", "red"], role=Role.DOCUMENT)
    cluster.call("DELETE", path(CACHE_INDEX))
    other.encode_texts(["red"], role=Role.DOCUMENT)

    np.testing.assert_array_equal(rows, again[::-1])
    assert (2, 0) == (first.n_texts, second.n_texts)


def test_what_nobody_has_used_for_a_month_goes(cluster: Cluster) -> None:
    """`b` was read after 20 days, `a` was not; after 31 days `c` comes."""
    now_s = 1_800_000_000.0
    cache = CacheIndex(cluster, now_s=lambda: now_s)
    cache.put({b"a": b"1", b"b": b"2"})
    now_s += 20 * _DAY_S
    cache.get([b"b"])
    cluster.call("POST", path(CACHE_INDEX, "_refresh"))
    now_s += 11 * _DAY_S
    cache.put({b"c": b"3"})

    assert {b"b": b"2", b"c": b"3"} == cache.get([b"a", b"b", b"c"])


def test_cluster_that_is_away_costs_one_try_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """Vectors are made without it, as nothing here is an error of a document."""
    now_s = 0.0
    away = Cluster(load_settings(cluster_url="http://127.0.0.1:9"))
    cache = CacheIndex(away, monotonic_s=lambda: now_s)

    cache.put({b"a": b"1"})
    found = cache.get([b"a"])
    n_said_at_first = _n_said(caplog)
    now_s = 61.0
    cache.get([b"a"])

    assert ({}, 1, 2) == (found, n_said_at_first, _n_said(caplog))
    away.close()


def _n_said(caplog: pytest.LogCaptureFixture) -> int:
    return sum(record.name == "diptych.ingest.cache_index" for record in caplog.records)
