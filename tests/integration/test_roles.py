"""The users and roles of deploy/ on a real node with the security plugin, doing real work."""

import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from guarded import Guarded, run_guarded
from shelf import create_index, make_contract, write
from shop import Bars, make_request, put, run_install
from waiting import wait_until

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.errors import CredentialsError, LocalStackError, SearchError
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.dead_letter_index import DeadLetterIndex
from diptych.ingest.dead_letters import DeadLetter, Stage
from diptych.ingest.feed import Feed
from diptych.ingest.publishing import Lane, Message
from diptych.ingest.store import ClusterStore, Outcome, Update
from diptych.mappings.engine import OpenSearch
from diptych.mappings.pipeline import mark_pipeline
from diptych.mappings.target import read_target
from diptych.plugin.dead_letters import Filters, select
from diptych.plugin.existing import require_existing
from diptych.plugin.feedback.reading import read_shown
from diptych.plugin.feedback.recorder import Recorder
from diptych.plugin.feedback.ubi import EventRecord, QueryRecord, create_indexes
from diptych.plugin.reinstall import reinstall
from diptych.plugin.relevance.doubts import about_index
from diptych.plugin.relevance.profile_store import remove_profile, write_profile
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.stock import read_stock
from diptych.plugin.status import read_status
from diptych.plugin.template_install import install_template, uninstall_template
from diptych.plugin.templates import template_name
from diptych.plugin.uninstall import uninstall
from diptych.query.profiles import Preference
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.testing import FakeEncoder
from diptych.vectors import Floats

pytestmark = pytest.mark.integration

INDEX = "products-2026"
ENGINE = OpenSearch()


class _Published:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def publish(self, message: Message, lane: Lane) -> None:
        self.ids += message.ids


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The node, with one installed index of two products."""
    try:
        with run_guarded(tmp_path_factory.mktemp("guarded")) as node:
            _install(node.cluster("diptych-installer"))
            yield node
    except LocalStackError as err:
        if os.environ.get("CI"):
            pytest.fail(str(err))
        pytest.skip(str(err))


def _install(cluster: Cluster) -> None:
    name = f"diptych-{INDEX}"
    contract = replace(make_contract(FakeEncoder()), pipeline=name)
    create_index(cluster, INDEX, contract)
    pipeline = mark_pipeline(INDEX, contract.input_fields, previous=None)
    cluster.call("PUT", path("_ingest", "pipeline", name), body=pipeline)
    # What the index never does by itself, the feed does at once.
    settings = {"index.final_pipeline": name, "index.refresh_interval": "-1"}
    cluster.call("PUT", path(INDEX, "_settings"), body=settings)
    products: dict[str, Json] = {"p1": {"title": "red dress"}, "p2": {"title": "blue coat"}}
    write(cluster, INDEX, contract, products, {"p1": _vector(contract.layout.dimension)})


def _vector(dimension: int) -> Floats:
    vector: Floats = np.eye(1, dimension, dtype=np.float32)[0]
    return vector


def test_installer_installs_rebuilds_and_uninstalls(guarded: Guarded) -> None:
    """Every call of the three, on an index of its own."""
    cluster = guarded.cluster("diptych-installer")
    name = "products-rebuilt"
    run_install(cluster, name)
    put(cluster, name, "p1", {"title": "red dress"})
    found = require_existing(cluster, name)
    request = make_request(name)
    rebuilt, _ = reinstall(cluster, ENGINE, request, found, is_replaced=True, bar=Bars())

    report = uninstall(cluster, ENGINE, require_existing(cluster, name), bar=Bars())

    assert (1, f"{name}-diptych-1") == (rebuilt.n_documents, report.index)


def test_installer_puts_diptych_into_templates_and_takes_it_off(guarded: Guarded) -> None:
    """Into the shop's, and into one of its own where there is none, twice for another field."""
    cluster = guarded.cluster("diptych-installer")
    shop: Json = {"index_patterns": ["products-night-*"], "priority": 7}
    guarded.cluster("admin").call("PUT", path("_index_template", "shop"), body=shop)
    patterns = "products-night-*", "products-day-*"
    for pattern in patterns:
        install_template(cluster, ENGINE, make_request(pattern))
    install_template(cluster, ENGINE, make_request("products-day-*", "title", "name"))
    cluster.call("PUT", path("products-night-1"))
    contract = read_target(cluster, "products-night-1").contract

    removed = [uninstall_template(cluster, pattern) for pattern in patterns]

    template = template_name("products-night-*")
    assert template == contract.pipeline
    assert [("shop",), (template_name("products-day-*"),)] == [it.templates for it in removed]
    assert [template, None] == [it.kept_pipeline for it in removed]


