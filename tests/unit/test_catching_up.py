"""When an index that takes no writes any more has been followed to its end."""

import pytest

from diptych.errors import UnavailableError
from diptych.ingest.operations import IndexPosition, ShardPosition
from diptych.plugin.catching_up import check_settled


def position(*shards: tuple[int, int]) -> IndexPosition:
    """Of an index whose shards have these checkpoints and last numbers."""
    found = (ShardPosition(n, "h", *numbers) for n, numbers in enumerate(shards))
    return IndexPosition("u", tuple(found))


def test_index_is_settled_when_every_operation_is_on_all_copies() -> None:
    """Shards without operations stand before the first."""
    check_settled(position((7, 7), (-1, -1)), "shop")


def test_operation_under_way_is_never_left_behind() -> None:
    """A catching up that ends at 7 would lose 8, and counts would not tell of an update."""
    with pytest.raises(UnavailableError, match=r"shard 1 of 'shop'.*7 of 8"):
        check_settled(position((3, 3), (7, 8)), "shop")
