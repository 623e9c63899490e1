"""What vanished from a source is found by counting ranges of its sequence numbers."""

from bisect import bisect_right
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from diptych.plugin.vanished import find_doubtful


class Source:
    """Documents of one shard by their numbers; counts as a cluster does, and how often."""

    def __init__(self, numbers: set[int]) -> None:
        """Its documents' numbers."""
        self._numbers = sorted(numbers)
        self.n_ranges: list[int] = []

    def count(self, ranges: Sequence[tuple[int, int]]) -> list[int]:
        """Documents in each (after, upto]."""
        self.n_ranges.append(len(ranges))
        ends = [(bisect_right(self._numbers, after), upto) for after, upto in ranges]
        return [bisect_right(self._numbers, upto) - start for start, upto in ends]


@given(
    noted=st.sets(st.integers(0, 500)),
    vanished=st.sets(st.integers(0, 500)),
    written=st.sets(st.integers(301, 600)),
    upto=st.integers(0, 300),
)
def test_nothing_that_vanished_is_overlooked(
    noted: set[int], vanished: set[int], written: set[int], upto: int
) -> None:
    """Writes after the noted position hide nothing, and short ranges alone hold the living."""
    numbers = sorted(noted)
    later = {number for number in written if number > upto}
    source = Source((noted - vanished) | later)

    doubtful = {numbers[at] for at in find_doubtful(numbers, upto, source.count)}

    gone = noted & vanished
    assert gone <= doubtful
    counted = {number for number in doubtful if number <= upto}
    assert len(counted) <= 8 * len({number for number in gone if number <= upto})
    assert {number for number in noted if number > upto} == doubtful - counted


def test_few_that_vanished_cost_few_requests() -> None:
    """100,000 documents without two: one range, then 32 of 3,125, then 64 of 98, then 26 of 8."""
    numbers = list(range(100_000))
    source = Source(set(numbers) - {5, 70_000})

    doubtful = find_doubtful(numbers, 99_999, source.count)

    assert [*range(8), *range(69_998, 70_006)] == doubtful
    assert [1, 32, 64, 26] == source.n_ranges


def test_nothing_is_asked_where_nothing_was_noted() -> None:
    """An empty shard, and one whose documents were all written after the position."""
    source = Source({7, 8})

    assert [] == find_doubtful([], 5, source.count)
    assert [0, 1] == find_doubtful([7, 8], 5, source.count)
    assert [] == source.n_ranges
