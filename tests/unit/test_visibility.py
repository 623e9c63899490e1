"""When a scan shows everything up to a checkpoint: worked out from counted refreshes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from diptych.client import Cluster
from diptych.contract import IndexContract
from diptych.encoding import ModelRef
from diptych.errors import UnavailableError
from diptych.ingest.history import History
from diptych.ingest.operations import START, IndexPosition, Refreshing, ShardPosition
from diptych.ingest.visibility import Visibility
from diptych.layout import product_layout
from diptych.mappings.engine import Elasticsearch, OpenSearch
from diptych.mappings.target import Target
from diptych.settings import load_settings

_MODEL = ModelRef("demo", "1", 2)
_TARGET = Target(
    "shop",
    "shop",
    IndexContract(
        text_fields=("title",),
        image_field=None,
        text_model=_MODEL,
        image_model=_MODEL,
        layout=product_layout(text_dimension=2, image_dimension=2),
        pipeline=None,
    ),
    {},
)
_CLUSTER = Cluster(load_settings(cluster_url="http://127.0.0.1:1"))


class _Shop(History):
    """An index of one shard whose refreshes a test counts."""

    def __init__(self, *, interval_s: float | None = 1.0) -> None:
        super().__init__(_CLUSTER, OpenSearch(), _TARGET)
        self.counts: dict[str, int] = {"a": 5}
        self.interval_s = interval_s
        self.asked: list[str] = []
        self.now_s = 0.0
        self.visibility = Visibility(self, monotonic_s=lambda: self.now_s)

    def refreshing(self) -> Refreshing:
        return Refreshing(self.interval_s, is_explicit=False)

    def refresh_counts(self) -> dict[int, dict[str, int]]:
        self.asked.append("count")
        return {0: dict(self.counts)}

    def refresh(self) -> None:
        self.asked.append("refresh")

    def wake(self, shard: int) -> None:
        self.asked.append(f"wake {shard}")

    def upto(self, shard: ShardPosition) -> int:
        return self.visibility.upto(IndexPosition("u", (shard,)))[0]


#: Ten operations, and an eleventh that is under way.
AT_TEN = ShardPosition(0, "h", checkpoint=10, max_seq_no=11, copies=frozenset("a"))


def test_two_refreshes_prove_what_one_does_not() -> None:
    """The first may have begun before the checkpoint was read."""
    shop = _Shop()

    seen = []
    for shop.counts["a"] in (5, 6, 7):
        seen.append(shop.upto(AT_TEN))

    assert [START, START, 10] == seen
    assert "refresh" not in shop.asked


def test_what_came_after_the_note_waits_for_refreshes_of_its_own() -> None:
    """Each checkpoint has a note with the count as of then."""
    shop = _Shop()
    shop.upto(AT_TEN)
    shop.counts["a"] = 6
    later = replace(AT_TEN, checkpoint=20, max_seq_no=21)
    shop.upto(later)

    shop.counts["a"] = 7
    first = shop.upto(later)
    shop.counts["a"] = 8
    second = shop.upto(later)

    assert (10, 20) == (first, second)


def test_shard_that_moved_is_counted_anew() -> None:
    """The other node's counts say nothing about this one's searches."""
    shop = _Shop()
    shop.upto(AT_TEN)
    shop.counts = {"b": 100}
    moved = replace(AT_TEN, copies=frozenset("b"))

    first = shop.upto(moved)
    shop.counts = {"b": 102}
    second = shop.upto(moved)

    assert (START, 10) == (first, second)


def test_rewound_history_forgets_what_was_visible() -> None:
    """Its numbers are given out again."""
    shop = _Shop()
    shop.upto(AT_TEN)
    shop.counts["a"] = 7
    before = shop.upto(AT_TEN)

    after = shop.upto(replace(AT_TEN, history="another"))

    assert (10, START) == (before, after)


def test_every_copy_that_may_answer_has_to_refresh() -> None:
    """Where a scan may read a replica, the slowest copy counts."""
    shop = _Shop()
    shop.counts = {"a": 5, "b": 9}
    both = replace(AT_TEN, copies=frozenset("ab"))
    shop.upto(both)

    shop.counts = {"a": 7, "b": 10}
    first = shop.upto(both)
    shop.counts = {"a": 7, "b": 11}
    second = shop.upto(both)

    assert (START, 10) == (first, second)


def test_index_that_nobody_writes_to_is_refreshed_for_after_its_own_interval() -> None:
    """Its last refresh came before the note, and none follows; ours finds nothing to do."""
    shop = _Shop()
    quiet = replace(AT_TEN, max_seq_no=10)

    first = shop.upto(quiet)
    shop.now_s = 1.5
    second = shop.upto(quiet)
    third = shop.upto(quiet)

    assert (START, 10, 10) == (first, second, third)
    assert ["count", "wake 0", "count", "refresh"] == shop.asked


def test_busy_index_is_refreshed_for_after_three_intervals() -> None:
    """One shard of many is rarely written to: its change does not wait for the next one."""
    shop = _Shop()
    shop.upto(AT_TEN)

    shop.now_s = 2.0
    shop.upto(AT_TEN)
    early = shop.asked.count("refresh")
    shop.now_s = 3.5
    late = shop.upto(AT_TEN)

    assert (0, 10) == (early, late)


def test_index_that_never_refreshes_is_refreshed_for_at_once() -> None:
    """And only while there is something to see."""
    shop = _Shop(interval_s=None)

    seen = [shop.upto(AT_TEN), shop.upto(AT_TEN)]

    assert ([10, 10], ["refresh"]) == (seen, shop.asked)


class _Answers(Cluster):
    """Answers from a table of paths."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(load_settings(cluster_url="http://127.0.0.1:1"))
        self._answers = answers

    def call(self, method: str, path: str, **arguments: object) -> Any:
        return self._answers[path]


def _copy(node: str, *, is_primary: bool) -> dict[str, Any]:
    return {
        "routing": {"primary": is_primary, "node": node},
        "seq_no": {"max_seq_no": 4, "global_checkpoint": 3},
        "commit": {"user_data": {"history_uuid": "h"}},
    }


def _answers(shards: Mapping[str, Any]) -> _Answers:
    settings = {"index.number_of_shards": "2"}
    return _Answers(
        {
            "/shop/_settings": {"shop": {"settings": settings}},
            "/shop/_stats/docs": {"indices": {"shop": {"uuid": "u", "shards": shards}}},
        }
    )


def test_shard_that_is_not_listed_is_away() -> None:
    """A shard without any copy is left out of the answer, the last one too."""
    cluster = _answers({"0": [_copy("a", is_primary=True)]})

    with pytest.raises(UnavailableError, match="primary shard"):
        History(cluster, OpenSearch(), _TARGET).position()


def test_copies_that_may_answer_are_the_engines_choice() -> None:
    """OpenSearch reads the primary alone, Elasticsearch any copy."""
    copies = [_copy("a", is_primary=True), _copy("b", is_primary=False)]
    cluster = _answers({"0": copies, "1": copies})

    ours = History(cluster, OpenSearch(), _TARGET).position().shards[0]
    theirs = History(cluster, Elasticsearch((9, 5)), _TARGET).position().shards[0]

    assert ShardPosition(0, "h", 3, 4, frozenset("a")) == ours
    assert frozenset("ab") == theirs.copies
