"""Loading rows into a real index: what changes, what stays, what is refused."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from shop import ENGINE, create_shop, run_install

from diptych.client import Cluster, Json, path
from diptych.errors import MissingIndexError
from diptych.ingest.bulk import send_bulk
from diptych.ingest.load import LoadSummary, load_rows
from diptych.ingest.rows import RejectedRow, Row
from diptych.mappings.target import Target, read_target
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

_FIRST = [
    Row(1, "a", {"id": "a", "title": "red dress", "price": 10, "tags": ["x"]}),
    Row(2, "b", {"id": "b", "title": "blue lamp", "price": 20}),
]


@pytest.fixture
def cluster(cluster_url: str) -> Iterator[Cluster]:
    """The test run's node."""
    cluster = Cluster(load_settings(cluster_url=cluster_url))
    yield cluster
    cluster.close()


@pytest.fixture
def target(cluster: Cluster, index_name: str) -> Target:
    """An index that Diptych is installed on; `price` is a number."""
    fields = {"title": {"type": "text"}, "price": {"type": "float"}, "image": {"type": "keyword"}}
    create_shop(cluster, index_name, mappings={"properties": fields})
    run_install(cluster, index_name)
    return read_target(cluster, index_name)


def _load(
    cluster: Cluster, target: Target, rows: Sequence[Row | RejectedRow]
) -> tuple[LoadSummary, list[RejectedRow]]:
    rejected: list[RejectedRow] = []
    summary = load_rows(
        cluster, ENGINE, target, rows, on_batch=lambda _: None, on_rejected=rejected.append
    )
    return summary, rejected


def _get(cluster: Cluster, target: Target, id: str) -> Json:
    hit: Json = cluster.call("GET", path(target.index, "_doc", id))
    return hit


def _embed(cluster: Cluster, target: Target, id: str) -> list[float]:
    """Write a vector and `ready` as a worker does; the numbers have no short decimal form."""
    vector = (np.arange(1, target.contract.layout.dimension + 1, dtype=np.float32) / 3).astype(
        np.float32
    )
    doc: dict[str, Any] = {
        "diptych": {"state": "ready", "text_hash": "t", "image_hash": "i"},
        target.contract.vector_field: vector,
    }
    cluster.call(
        "POST", path(target.index, "_update", id), body={"doc": doc}, params={"refresh": "true"}
    )
    return [float(value) for value in vector]


def _stored_vector(hit: Json) -> list[float]:
    return [float(value) for value in np.asarray(hit["_source"]["diptych_vector"], np.float32)]


def test_new_rows_are_created_and_found_by_words_at_once(cluster: Cluster, target: Target) -> None:
    """The load ends with a refresh; new documents are pending."""
    summary, rejected = _load(cluster, target, _FIRST)

    query = {"query": {"match": {"title": "dress"}}}
    found = cluster.call("POST", path(target.index, "_search"), body=query)
    assert LoadSummary(created=2) == summary
    assert [] == rejected
    assert ["a"] == [hit["_id"] for hit in found["hits"]["hits"]]
    assert "pending" == _get(cluster, target, "a")["_source"]["diptych"]["state"]


def test_unchanged_rows_write_nothing(cluster: Cluster, target: Target) -> None:
    """The document keeps its sequence number, its vector and its state."""
    _load(cluster, target, _FIRST)
    _embed(cluster, target, "a")
    before = _get(cluster, target, "a")

    summary, _ = _load(cluster, target, _FIRST)

    assert LoadSummary(unchanged=2) == summary
    assert before == _get(cluster, target, "a")


def test_changed_price_keeps_vector_and_state(cluster: Cluster, target: Target) -> None:
    """Nothing that a vector is made from changed, so a worker has nothing to do."""
    _load(cluster, target, _FIRST)
    vector = _embed(cluster, target, "a")

    summary, _ = _load(cluster, target, [Row(1, "a", {**_FIRST[0].fields, "price": 11})])

    hit = _get(cluster, target, "a")
    assert LoadSummary(updated=1) == summary
    assert 11 == hit["_source"]["price"]
    assert vector == _stored_vector(hit)
    assert "ready" == hit["_source"]["diptych"]["state"]
    assert "t" == hit["_source"]["diptych"]["text_hash"]


def test_vector_survives_many_replacements_bit_by_bit(cluster: Cluster, target: Target) -> None:
    """Reading and writing a float32 as JSON again and again does not wear it down."""
    _load(cluster, target, _FIRST)
    vector = _embed(cluster, target, "a")

    for price in range(20, 25):
        _load(cluster, target, [Row(1, "a", {**_FIRST[0].fields, "price": price})])

    query = {"query": {"knn": {"diptych_vector": {"vector": vector, "k": 1}}}}
    (found,) = cluster.call("POST", path(target.index, "_search"), body=query)["hits"]["hits"]
    assert vector == _stored_vector(_get(cluster, target, "a"))
    assert found["_score"] == pytest.approx(1 + float(np.dot(vector, vector)), rel=1e-6)


