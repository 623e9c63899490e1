"""Feedback on a real index: recorded by the server, read back as figures and judgments."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import pytest
from click.testing import CliRunner, Result
from commands import RunDiptych
from proxies import proxy_to
from recording import ids_of, recorded, run_recorder, search
from serving import Server, run_server, shelf_app
from shelf import Shelf, own_shelf
from waiting import wait_until

from diptych.client import Cluster, path
from diptych.errors import SearchError, SettingsError
from diptych.ingest.clock import timestamp, utc_now
from diptych.plugin.cli import diptych
from diptych.plugin.feedback.recorder import Recorder
from diptych.plugin.feedback.ubi import QUERIES, EventRecord, QueryRecord, create_indexes
from diptych.settings import load_settings

pytestmark = pytest.mark.integration


@pytest.fixture
def shelf(cluster_url: str) -> Iterator[Shelf]:
    """60 products in an index of the test's own, so that its feedback is too."""
    with own_shelf(cluster_url, 60) as shelf:
        yield shelf


@pytest.fixture
def recorder(shelf: Shelf) -> Iterator[Recorder]:
    """Writes what the shelf's server is asked."""
    with run_recorder(shelf) as recorder:
        yield recorder


@pytest.fixture
def server(shelf: Shelf, recorder: Recorder) -> Iterator[Server]:
    """Records what is asked and chosen."""
    with run_server(shelf_app(shelf, recorder=recorder)) as server:
        yield server


def test_indexes_that_a_policy_deletes_are_made_anew(server: Server, shelf: Shelf) -> None:
    """With their types: a cluster that makes them by itself would guess texts."""
    shelf.cluster.call("DELETE", path(QUERIES))

    search(server, shelf, text="red dress")

    recorded(shelf, n=1, n_clicks=0)
    mapping = shelf.cluster.call("GET", path(QUERIES, "_mapping"))[QUERIES]["mappings"]
    assert "keyword" == mapping["properties"]["client_id"]["type"]


