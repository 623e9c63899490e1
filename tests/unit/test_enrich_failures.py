"""Enriching what is incomplete, refused, busy or away."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from enriching import (
    NOW,
    PICTURES,
    RED,
    AnsweringStore,
    CountingEncoder,
    RacingStore,
    make_contract,
    make_enricher,
)

from diptych.encoding import Role
from diptych.errors import BusyError, ConflictError, UnavailableError
from diptych.ingest.dead_letters import DeadLetter
from diptych.ingest.enrich import Enricher
from diptych.ingest.store import Outcome
from diptych.testing import MemoryDeadLetters, MemoryPictures, MemoryStore
from diptych.vectors import Floats


def test_wrong_mark_is_settled_without_the_picture(
    store: MemoryStore, encoder: CountingEncoder
) -> None:
    """The pipeline marks a document whose inputs a bulk update changed before: all agrees."""
    make_enricher(store, encoder).start(["1"]).run()
    marked = store.sources["1"]["diptych"] | {"state": "pending"}
    store.index("1", store.sources["1"] | {"diptych": marked})

    summary = make_enricher(store, encoder).start(["1"]).run()

    assert (1, 1) == (summary.written, encoder.n_images)
    assert "ready" == store.sources["1"]["diptych"]["state"]


@pytest.mark.parametrize(
    ("source", "state", "error"),
    [
        ({"title": "red dress"}, "partial", "has no picture"),
        ({"title": "", "image": "red.jpg"}, "partial", "has no words"),
        ({"title": "red dress", "image": "broken.jpg"}, "partial", "is not a picture"),
        ({"title": "red dress", "image": "missing.jpg"}, "partial", "no such picture"),
        ({"title": "red dress", "image": ["red.jpg", "missing.jpg"]}, "partial", "no such picture"),
        ({"title": "red dress", "image": ["red.jpg", "blue.jpg"]}, "ready", None),
        ({}, "failed", "neither words nor a picture"),
        ({"image": "missing.jpg"}, "failed", "no such picture"),
    ],
)
def test_missing_part_is_a_state_never_a_stop(
    source: dict[str, object], state: str, error: str | None, encoder: CountingEncoder
) -> None:
    """A document is written whatever it lacks, and says what."""
    store = MemoryStore(make_contract(encoder))
    store.index("bad", source)
    store.index("good", {"title": "blue mug", "image": "blue.jpg"})

    summary = make_enricher(store, encoder).start(["bad", "good"]).run()

    found = store.sources["bad"]["diptych"]
    assert (2, state) == (summary.written, found["state"])
    assert (error is None) == (found["error"] is None)
    assert error is None or error in found["error"]
    assert "ready" == store.sources["good"]["diptych"]["state"]
    assert (state == "failed") == (store.sources["bad"]["diptych_vector"] is None)


def test_failed_attempt_is_not_tried_again(encoder: CountingEncoder) -> None:
    """A failure stores the hashes of what it tried, so the feed lets it rest."""
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "missing.jpg"})
    make_enricher(store, encoder).start(["1"]).run()

    summary = make_enricher(store, encoder).start(["1"]).run()

    assert (0, 1) == (summary.written, summary.skipped)


def test_document_that_never_stands_still_is_left_for_later(encoder: CountingEncoder) -> None:
    """After ten rounds the message goes back to the queue."""
    store = RacingStore(
        make_contract(encoder), lambda racing: racing.index("1", racing.sources["1"])
    )
    store.n_races = 100
    store.index("1", {"title": "red dress", "image": "red.jpg"})

    with pytest.raises(ConflictError, match="1 documents changed during each of 10 rounds"):
        make_enricher(store, encoder).start(["1"]).run()


def test_picture_host_that_is_away_is_asked_again_later(encoder: CountingEncoder) -> None:
    """The words are written at once; the picture is due after a minute, then after four."""
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "https://away/1.jpg"})
    store.index("2", {"title": "blue mug", "image": "blue.jpg"})
    away = MemoryPictures(PICTURES | {"https://away/1.jpg": UnavailableError("away")})
    back = MemoryPictures(PICTURES | {"https://away/1.jpg": RED})
    later = NOW + timedelta(minutes=1)

    Enricher(store, encoder, away, now=lambda: NOW).start(["1", "2"]).run()
    first = store.sources["1"]["diptych"]
    early = Enricher(store, encoder, back, now=lambda: NOW).start(["1"]).run()
    Enricher(store, encoder, away, now=lambda: later).start(["1"]).run()
    second = store.sources["1"]["diptych"]
    last = later + timedelta(minutes=4)
    Enricher(store, encoder, back, now=lambda: last).start(["1"]).run()

    assert ("partial", 1, "2026-01-01T00:01:00.000+00:00") == (
        first["state"],
        first["n_retries"],
        first["retry_at"],
    )
    assert 1 == early.skipped
    assert (2, "2026-01-01T00:05:00.000+00:00") == (second["n_retries"], second["retry_at"])
    assert ("ready", None) == (
        store.sources["1"]["diptych"]["state"],
        store.sources["1"]["diptych"]["retry_at"],
    )
    assert "ready" == store.sources["2"]["diptych"]["state"]


def test_busy_cluster_costs_no_second_encoding(encoder: CountingEncoder) -> None:
    """The same work goes on after the error."""
    store = AnsweringStore(make_contract(encoder), Outcome.BUSY)
    store.index("1", {"title": "red dress", "image": "red.jpg"})
    work = make_enricher(store, encoder).start(["1"])
    with pytest.raises(BusyError, match="put off 1 writes"):
        work.run()

    summary = work.run()

    assert (1, 1, 1) == (summary.written, encoder.n_images, encoder.n_texts)


def test_refused_document_says_why(encoder: CountingEncoder) -> None:
    """The cluster's reason is stored, so that the feed lets the document rest."""
    store = AnsweringStore(make_contract(encoder), Outcome.REFUSED)
    store.index("1", {"title": "red dress", "image": "red.jpg"})

    summary = make_enricher(store, encoder).start(["1"]).run()

    found = store.sources["1"]
    assert (0, 1) == (summary.written, summary.failed)
    assert ("failed", "told", None) == (
        found["diptych"]["state"],
        found["diptych"]["error"],
        found["diptych_vector"],
    )


