"""What happens to an index while it is copied, done to the copy as well."""

from collections.abc import Sequence
from typing import Final

from diptych.client import Cluster
from diptych.errors import RefusedError, UnavailableError
from diptych.ingest.operations import IndexPosition, Operations
from diptych.mappings.engine import Engine
from diptych.plugin.paging import index_action, write_all
from diptych.plugin.vanished import Vanished

#: So few operations are left to the time in which writes are blocked.
_FEW: Final = 1000
#: An application that writes faster than we copy is blocked after so many rounds.
_MAX_ROUNDS: Final = 20


class CatchUp:
    """Follows an index from before it is copied, by its sequence numbers.

    A search feed sees what was written, and not what was deleted: `remove_vanished` compares ids.
    """

    def __init__(
        self, cluster: Cluster, engine: Engine, source: str, copy: str, *, excludes: Sequence[str]
    ) -> None:
        """Note where the source stands now; the copying begins after that.

        Args:
            excludes: fields that are left out.

        Raises:
            RefusedError, CredentialsError: the index's history may not be read.
        """
        self._cluster = cluster
        self._copy = copy
        self._source = source
        self._shown = engine.vector_source({"excludes": list(excludes)})
        self._of_source = Operations(cluster, engine, source)
        of_copy = Operations(cluster, engine, copy)
        self._vanished = Vanished(cluster, self._of_source, of_copy, source, copy)
        self._position = self._of_source.position()

    def run(self) -> int:
        """Write to the copy what was written to the source since the last time; how much.

        Raises:
            RefusedError: operations were lost meanwhile, so that the copy cannot be trusted.
        """
        return self._catch_up_to(self._of_source.position())

    def run_last(self) -> int:
        """The same once the source takes no writes: afterwards the copy holds all of it.

        Raises:
            RefusedError: operations were lost meanwhile, so that the copy cannot be trusted.
            UnavailableError: a write is under way in spite of the block.
        """
        position = self._of_source.position()
        check_settled(position, self._source)
        return self._catch_up_to(position)

    def run_until_little_is_left(self) -> int:
        """Catch up again and again while that helps; how much was written."""
        total, last = 0, None
        for _ in range(_MAX_ROUNDS):
            n_written = self.run()
            total += n_written
            if is_little(n_written, last):
                return total
            last = n_written
        return total

    def remove_vanished(self) -> int:
        """Delete from the copy what is not in the source any more; how many documents."""
        return self._vanished.remove(self._position)

    def remove_vanished_since(self) -> int:
        """The same for what vanished after that, found by counting, once the source is blocked."""
        return self._vanished.remove_since()

    def _catch_up_to(self, position: IndexPosition) -> int:
        _check_same_history(self._position, position, self._source)
        self._of_source.refresh()
        n_written = 0
        for before, now in zip(self._position.shards, position.shards, strict=True):
            pages = self._of_source.pages(
                now.shard,
                after=before.checkpoint,
                upto=now.checkpoint,
                body={"_source": self._shown},
            )
            for hits in pages:
                write_all(self._cluster, self._copy, [index_action(hit) for hit in hits])
                n_written += len(hits)
        self._position = position
        return n_written


def is_little(n_written: int, last: int | None) -> bool:
    """Whether another round would not help: little was left, or no less than the last time."""
    return n_written <= _FEW or (last is not None and n_written >= last)


def _check_same_history(before: IndexPosition, now: IndexPosition, index: str) -> None:
    were = [(shard.shard, shard.history) for shard in before.shards]
    are = [(shard.shard, shard.history) for shard in now.shards]
    if before.uuid != now.uuid or were != are:
        raise RefusedError(f"{index!r} was made again or restored while it was copied: try again.")


def check_settled(position: IndexPosition, index: str) -> None:
    """Pass if every operation is on all copies; a later one would be lost without a word.

    Raises:
        UnavailableError: one is not.
    """
    for shard in position.shards:
        if shard.checkpoint < shard.max_seq_no:
            raise UnavailableError(
                f"Writes to shard {shard.shard} of {index!r} are under way although they are "
                f"blocked ({shard.checkpoint} of {shard.max_seq_no} are on all copies): see the "
                "cluster's health, and try again."
            )