def test_changed_title_keeps_the_old_vector_and_is_pending(
    cluster: Cluster, target: Target
) -> None:
    """The old vector still finds the product until a worker has made the new one."""
    _load(cluster, target, _FIRST)
    vector = _embed(cluster, target, "a")

    _load(cluster, target, [Row(1, "a", {**_FIRST[0].fields, "title": "green dress"})])

    hit = _get(cluster, target, "a")
    assert vector == _stored_vector(hit)
    assert "pending" == hit["_source"]["diptych"]["state"]
    assert "t" == hit["_source"]["diptych"]["text_hash"]


def test_field_that_the_row_no_longer_has_disappears(cluster: Cluster, target: Target) -> None:
    """The file is the truth about a row's fields."""
    _load(cluster, target, _FIRST)

    summary, _ = _load(cluster, target, [Row(1, "a", {"id": "a", "title": "red dress"})])

    source = _get(cluster, target, "a")["_source"]
    assert LoadSummary(updated=1) == summary
    assert {"id", "title", "diptych"} == set(source)


def test_row_that_the_index_refuses_is_rejected_and_the_others_are_loaded(
    cluster: Cluster, target: Target
) -> None:
    """A mapping error has the line's number and the cluster's reason; file errors go along."""
    unread = RejectedRow(2, "the line is not JSON", "{")
    rows: list[Row | RejectedRow] = [
        _FIRST[0],
        unread,
        Row(3, "c", {"id": "c", "price": "cheap"}),
        _FIRST[1],
    ]

    summary, rejected = _load(cluster, target, rows)

    assert LoadSummary(created=2, rejected=2) == summary
    assert unread == rejected[0]
    assert (3, '{"id":"c","price":"cheap"}') == (rejected[1].line, rejected[1].text)
    assert "the index refuses it: failed to parse field [price]" in rejected[1].reason


def test_large_and_many_rows_are_split_into_batches(cluster: Cluster, target: Target) -> None:
    """A megabyte of text and more rows than a batch holds pass; progress is told per batch."""
    rows = [Row(1, "long", {"id": "long", "title": "x " * 500_000})]
    rows += [Row(n, str(n), {"id": n, "title": "lamp"}) for n in range(2, 702)]
    told: list[int] = []

    summary = load_rows(
        cluster,
        ENGINE,
        target,
        rows,
        on_batch=lambda so_far: told.append(so_far.n_rows),
        on_rejected=lambda _: None,
    )

    assert LoadSummary(created=701) == summary
    assert [500, 701, 701] == told


def test_index_that_is_gone_is_one_sentence_and_not_created(
    cluster: Cluster, target: Target
) -> None:
    """A bulk request would create it with guessed mappings."""
    cluster.call("DELETE", path(target.index))

    with pytest.raises(MissingIndexError, match=r"There is no index .*diptych install"):
        _load(cluster, target, _FIRST)

    assert {} == cluster.call("GET", path(f"{target.index}*"))


class _RacingCluster(Cluster):
    """Lets somebody else write between the read and the first bulk request."""

    def __init__(self, url: str, other: Cluster, race: bytes) -> None:
        super().__init__(load_settings(cluster_url=url))
        self._other = other
        self._race: bytes | None = race

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """As the real one, after the other's write."""
        if path.endswith("/_bulk") and self._race is not None:
            race, self._race = self._race, None
            self._other.call(method, path, body=race)
        return super().call(method, path, **arguments)


def test_write_in_between_is_not_undone(cluster: Cluster, target: Target) -> None:
    """A worker's vector that comes between the read and the write stays."""
    _load(cluster, target, _FIRST)
    race = b'{"update":{"_id":"a"}}\n{"doc":{"diptych":{"state":"ready"}}}\n'
    racing = _RacingCluster(cluster.url, cluster, race)

    summary, _ = _load(racing, target, [Row(1, "a", {**_FIRST[0].fields, "price": 12})])
    racing.close()

    source = _get(cluster, target, "a")["_source"]
    assert LoadSummary(updated=1) == summary
    assert (12, "ready") == (source["price"], source["diptych"]["state"])


def test_bulk_answers_item_by_item_and_in_order(cluster: Cluster, target: Target) -> None:
    """Split into one request per action, the results still stand in the actions' order."""
    actions = [
        b'{"create":{"_id":"a"}}\n{"title":"x"}\n',
        b'{"create":{"_id":"a"}}\n{"title":"y"}\n',
        b'{"index":{"_id":"b"}}\n{"price":"cheap"}\n',
        b'{"update":{"_id":"none"}}\n{"doc":{"price":1}}\n',
    ]

    items = send_bulk(cluster, target.index, actions, max_bulk_bytes=1)

    assert [201, 409, 400, 404] == [item.status for item in items]
    assert ["a", "a", "b", "none"] == [item.id for item in items]
    assert (True, False) == (items[0].is_done, items[1].is_done)
    assert "mapper_parsing_exception" == items[2].error_type