def test_refused_document_of_a_busy_cluster_is_tried_again(encoder: CountingEncoder) -> None:
    """A reason that could not be stored is no end."""
    store = AnsweringStore(make_contract(encoder), Outcome.REFUSED, Outcome.BUSY)
    store.index("1", {"title": "red dress", "image": "red.jpg"})
    work = make_enricher(store, encoder).start(["1"])

    with pytest.raises(BusyError):
        work.run()

    assert 1 == work.run().written


class BrokenEncoder(CountingEncoder):
    """An encoder that breaks while somebody else writes."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        """`meanwhile` runs before each break."""
        super().__init__()
        self._meanwhile = meanwhile

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """Break."""
        self._meanwhile()
        raise RuntimeError("no")


def give_up(store: MemoryStore, meanwhile: Callable[[], None]) -> tuple[bool, list[DeadLetter]]:
    """What becomes of the document 1 when its encoder breaks."""
    letters = MemoryDeadLetters()
    encoder = BrokenEncoder(meanwhile)
    enricher = Enricher(store, encoder, MemoryPictures(PICTURES), dead_letters=letters)
    work = enricher.start(["1"])
    with pytest.raises(RuntimeError) as raised:
        work.run()
    return work.give_up(raised.value), letters.letters


def test_document_that_was_given_up_is_settled_and_recorded(store: MemoryStore) -> None:
    """It is fed again only when its inputs change."""
    is_done, letters = give_up(store, lambda: None)

    assert is_done
    assert ("failed", "RuntimeError: no") == (
        store.sources["1"]["diptych"]["state"],
        store.sources["1"]["diptych"]["error"],
    )
    assert [("products", "1", "enrich", "RuntimeError")] == [
        (letter.index, letter.id, letter.stage, letter.error_class) for letter in letters
    ]
    assert 1 == make_enricher(store, CountingEncoder()).start(["1"]).run().skipped


def test_document_that_changed_while_it_failed_is_not_given_up(store: MemoryStore) -> None:
    """What broke the encoder does not stand there any more (found by the simulation)."""
    is_done, letters = give_up(
        store, lambda: store.index("1", {"title": "blue mug", "image": "blue.jpg"})
    )

    assert (False, []) == (is_done, letters)
    assert "diptych" not in store.sources["1"]


def test_refusal_that_cannot_be_stored_is_recorded(encoder: CountingEncoder) -> None:
    """The mapping takes nothing of ours, not even the reason."""
    store = AnsweringStore(make_contract(encoder), Outcome.REFUSED, Outcome.REFUSED)
    store.index("1", {"title": "red dress", "image": "red.jpg"})
    letters = MemoryDeadLetters()
    enricher = Enricher(store, encoder, MemoryPictures(PICTURES), dead_letters=letters)

    summary = enricher.start(["1"]).run()

    assert (0, 1) == (summary.written, summary.failed)
    assert [("1", "write", "told")] == [
        (letter.id, letter.stage, letter.reason) for letter in letters.letters
    ]
