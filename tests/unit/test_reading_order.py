"""In which order a shard's history is read, which decides whether a copy may answer for a primary."""

import json
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.client import Cluster, Json
from diptych.contract import IndexContract
from diptych.encoding import ModelRef
from diptych.ingest.backfill import Backfill
from diptych.ingest.feed import Feed
from diptych.ingest.history import History
from diptych.layout import product_layout
from diptych.mappings.engine import Elasticsearch
from diptych.mappings.target import read_target
from diptych.settings import load_settings
from diptych.testing import MemoryPublisher

_MODEL = ModelRef("demo", "1", 2)
_CONTRACT = IndexContract(
    text_fields=("title",),
    image_field=None,
    text_model=_MODEL,
    image_model=_MODEL,
    layout=product_layout(text_dimension=2, image_dimension=2),
    pipeline=None,
)
_ENGINE = Elasticsearch((9, 5))


@pytest.fixture
def cluster(httpserver: HTTPServer) -> Iterator[Cluster]:
    """A client of the test's own server."""
    cluster = Cluster(load_settings(cluster_url=httpserver.url_for("").rstrip("/")))
    yield cluster
    cluster.close()


class _Node:
    """An index of one shard with one new product; remembers what of it was asked, in order."""

    def __init__(self, server: HTTPServer) -> None:
        self.asked: list[str] = []
        self.preferences: list[str | None] = []
        handle = server.expect_request
        meta = {"_meta": {"diptych": _CONTRACT.to_meta()}, "properties": {}}
        handle("/shop/_mapping").respond_with_json({"shop": {"mappings": meta}})
        never = {"index.refresh_interval": "-1", "index.number_of_shards": "1"}
        handle("/shop/_settings").respond_with_json({"shop": {"settings": never}})
        handle("/shop/_stats/docs").respond_with_handler(self._stats)
        handle("/shop/_refresh").respond_with_handler(self._refresh)
        handle("/shop/_search").respond_with_handler(self._search)
        handle("/diptych-state").respond_with_json({})
        for name in ("lease:shop", "checkpoints:u"):
            handle(f"/diptych-state/_doc/{name}").respond_with_handler(self._state)

    def _stats(self, _: Request) -> Response:
        self.asked.append("global checkpoint")
        copy = {
            "routing": {"primary": True},
            "seq_no": {"global_checkpoint": 0},
            "commit": {"user_data": {"history_uuid": "h"}},
        }
        return _json({"indices": {"shop": {"uuid": "u", "shards": {"0": [copy]}}}})

    def _refresh(self, _: Request) -> Response:
        self.asked.append("refresh")
        return _json({"_shards": {"failed": 0}})

    def _search(self, request: Request) -> Response:
        self.asked.append("scan")
        self.preferences.append(request.args.get("preference"))
        hit = {"_id": "1", "_seq_no": 0, "_primary_term": 1, "_source": {"title": "red"}}
        return _json({"hits": {"hits": [hit]}})

    def _state(self, request: Request) -> Response:
        if request.method == "GET":
            return _json({"found": False}, 404)
        return _json({"_seq_no": 0, "_primary_term": 1})


def _json(body: Json, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


ORDER = ["global checkpoint", "refresh", "scan"]


def test_a_feed_refreshes_between_checkpoint_and_scan(
    cluster: Cluster, httpserver: HTTPServer
) -> None:
    """So any copy in sync shows every operation up to the checkpoint; Elasticsearch picks one."""
    node = _Node(httpserver)
    publisher = MemoryPublisher()

    Feed(cluster, _ENGINE, publisher, name="shop", owner="first").poll()

    assert (ORDER, ["_shards:0"]) == (node.asked, node.preferences)
    assert ["1"] == publisher.ids


def test_a_backfill_refreshes_between_checkpoint_and_scan(
    cluster: Cluster, httpserver: HTTPServer
) -> None:
    """As the feed does."""
    node = _Node(httpserver)
    history = History(cluster, _ENGINE, read_target(cluster, "shop"))

    Backfill(history, MemoryPublisher(), "shop").run()

    assert (ORDER, ["_shards:0"]) == (node.asked, node.preferences)
