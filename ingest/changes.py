"""How long changes take from being searchable by words to being searchable by their vectors."""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import Final

from diptych.ingest.meters import FeedMeters
from diptych.ingest.publishing import Lane

#: Changes of one index that are remembered at one time; the oldest are dropped.
MAX_CHANGES: Final = 100_000
#: A document that does not come round for so long was deleted; its id may be used again.
_LONGEST_S: Final = 86_400.0


class Changes:
    """Live changes of one index on their way, by the feed's own clock; for one thread.

    The feed reads by search: it sees a change when it is searchable by words, and later the
    worker's own write of the document, when that is searchable too. The time between the two
    sights is what a change takes. What changes again on its way counts from its first sight on.
    """

    def __init__(
        self,
        index: str,
        meters: FeedMeters,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
        max_changes: int = MAX_CHANGES,
    ) -> None:
        """Remembers nothing yet."""
        self._index = index
        self._meters = meters
        self._max_changes = max_changes
        self._seen_s: OrderedDict[str, float] = OrderedDict()
        self.now_s = monotonic_s

    def saw(self, ids: Sequence[str], needs: Collection[str], lane: Lane, *, seen_s: float) -> None:
        """A page was published.

        Args:
            ids: of all documents of the page.
            needs: those of them that need a worker; the others are settled.
            lane: what a back-fill finds changed at a time that nobody knows.
            seen_s: when the page was read, before it was published.
        """
        unsettled = set(needs)
        for id_ in ids:
            if id_ not in unsettled:
                self._settle(id_, seen_s)
            elif lane is Lane.LIVE:
                self._seen_s.setdefault(id_, seen_s)
        while len(self._seen_s) > self._max_changes:
            self._seen_s.popitem(last=False)

    def forget(self) -> None:
        """What was published is seen by another feed."""
        self._seen_s.clear()

    def _settle(self, id_: str, now_s: float) -> None:
        began_s = self._seen_s.pop(id_, None)
        if began_s is not None and now_s - began_s <= _LONGEST_S:
            self._meters.searchable(self._index, now_s - began_s)
