"""Meters take every event, and what they count are series with few labels."""

from contextlib import AbstractContextManager

import orjson
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from diptych.ingest.metering import MeteredEncoder
from diptych.ingest.meters import Apart, Ending, Fate, FeedMeters, Fetch, Input, Meters, NoMeters
from diptych.ingest.publishing import Lane
from diptych.ingest.reading import Poll
from diptych.ingest.retelling import RememberingMeters, retell
from diptych.plugin.watch.feed_metrics import FeedMetrics
from diptych.plugin.watch.worker_metrics import WorkerMetrics, new_registry
from diptych.testing import FakeEncoder
from diptych.testing_meters import MemoryMeters


def series(registry: CollectorRegistry) -> dict[str, float]:
    """Each series with its value; zeros and the process's own are left out."""
    lines = [line for line in generate_latest(registry).decode().splitlines() if line[0] != "#"]
    pairs = [line.rsplit(" ", 1) for line in lines]
    return {
        name: float(value)
        for name, value in pairs
        if float(value) and "_created" not in name and "_process_" not in name
    }


def test_encoder_is_timed() -> None:
    """From 10 s to 12 s are 2 s."""
    registry = new_registry()
    times = iter((10.0, 12.0))
    encoder = MeteredEncoder(
        FakeEncoder(), WorkerMetrics(registry), monotonic_s=lambda: next(times)
    )
    encoder.encode_words(["a"])

    assert 2.0 == series(registry)['diptych_encode_seconds_sum{input="words"}']


def tell_all(meters: Meters) -> None:
    """One event of each kind that a process apart tells of."""
    meters.documents("products", Fate.REFUSED, 3)
    meters.conflicts("products", 2)
    meters.encoded(Input.PICTURES, 4, 0.5, n_broken=1)
    meters.recalled(n_hits=5, n_misses=6)
    meters.fetched(Fetch.AWAY)
    meters.dead_letter("write", "mapper_parsing_exception")


def test_what_a_process_apart_counts_comes_through_json_to_the_meters_of_the_worker() -> None:
    """Once: a second look finds nothing new."""
    remembering, told, direct = RememberingMeters(), MemoryMeters(), MemoryMeters()
    tell_all(remembering)
    tell_all(direct)

    retell(orjson.loads(orjson.dumps(remembering.taken())), told)

    assert direct.counts == told.counts
    assert [] == remembering.taken()


WORKER_METERS: list[Meters] = [
    MemoryMeters(),
    NoMeters(),
    RememberingMeters(),
    WorkerMetrics(new_registry()),
]


@pytest.mark.parametrize("meters", WORKER_METERS, ids=lambda it: type(it).__name__)
def test_every_meter_of_a_worker_takes_every_event(meters: Meters) -> None:
    """The contract: no event raises, and `in_hand` lets an error through."""
    in_hand: AbstractContextManager[None] = meters.in_hand(3)
    with pytest.raises(RuntimeError, match="mine"), in_hand:
        raise RuntimeError("mine")
    for ending in Ending:
        meters.ended(Lane.LIVE, ending)
    for apart in Apart:
        meters.ran_apart(apart)
    for fate in Fate:
        meters.documents("products", fate, 0)
    for kind in Input:
        meters.encoded(kind, 1, 0.1, n_broken=1)
    for how in Fetch:
        meters.fetched(how)
    meters.conflicts("products", 1)
    meters.recalled(n_hits=1, n_misses=2)
    meters.dead_letter("write", "mapper_parsing_exception")


FEED_METERS: list[FeedMeters] = [MemoryMeters(), NoMeters(), FeedMetrics(new_registry())]


@pytest.mark.parametrize("meters", FEED_METERS, ids=lambda it: type(it).__name__)
def test_every_meter_of_a_feed_takes_every_event(meters: FeedMeters) -> None:
    """The contract: no event raises."""
    meters.published("products", Lane.BACKFILL, 3)
    meters.searchable("products", 2.5)


def test_worker_metrics_are_series_with_few_labels() -> None:
    """One event of each kind, by hand."""
    registry = new_registry()
    moves: list[int] = []
    metrics = WorkerMetrics(registry, on_event=lambda: moves.append(1))
    metrics.documents("products", Fate.WRITTEN, 5)
    metrics.ended(Lane.LIVE, Ending.DONE)
    metrics.fetched(Fetch.MISSING)
    metrics.dead_letter("write", "mapper_parsing_exception")
    with metrics.in_hand(5):
        during = series(registry)["diptych_documents_in_hand"]

    found = series(registry)
    assert 5 == during
    assert 5 == found['diptych_documents_total{index="products",outcome="written"}']
    assert 1 == found['diptych_messages_total{lane="live",verdict="done"}']
    assert 1 == found['diptych_picture_fetches_total{class="missing"}']
    letter = 'diptych_dead_letters_total{class="mapper_parsing_exception",stage="write"}'
    assert 1 == found[letter]
    assert 5 == found["diptych_message_documents_sum"]
    assert "diptych_documents_in_hand" not in found
    assert [1] == moves


def test_feed_metrics_follow_an_index_until_it_is_left() -> None:
    """A look at 100 s that succeeds, one at 130 s that fails, and then the index is gone."""
    registry = new_registry()
    now_s = 100.0
    metrics = FeedMetrics(registry, monotonic_s=lambda: now_s)
    metrics.follows("products")
    metrics.polled("products", Poll(is_leader=True, lag=7))
    now_s = 130.0
    metrics.failed("products")

    found = series(registry)
    late, hanging = metrics.overdue(20.0), metrics.hanging(20.0)
    metrics.forget("products")

    assert 7 == found['diptych_feed_unread_operations{index="products"}']
    assert 1 == found['diptych_feed_is_leader{index="products"}']
    assert 30 == found['diptych_feed_poll_age_seconds{index="products"}']
    assert 1 == found['diptych_feed_polls_total{index="products",outcome="failed"}']
    assert ({"products": 30.0}, {}) == (late, hanging)
    assert {"diptych_feed_polls_total"} == {name.partition("{")[0] for name in series(registry)}
