"""From the first sight of a change to the sight of its vector."""

from diptych.ingest.changes import Changes
from diptych.ingest.publishing import Lane
from diptych.testing_meters import MemoryMeters


def changes(*, max_changes: int = 100) -> tuple[Changes, MemoryMeters]:
    """Changes of one index, and what was observed of them."""
    meters = MemoryMeters()
    return Changes("products", meters, max_changes=max_changes), meters


def test_lag_is_the_time_between_two_sights() -> None:
    """Seen changed at 10 s and settled at 12.5 s."""
    seen, meters = changes()
    seen.saw(["1", "2"], ["1"], Lane.LIVE, seen_s=10.0)

    seen.saw(["1"], [], Lane.LIVE, seen_s=12.5)

    assert [2.5] == meters.lags_s


def test_settled_document_counts_once() -> None:
    """A sweep that passes it later says nothing of a change."""
    seen, meters = changes()
    seen.saw(["1"], ["1"], Lane.LIVE, seen_s=10.0)
    seen.saw(["1"], [], Lane.LIVE, seen_s=11.0)

    seen.saw(["1"], [], Lane.BACKFILL, seen_s=500.0)

    assert [1.0] == meters.lags_s


def test_document_that_changes_on_its_way_counts_from_its_first_change() -> None:
    """The shopper has waited since then."""
    seen, meters = changes()
    seen.saw(["1"], ["1"], Lane.LIVE, seen_s=10.0)
    seen.saw(["1"], ["1"], Lane.LIVE, seen_s=13.0)

    seen.saw(["1"], [], Lane.LIVE, seen_s=15.0)

    assert [5.0] == meters.lags_s


def test_back_fill_begins_no_time() -> None:
    """When such a document changed, nobody knows."""
    seen, meters = changes()
    seen.saw(["1"], ["1"], Lane.BACKFILL, seen_s=10.0)

    seen.saw(["1"], [], Lane.LIVE, seen_s=11.0)

    assert [] == meters.lags_s


def test_oldest_is_dropped_where_too_many_are_on_their_way() -> None:
    """Two fit; the third pushes the first out."""
    seen, meters = changes(max_changes=2)
    for number, id_ in enumerate(("1", "2", "3")):
        seen.saw([id_], [id_], Lane.LIVE, seen_s=float(number))

    seen.saw(["1", "2", "3"], [], Lane.LIVE, seen_s=10.0)

    assert [9.0, 8.0] == meters.lags_s


def test_what_another_feed_publishes_is_not_ours_to_time() -> None:
    """The lease was lost in between."""
    seen, meters = changes()
    seen.saw(["1"], ["1"], Lane.LIVE, seen_s=10.0)
    seen.forget()

    seen.saw(["1"], [], Lane.LIVE, seen_s=100.0)

    assert [] == meters.lags_s


def test_sight_a_day_later_is_of_another_document() -> None:
    """It was deleted on its way, and its id is used again."""
    seen, meters = changes()
    seen.saw(["1"], ["1"], Lane.LIVE, seen_s=0.0)

    seen.saw(["1"], [], Lane.LIVE, seen_s=86_401.0)

    assert [] == meters.lags_s
