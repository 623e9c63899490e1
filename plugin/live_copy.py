"""An index copied while applications go on writing to it; only the end blocks their writes."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from diptych.client import Cluster, path
from diptych.errors import CredentialsError, RefusedError, UnavailableError
from diptych.mappings.engine import Engine
from diptych.plugin.catching_up import CatchUp
from diptych.plugin.copying import copy_documents, refreshed_count

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy took, in documents, and since when writes are blocked.

    `caught_up` were written to the source while it was copied, `removed` deleted from it.
    `blocked_at_s` is of `time.monotonic`.
    """

    n_documents: int
    caught_up: int
    removed: int
    blocked_at_s: float


class LiveCopy:
    """One copy of an index under load."""

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        source: str,
        copy: str,
        *,
        excludes: Sequence[str],
        bar: Callable[[str, int], AbstractContextManager[Callable[[int], None]]],
    ) -> None:
        """Copies nothing yet; both indexes are there.

        Args:
            excludes: fields that are left out.
        """
        self._cluster = cluster
        self._engine = engine
        self._source = source
        self._copy = copy
        self._excludes = excludes
        self._bar = bar

    def run(self) -> Copied:
        """Copy everything; afterwards the source takes no writes, and both hold the same.

        Raises:
            RefusedError: a document could not be copied, or the two differ all the same.
        """
        try:
            catch_up = CatchUp(
                self._cluster, self._engine, self._source, self._copy, excludes=self._excludes
            )
        except (CredentialsError, RefusedError) as err:
            return self._run_blocked(err)
        self._copy_documents()
        caught_up = catch_up.run_until_little_is_left()
        removed = catch_up.remove_vanished()
        # Comparing all ids took its time, in which applications went on writing.
        caught_up += catch_up.run_until_little_is_left()
        blocked_at_s = self._block()
        caught_up += catch_up.run_last()
        removed += self._remove_last(catch_up)
        return Copied(self._checked_count(), caught_up, removed, blocked_at_s)

    def _remove_last(self, catch_up: CatchUp) -> int:
        """What vanished between the removal before the block and the block; how many documents."""
        if not self._differ():
            return 0
        n_removed = catch_up.remove_vanished_since()
        return n_removed + (catch_up.remove_vanished() if self._differ() else 0)

    def _run_blocked(self, reason: Exception) -> Copied:
        _log.warning(
            "The history of %s cannot be read (%s) So writes are blocked while it is copied.",
            self._source,
            reason,
        )
        blocked_at_s = self._block()
        self._copy_documents()
        return Copied(self._checked_count(), 0, 0, blocked_at_s)

    def _copy_documents(self) -> None:
        copy_documents(
            self._cluster,
            self._engine,
            self._source,
            self._copy,
            excludes=self._excludes,
            bar=self._bar,
        )

    def _block(self) -> float:
        """When writes were blocked; the cluster answers when those under way are done.

        Raises:
            UnavailableError: it gave up waiting for them.
        """
        blocked_at_s = time.monotonic()
        answer = self._cluster.call("PUT", path(self._source, "_block", "write"))
        # The answer for an index that is blocked already names none, and no shard either.
        if not answer.get("shards_acknowledged") and answer.get("indices") != []:
            raise UnavailableError(
                f"Not every shard of {self._source!r} says that it takes no writes any more: see "
                "the cluster's health, and try again."
            )
        return blocked_at_s

    def _differ(self) -> bool:
        """Everything of the source is in the copy, so equal counts mean that nothing else is."""
        return self._count(self._source) != self._count(self._copy)

    def _count(self, index: str) -> int:
        return refreshed_count(self._cluster, index)

    def _checked_count(self) -> int:
        total, copied = self._count(self._source), self._count(self._copy)
        if copied != total:
            raise RefusedError(
                f"The copy of {self._source!r} has {copied} documents in place of {total}: "
                "something else wrote to one of the two; try again."
            )
        return total
