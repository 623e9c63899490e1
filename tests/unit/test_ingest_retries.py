"""Bulk writes and loading against a cluster in trouble."""

import json
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from diptych.client import Cluster
from diptych.contract import IndexContract
from diptych.encoding import ModelRef
from diptych.errors import CredentialsError, MissingIndexError, UnavailableError
from diptych.ingest.bulk import send_bulk
from diptych.ingest.load import LoadSummary, load_rows
from diptych.ingest.rows import RejectedRow, Row
from diptych.layout import product_layout
from diptych.mappings.engine import OpenSearch
from diptych.mappings.target import Target
from diptych.settings import load_settings

_MODEL = ModelRef("demo", "1", 2)
_TARGET = Target(
    name="shop",
    index="shop",
    contract=IndexContract(
        text_fields=("title",),
        image_field=None,
        text_model=_MODEL,
        image_model=_MODEL,
        layout=product_layout(text_dimension=2, image_dimension=2),
        pipeline="diptych-shop",
    ),
    properties={},
)
_ROWS = [Row(1, "a", {"id": "a"}), Row(2, "b", {"id": "b"})]

#: Carried out, but the answer to the whole request is lost.
_LOST = 599
#: Answers the n-th bulk request, counted from 0, for one id: a status and an error type.
Verdict = Callable[[int, str], tuple[int, str]]


@pytest.fixture
def cluster(httpserver: HTTPServer) -> Iterator[Cluster]:
    """A client of the test's own server."""
    cluster = Cluster(load_settings(cluster_url=httpserver.url_for("").rstrip("/")))
    yield cluster
    cluster.close()


class _Shop:
    """An index whose bulk requests fail as told; what succeeds is kept."""

    def __init__(self, server: HTTPServer, verdict: Verdict) -> None:
        self.documents: dict[str, object] = {}
        self.n_bulks = 0
        self.waits_s: list[float] = []
        self._verdict = verdict
        server.expect_request("/shop/_mget").respond_with_handler(self._mget)
        server.expect_request("/shop/_bulk").respond_with_handler(self._bulk)
        server.expect_request("/shop/_refresh").respond_with_json({})

    def load(self, cluster: Cluster) -> tuple[LoadSummary, list[RejectedRow]]:
        rejected: list[RejectedRow] = []
        summary = load_rows(
            cluster,
            OpenSearch(),
            _TARGET,
            _ROWS,
            on_batch=lambda _: None,
            on_rejected=rejected.append,
            sleep=self.waits_s.append,
        )
        return summary, rejected

    def _mget(self, request: Request) -> Response:
        docs = [
            {
                "_id": id,
                "found": id in self.documents,
                "_source": self.documents.get(id),
                "_seq_no": 0,
                "_primary_term": 1,
            }
            for id in json.loads(request.data)["ids"]
        ]
        return _json({"docs": docs})

    def _bulk(self, request: Request) -> Response:
        lines = [json.loads(line) for line in request.data.splitlines()]
        items = []
        for head, source in zip(lines[::2], lines[1::2], strict=True):
            ((name, action),) = head.items()
            status, error = self._verdict(self.n_bulks, action["_id"])
            if status in {200, _LOST}:
                self.documents[action["_id"]] = source
            item = {"_id": action["_id"], "status": status}
            items.append(
                {name: item | ({"error": {"type": error, "reason": error}} if error else {})}
            )
        self.n_bulks += 1
        lost = any(item["create"]["status"] == _LOST for item in items if "create" in item)
        return Response("", status=429) if lost else _json({"items": items})


def _json(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, "es_rejected_execution_exception"),
        (503, "unavailable_shards_exception"),
        (403, "cluster_block_exception"),
    ],
)
def test_row_that_cannot_be_written_now_is_written_later(
    httpserver: HTTPServer, cluster: Cluster, status: int, error: str
) -> None:
    """Only that row is sent again, after a pause of at most half a second at first."""
    shop = _Shop(httpserver, lambda n, id: (status, error) if (n, id) == (0, "a") else (200, ""))

    summary, rejected = shop.load(cluster)

    assert LoadSummary(created=2) == summary
    assert [] == rejected
    assert {"a", "b"} == set(shop.documents)
    assert 1 == len(shop.waits_s)
    assert 0 <= shop.waits_s[0] <= 0.5


def test_answer_that_was_lost_is_counted_once_and_as_what_it_was(
    httpserver: HTTPServer, cluster: Cluster
) -> None:
    """The rows were created, but the 429 of something on the way hid it; the second look finds them equal."""
    shop = _Shop(httpserver, lambda n, _: (_LOST if n == 0 else 200, ""))

    summary, _ = shop.load(cluster)

    assert LoadSummary(created=2) == summary
    assert 1 == shop.n_bulks


def test_cluster_that_stays_busy_ends_the_load_and_says_how_to_go_on(
    httpserver: HTTPServer, cluster: Cluster
) -> None:
    """Nine pauses of at most half a minute, and no row is called rejected."""
    shop = _Shop(httpserver, lambda _, __: (429, "too busy"))

    with pytest.raises(UnavailableError, match=r"before line 1: run the same command again"):
        shop.load(cluster)

    assert 10 == shop.n_bulks
    assert max(shop.waits_s) <= 30


def test_document_that_others_keep_changing_is_rejected(
    httpserver: HTTPServer, cluster: Cluster
) -> None:
    """A conflict needs a new look, not a pause, and comes to an end."""
    shop = _Shop(httpserver, lambda _, id: (409, "conflict") if id == "a" else (200, ""))

    summary, (rejected,) = shop.load(cluster)

    assert LoadSummary(created=1, rejected=1) == summary
    assert 1 == rejected.line
    assert "others kept changing" in rejected.reason
    assert [] == shop.waits_s


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (403, "security_exception", CredentialsError),
        (404, "index_not_found_exception", MissingIndexError),
    ],
)
def test_refusal_of_everything_ends_the_load(
    httpserver: HTTPServer, cluster: Cluster, status: int, error: str, kind: type[Exception]
) -> None:
    """No row can be loaded, so none is called bad."""
    shop = _Shop(httpserver, lambda _, __: (status, error))

    with pytest.raises(kind):
        shop.load(cluster)


def test_bulk_is_halved_where_a_limit_on_the_way_is_lower(
    httpserver: HTTPServer, cluster: Cluster
) -> None:
    """The items stand in the actions' order; an action that is too long alone has status 413."""
    actions = [b'{"delete":{"_id":"%d"}}\n' % n for n in range(5)]
    actions[3] = b'{"delete":{"_id":"3", "pad": "' + b"x" * 100 + b'"}}\n'

    def proxy(request: Request) -> Response:
        if len(request.data) > 60:
            return Response("<html>too large</html>", status=413, content_type="text/html")
        ids = [json.loads(line)["delete"]["_id"] for line in request.data.splitlines()]
        return _json({"items": [{"delete": {"_id": id, "status": 200}} for id in ids]})

    httpserver.expect_request("/shop/_bulk").respond_with_handler(proxy)

    items = send_bulk(cluster, "shop", actions)

    assert ["0", "1", "2", "", "4"] == [item.id for item in items]
    assert [200, 200, 200, 413, 200] == [item.status for item in items]