def test_feedback_waits_for_a_cluster_that_is_away(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """What was asked in an outage is there when it is over."""
    create_indexes(shelf.cluster)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    cluster = Cluster(load_settings(cluster_url=f"http://127.0.0.1:{port}"))
    recorder, id_ = Recorder(cluster, pause_s=0.01), uuid4().hex
    recorder.query(QueryRecord(id_, shelf.index, timestamp(utc_now()), "dress", ["p1"], {}))
    wait_until(lambda: "records of feedback wait" in caplog.text)
    recorder.event(EventRecord(id_, timestamp(utc_now()), "click", "p1", 1))

    there = urlsplit(shelf.cluster.url)
    with proxy_to(str(there.hostname), int(there.port or 0), own_port=port):
        (shown,) = recorded(shelf, n=1, n_clicks=1)
        recorder.close()
        cluster.close()

    assert ["p1"] == list(shown.clicked)


def test_feedback_of_a_cluster_that_stays_away_does_not_hold_up_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is left is counted."""
    recorder = Recorder(Cluster(load_settings(cluster_url="http://127.0.0.1:1")), pause_s=30)
    recorder.query(QueryRecord("q1", "shop", timestamp(utc_now()), "dress", ["p1"], {}))

    recorder.close()

    assert "1 records of feedback are lost: the cluster is away" in caplog.text


def choose(server: Server, shelf: Shelf, answer: dict[str, object], position: int) -> str:
    """Click a hit of an answer, and return its id."""
    chosen = ids_of(answer)[position - 1]
    event = {"query_id": answer["query_id"], "id": chosen, "position": position}
    status, _, _ = server.ask(f"/indexes/{shelf.index}/events", event)
    assert 204 == status
    return chosen


def test_what_was_asked_and_chosen_is_read_back(server: Server, shelf: Shelf) -> None:
    """In UBI's form: what was shown in which order, and what was clicked."""
    answer = search(server, shelf, text="red dress", size=5, client="browser-7")
    chosen = choose(server, shelf, answer, 2)

    (shown,) = recorded(shelf, n=1, n_clicks=1)

    hits = answer["hits"]
    assert isinstance(hits, list)
    assert [hit["id"] for hit in hits] == list(shown.ids)
    assert ("red dress", "default", "browser-7") == (shown.query, shown.profile, shown.client)
    assert [chosen] == [click.id for click in shown.clicks]
    assert 2 == shown.rank(chosen)


def test_nothing_of_the_person_is_recorded(server: Server, shelf: Shelf) -> None:
    """No photo, no address, no header; without a client there is none."""
    search(server, shelf, text="red dress")
    recorded(shelf, n=1, n_clicks=0)

    query = {"term": {"query_attributes.index": shelf.index}}
    answer = shelf.cluster.call("POST", f"/{QUERIES}/_search", body={"query": query})
    (source,) = [hit["_source"] for hit in answer["hits"]["hits"]]

    assert {
        *("application", "query_id", "timestamp", "user_query", "object_id_field"),
        *("query_response_id", "query_response_hit_ids", "query_attributes"),
    } == source.keys()
    assert {
        *("index", "kind", "profile", "from", "size", "n_filters", "is_steered"),
        *("total", "took_ms"),
    } == source["query_attributes"].keys()


def test_server_without_feedback_records_nothing(shelf: Shelf) -> None:
    """It is opt-in: no id in the answer, and no events are taken."""
    with run_server(shelf_app(shelf)) as server:
        answer = search(server, shelf, text="red dress")
        event = {"query_id": "x", "id": "p0", "position": 1}
        status, problem, _ = server.ask(f"/indexes/{shelf.index}/events", event)

    assert "query_id" not in answer
    assert 404 == status
    assert "--feedback" in problem["fix"]


@pytest.mark.parametrize(
    "event",
    [
        {"query_id": "x", "id": "p0", "position": 0},
        {"query_id": "x" * 101, "id": "p0", "position": 1},
        {"query_id": "x", "id": "p0", "position": 1, "action": "delete"},
        {"query_id": "x", "position": 1},
        {"query_id": "x", "id": "p0", "position": 1, "user": "Jane"},
    ],
)
def test_event_of_another_form_is_refused(
    server: Server, shelf: Shelf, event: dict[str, object]
) -> None:
    """Nothing of it is recorded."""
    status, _, _ = server.ask(f"/indexes/{shelf.index}/events", event)

    assert 400 == status


def run(shelf: Shelf, *arguments: str) -> Result:
    """A command as it is typed."""
    return CliRunner().invoke(diptych, [*arguments, "--cluster-url", shelf.cluster.url])


def test_clicks_become_judgments_that_eval_reads(
    server: Server, shelf: Shelf, tmp_path: Path
) -> None:
    """What is chosen each time has a higher grade than what never is."""
    for _ in range(12):
        chosen = choose(server, shelf, search(server, shelf, text="red dress", size=5), 1)
    search(server, shelf, text="asked once")
    recorded(shelf, n=13, n_clicks=12)
    file = tmp_path / "clicks.ndjson"

    result = run(shelf, "judge", shelf.index, "--from-clicks", "--out", str(file))

    assert result.exception is None, result.output
    assert "1 queries judged by 12 clicks on 13 answers; 1 were asked less" in result.stdout
    (row,) = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    assert "red dress" == row["text"]
    assert chosen == max(row["relevant"], key=row["relevant"].__getitem__)
    assert row["relevant"][chosen] > 1 > min(row["relevant"].values())


def test_satisfaction_is_shown_by_day_and_profile(server: Server, shelf: Shelf) -> None:
    """Two answers, one of them clicked at rank 2."""
    choose(server, shelf, search(server, shelf, text="red dress"), 2)
    search(server, shelf, text="blue coat")
    recorded(shelf, n=2, n_clicks=1)

    result = run(shelf, "satisfaction", shelf.index, "--json")

    assert result.exception is None, result.output
    (day,) = json.loads(result.stdout)["days"]
    assert ("default", 2, 0.5, 0.25, 0.5) == tuple(
        day[name] for name in ("profile", "n", "click_rate", "reciprocal_rank", "abandoned")
    )
    assert "CTR@10" in run(shelf, "satisfaction", shelf.index).stdout


def test_index_of_which_nothing_was_recorded_is_told(shelf: Shelf, recorder: Recorder) -> None:
    """With what to do."""
    result = run(shelf, "satisfaction", shelf.index)

    assert isinstance(result.exception, SearchError)
    assert "serve it with --feedback" in str(result.exception)


def test_profiles_cannot_be_compared_without_feedback(
    run_diptych: RunDiptych, shelf: Shelf
) -> None:
    """Before the server listens."""
    result = run_diptych("serve", shelf.index, "--interleave", "sale", "--port", "0")

    assert SettingsError.exit_code == result.returncode
    assert "add --feedback" in result.stderr