def test_worker_and_feed_do_their_work(guarded: Guarded) -> None:
    """One round of the write path: the feed finds both products, the worker writes vectors."""
    cluster = guarded.cluster("diptych-worker")
    published = _Published()
    feed = Feed(cluster, ENGINE, published, name=INDEX, owner="test")
    poll = feed.poll()
    feed.stop()
    target = read_target(cluster, INDEX)
    store = ClusterStore(cluster, ENGINE, target)
    vector = _vector(target.contract.layout.dimension)
    updates = [
        Update(document, "ready", vector, None, "2026-01-01T00:00:00Z")
        for document in store.read(published.ids)
    ]

    written = store.write(updates)

    assert poll.is_leader
    assert ["p1", "p2"] == sorted(published.ids)
    assert [Outcome.WRITTEN, Outcome.WRITTEN] == [item.outcome for item in written]
    assert {"p1", "p2"} == set(store.read_vectors(published.ids))
    assert 2 == read_status(cluster, ENGINE, target).documents


def test_worker_records_dead_letters_and_installer_works_with_them(guarded: Guarded) -> None:
    """The worker's first letter makes the index; the other one lists them and drops them."""
    seen = "2026-01-01T00:00:00.000+00:00"
    letter = DeadLetter(INDEX, "p1", Stage.WRITE, "too_large", "too large", seen, seen)
    DeadLetterIndex(guarded.cluster("diptych-worker")).record(letter)
    cluster = guarded.cluster("diptych-installer")
    letters = DeadLetterIndex(cluster)

    (listed,) = select(cluster, Filters(index=INDEX))
    letters.delete(letter.key, listed.version)

    assert (letter, 0) == (listed.letter, letters.count([]))
    assert listed.now in {"pending", "ready"}


def test_searcher_finds_by_words_and_by_product(guarded: Guarded) -> None:
    """Both legs, the native blend and the explanation work with the smallest role."""
    searcher = Searcher(guarded.cluster("diptych-searcher"), ENGINE, FakeEncoder())

    by_words = searcher.search(INDEX, SearchRequest(text="red dress", explain=True))
    by_product = searcher.search(INDEX, SearchRequest(like=("p1",)))

    assert "p1" == by_words.hits[0].id
    assert by_words.degraded_reason is None
    assert "p1" not in [hit.id for hit in by_product.hits]


def test_installer_reads_every_vector_and_keeps_a_profile(guarded: Guarded) -> None:
    """What `diptych tune` and `diptych profiles` do."""
    cluster = guarded.cluster("diptych-installer")

    stock = read_stock(cluster, ENGINE, read_target(cluster, INDEX))
    write_profile(cluster, INDEX, "sale", {"words": Preference({"image": 1.0})})

    assert 2 == len(stock)
    assert {"sale"} == read_target(cluster, INDEX).profiles.keys()
    remove_profile(cluster, INDEX, "sale")


def test_searcher_measures(guarded: Guarded) -> None:
    """What `diptych eval` asks beside searches: what is there, and what has no vector."""
    cluster = guarded.cluster("diptych-searcher")
    question = Question("q1", text="red dress", grades={"p1": 2.0})
    target = read_target(cluster, INDEX)

    doubts = list(about_index(cluster, target, [question]))
    request = question.request(size=10, weights={})
    explained = Searcher(cluster, ENGINE, FakeEncoder()).why(INDEX, "p1", request)

    assert all("not in" not in doubt for doubt in doubts)
    assert 1 == explained.rank


