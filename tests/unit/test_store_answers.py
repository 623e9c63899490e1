"""What the write path makes of answers that are neither yes nor no."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from diptych.client import Cluster
from diptych.contract import IndexContract
from diptych.encoding import ModelRef
from diptych.errors import CredentialsError, MissingIndexError, UnavailableError
from diptych.ingest.history import History
from diptych.ingest.inputs import Inputs
from diptych.ingest.store import ClusterStore, Document, Outcome, Update, Written
from diptych.layout import product_layout
from diptych.mappings.engine import OpenSearch
from diptych.mappings.target import Target
from diptych.settings import load_settings

MODEL = ModelRef("demo", "1", 2)
TARGET = Target(
    name="shop",
    index="shop-1",
    contract=IndexContract(
        text_fields=("title",),
        image_field=None,
        text_model=MODEL,
        image_model=MODEL,
        layout=product_layout(text_dimension=2, image_dimension=2),
        pipeline="diptych-shop",
    ),
    properties={},
)
UPDATE = Update(Document("1", 3, 1, Inputs("red", (), "t", "i")), "ready", None, None, "2026-01-01")


@pytest.fixture
def cluster(httpserver: HTTPServer) -> Iterator[Cluster]:
    """A client of the test's own server."""
    cluster = Cluster(load_settings(cluster_url=httpserver.url_for("").rstrip("/")))
    yield cluster
    cluster.close()


def test_document_that_cannot_be_read_now_is_not_gone(
    cluster: Cluster, httpserver: HTTPServer
) -> None:
    """A shard that is recovering answers an error inside a successful answer."""
    error = {"type": "no_shard_available_action_exception", "reason": "no shard"}
    answer = {"docs": [{"_index": "shop-1", "_id": "1", "error": error}]}
    httpserver.expect_request("/shop-1/_mget").respond_with_json(answer)

    with pytest.raises(UnavailableError, match=r"cannot read 'shop-1' now \(no shard\)"):
        ClusterStore(cluster, OpenSearch(), TARGET).read(["1"])


def item(status: int, kind: str) -> dict[str, Any]:
    """The answer to a bulk of one update."""
    error = {"type": kind, "reason": "why"}
    return {"items": [{"update": {"_id": "1", "status": status, "error": error}}]}


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        (409, "version_conflict_engine_exception", Outcome.CONFLICT),
        (404, "document_missing_exception", Outcome.GONE),
        (429, "rejected_execution_exception", Outcome.BUSY),
        (403, "cluster_block_exception", Outcome.BLOCKED),
        (429, "cluster_block_exception", Outcome.BLOCKED),
        (503, "unavailable_shards_exception", Outcome.BUSY),
        (400, "mapper_parsing_exception", Outcome.REFUSED),
    ],
)
def test_refused_update_has_its_class(
    status: int, kind: str, outcome: Outcome, cluster: Cluster, httpserver: HTTPServer
) -> None:
    """The class decides whether the worker reads again, waits, or lets the document rest."""
    httpserver.expect_request("/shop-1/_bulk").respond_with_json(item(status, kind))

    written = ClusterStore(cluster, OpenSearch(), TARGET).write([UPDATE])

    assert [Written(outcome, f"{kind}: why", kind, status)] == written


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (403, "security_exception", CredentialsError),
        (404, "index_not_found_exception", MissingIndexError),
    ],
)
def test_refusal_that_concerns_every_document_is_an_error(
    status: int, kind: str, error: type[Exception], cluster: Cluster, httpserver: HTTPServer
) -> None:
    """It must never be written off document by document."""
    httpserver.expect_request("/shop-1/_bulk").respond_with_json(item(status, kind))

    with pytest.raises(error):
        ClusterStore(cluster, OpenSearch(), TARGET).write([UPDATE])


@pytest.mark.parametrize(
    "indices",
    [
        {},
        {"shop-1": {"uuid": "u", "shards": {}}},
        {"shop-1": {"uuid": "u", "shards": {"0": [{"routing": {"primary": False}}]}}},
    ],
)
def test_index_without_its_primaries_has_no_position(
    indices: dict[str, Any], cluster: Cluster, httpserver: HTTPServer
) -> None:
    """A pass that leaves out a shard would call itself complete."""
    httpserver.expect_request("/shop-1/_stats/docs").respond_with_json({"indices": indices})

    with pytest.raises(UnavailableError, match="primary shard of 'shop-1' is not there"):
        History(cluster, OpenSearch(), TARGET).position()


def test_reason_of_a_refusal_holds_no_value_of_the_document(
    cluster: Cluster, httpserver: HTTPServer
) -> None:
    """Reasons go to logs and dead letters; the cluster's own quotes what a field holds."""
    refused = item(400, "mapper_parsing_exception")
    why = (
        "failed to parse field [price] in document with id '1'. Preview of field's value: 'secret'"
    )
    refused["items"][0]["update"]["error"]["reason"] = why
    httpserver.expect_request("/shop-1/_bulk").respond_with_json(refused)

    written = ClusterStore(cluster, OpenSearch(), TARGET).write([UPDATE])

    reason = "mapper_parsing_exception: failed to parse field [price] in document with id '1'."
    assert [Written(Outcome.REFUSED, reason, "mapper_parsing_exception", 400)] == written
