"""Who the cluster sees behind the drop-in address: the caller, and never the service."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from secured import SecuredCluster
from serving import Server, run_server
from shelf import Shelf

from diptych.client import Cluster, Json
from diptych.plugin.serve.app import make_app
from diptych.plugin.serve.dropin.forwarding import Forwarder
from diptych.plugin.serve.dropin.router import dropin_router
from diptych.plugin.serve.gate import Gate
from diptych.plugin.serve.key_file import create_key
from diptych.plugin.serve.keys import KeyRing
from diptych.plugin.serve.service import Service
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

WORDS: Json = {"query": {"match": {"title": "red dress"}}}


def _basic(secured: SecuredCluster, password: str | None = None) -> dict[str, str]:
    pair = f"{secured.username}:{password or secured.password}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@pytest.fixture
def server(shelf: Shelf, secured_cluster: SecuredCluster, tmp_path: Path) -> Iterator[Server]:
    """The service has an API key of the cluster; its callers have to bring their own user."""
    key_file = tmp_path / "key"
    key_file.write_text(secured_cluster.api_key, encoding="utf-8")
    cluster = Cluster(
        load_settings(
            cluster_url=secured_cluster.url, api_key_file=key_file, ca_file=secured_cluster.ca_file
        )
    )
    known = replace(shelf, cluster=cluster)
    service = Service(cluster, known.engine, [known.index], lambda _: known.encoder)
    gate = Gate([known.index])
    forwarder = Forwarder(cluster.url, ca_file=str(secured_cluster.ca_file), timeout_s=20)
    app = make_app(service, gate, routers=[dropin_router(service, gate, forwarder)])
    with run_server(app) as server:
        yield server
    forwarder.close()
    cluster.close()


def test_without_credentials_the_cluster_refuses(server: Server, shelf: Shelf) -> None:
    """The service could search, and does not do so for anybody."""
    status, headers = _status(server, f"/{shelf.index}/_search", {})

    assert 401 == status
    assert "Basic" in headers["www-authenticate"]


def test_wrong_credentials_are_refused(
    server: Server, shelf: Shelf, secured_cluster: SecuredCluster
) -> None:
    """By the cluster, in its own words."""
    wrong = _basic(secured_cluster, "wrong")

    assert 401 == _status(server, f"/{shelf.index}/_search", wrong)[0]


def _status(server: Server, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Of an answer that may be no JSON."""
    answer = server.pool.request(
        "POST",
        server.url + path,
        body=b'{"query": {"match": {"title": "red dress"}}}',
        headers={"content-type": "application/json", **headers},
    )
    return answer.status, dict(answer.headers)


def test_the_callers_own_credentials_search(
    server: Server, shelf: Shelf, secured_cluster: SecuredCluster
) -> None:
    """In every request of a hybrid search, that for products to resemble included."""
    body = {**WORDS, "ext": {"diptych": {"prefer": ["p3"]}}}

    status, answer, headers = server.ask(
        f"/{shelf.index}/_search", body, headers=_basic(secured_cluster)
    )

    assert (200, "hybrid") == (status, headers["x-diptych"])
    assert 10 == len(answer["hits"]["hits"])


def test_a_caller_who_may_not_msearch_searches_by_keyword(
    server: Server, shelf: Shelf, secured_cluster: SecuredCluster, denied: set[tuple[str, str]]
) -> None:
    """Its privilege is one of the cluster, that of a search one of the index."""
    denied.add(("POST", f"/{shelf.index}/_msearch"))

    status, answer, headers = server.ask(
        f"/{shelf.index}/_search", WORDS, headers=_basic(secured_cluster)
    )

    assert 200 == status
    assert 10 == len(answer["hits"]["hits"])
    assert 'forwarded; reason="the cluster refuses its _msearch (403)"' == headers["x-diptych"]
    assert "403" in headers["x-diptych-degraded"]


def test_a_refusal_of_the_cluster_is_the_answer(
    server: Server, shelf: Shelf, secured_cluster: SecuredCluster, denied: set[tuple[str, str]]
) -> None:
    """With its status and its words."""
    denied.add(("POST", f"/{shelf.index}/"))

    status, answer, _ = server.ask(
        f"/{shelf.index}/_search", WORDS, headers=_basic(secured_cluster)
    )

    assert 403 == status
    assert "security_exception" == answer["error"]["type"]


def test_a_key_for_shoppers_does_not_open_the_query_language(shelf: Shelf, tmp_path: Path) -> None:
    """A trusted one does."""
    file = tmp_path / "keys.json"
    plain = create_key(file, name="shop")
    trusted = create_key(file, name="back-end", is_trusted=True)
    service = Service(shelf.cluster, shelf.engine, [shelf.index], lambda _: shelf.encoder)
    gate = Gate([shelf.index], keys=KeyRing(file))
    forwarder = Forwarder(shelf.cluster.url, ca_file=None, timeout_s=20)
    where = f"/{shelf.index}/_search"

    with run_server(
        make_app(service, gate, routers=[dropin_router(service, gate, forwarder)])
    ) as server:
        none = server.ask(where, WORDS)
        shoppers = server.ask(where, WORDS, headers={"x-api-key": plain})
        back_ends = server.ask(where, WORDS, headers={"x-api-key": trusted})

    assert (401, 403, 200) == (none[0], shoppers[0], back_ends[0])
    assert "diptych_exception" == none[1]["error"]["type"] == shoppers[1]["error"]["type"]