def test_feedback_is_recorded_and_read_by_its_own_role(guarded: Guarded) -> None:
    """The searcher cannot until it has the role too."""
    cluster = guarded.cluster("diptych-searcher")
    with pytest.raises(CredentialsError):
        create_indexes(cluster)
    mapping = path("_plugins", "_security", "api", "rolesmapping", "diptych_feedback")
    guarded.cluster("admin").call("PUT", mapping, body={"users": ["diptych-searcher"]})
    create_indexes(cluster)
    recorder = Recorder(cluster, pause_s=0.01)
    recorder.query(QueryRecord("q1", INDEX, timestamp(utc_now()), "red dress", ["p1"], {}))
    recorder.event(EventRecord("q1", timestamp(utc_now()), "click", "p1", 1))
    recorder.close()

    wait_until(lambda: _is_shown(cluster))

    (shown,) = read_shown(cluster, INDEX)
    assert ("red dress", ["p1"]) == (shown.query, list(shown.clicked))


def _is_shown(cluster: Cluster) -> bool:
    try:
        return bool(read_shown(cluster, INDEX)[0].clicks)
    except SearchError:
        return False


WRITES: list[Json] = [
    {"index": {"_id": "p9"}},
    {"create": {"_id": "p9"}},
]


@pytest.mark.parametrize("head", WRITES, ids=["index", "create"])
def test_worker_cannot_add_a_product(guarded: Guarded, head: Json) -> None:
    """A bulk may update products and nothing else."""
    answer = _bulk(guarded.cluster("diptych-worker"), [head, {"title": "x"}])

    assert "no permissions for [indices:data/write/index]" in str(answer["items"])


def test_worker_cannot_delete_a_product(guarded: Guarded) -> None:
    """A bulk may not delete."""
    answer = _bulk(guarded.cluster("diptych-worker"), [{"delete": {"_id": "p1"}}])

    assert "no permissions for [indices:data/write/delete]" in str(answer["items"])


def _bulk(cluster: Cluster, lines: list[Json]) -> Json:
    answer: Json = cluster.call("POST", path(INDEX, "_bulk"), body=to_ndjson(lines))
    return answer


REFUSED: list[tuple[str, str, str, Json | None]] = [
    ("diptych-worker", "DELETE", path(INDEX), None),
    ("diptych-worker", "PUT", path("products-new"), {}),
    ("diptych-worker", "PUT", path(INDEX, "_mapping"), {"properties": {"z": {"type": "long"}}}),
    ("diptych-worker", "PUT", path("_ingest", "pipeline", "p"), {"processors": []}),
    ("diptych-worker", "POST", "/_aliases", {"actions": [{"add": {"index": INDEX, "alias": "a"}}]}),
    ("diptych-worker", "GET", path(".opendistro_security", "_search"), None),
    ("diptych-searcher", "PUT", path(INDEX, "_doc", "p9"), {"title": "x"}),
    ("diptych-searcher", "GET", path("diptych-state", "_search"), None),
    ("diptych-installer", "GET", path("another-index", "_search"), None),
    ("diptych-installer", "GET", "/_plugins/_security/api/roles", None),
]


@pytest.mark.parametrize(("user", "method", "where", "body"), REFUSED)
def test_role_ends_where_its_work_ends(
    guarded: Guarded, user: str, method: str, where: str, body: Json | None
) -> None:
    """What no command needs is refused, in a sentence and not as a traceback."""
    with pytest.raises(CredentialsError):
        guarded.cluster(user).call(method, where, body=body)


def test_refusal_names_the_missing_action(guarded: Guarded) -> None:
    """An operator reads which action to add, and where the roles are described."""
    searcher = guarded.cluster("diptych-searcher")

    with pytest.raises(
        CredentialsError, match=r"lacks the privilege indices:monitor/stats.*roles\.md"
    ):
        searcher.call("GET", path(INDEX, "_stats"))


def test_wrong_password_is_refused(guarded: Guarded) -> None:
    """The passwords of the environment are the users' passwords, and no other is."""
    with pytest.raises(CredentialsError, match="refuses these credentials"):
        guarded.cluster("diptych-worker", "admin").call("GET", "/")


def test_administrator_may_change_roles(guarded: Guarded) -> None:
    """Roles change through the REST API after the first start."""
    role = path("_plugins", "_security", "api", "roles", "extra")
    admin = guarded.cluster("admin")

    answer = admin.call("PUT", role, body={"cluster_permissions": ["cluster:monitor/main"]})

    assert "CREATED" == answer["status"]
