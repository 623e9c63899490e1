"""Feedback recorded in a real index: who asks, who writes, and what is read back."""

from collections.abc import Iterator
from contextlib import contextmanager

from serving import Server
from shelf import Shelf
from waiting import wait_until

from diptych.errors import SearchError
from diptych.plugin.feedback.reading import read_shown
from diptych.plugin.feedback.recorder import Recorder
from diptych.plugin.feedback.shown import Shown
from diptych.plugin.feedback.ubi import EVENTS, QUERIES, create_indexes


@contextmanager
def run_recorder(shelf: Shelf) -> Iterator[Recorder]:
    """Writes as soon as there is something."""
    create_indexes(shelf.cluster)
    recorder = Recorder(shelf.cluster, pause_s=0.01)
    yield recorder
    recorder.close()


def recorded(shelf: Shelf, *, n: int, n_clicks: int) -> list[Shown]:
    """The answers, as soon as so many are there with so many clicks."""

    def read() -> list[Shown]:
        params = {"ignore_unavailable": "true"}
        shelf.cluster.call("POST", f"/{QUERIES},{EVENTS}/_refresh", params=params)
        try:
            return read_shown(shelf.cluster, shelf.index)
        except SearchError:
            return []

    def is_there() -> bool:
        found = read()
        return len(found) == n and sum(len(one.clicks) for one in found) == n_clicks

    wait_until(is_there, patience_s=20)
    return read()


def search(server: Server, shelf: Shelf, **body: object) -> dict[str, object]:
    """The answer of the simple call."""
    status, answer, _ = server.ask(f"/indexes/{shelf.index}/search", body)
    assert 200 == status
    found: dict[str, object] = answer
    return found


def ids_of(answer: dict[str, object]) -> list[str]:
    """The hits' ids, best first."""
    hits = answer["hits"]
    assert isinstance(hits, list)
    return [str(hit["id"]) for hit in hits]
