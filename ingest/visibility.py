"""Up to which operation a scan shows everything, told from an index's own refreshes.

A scan shows what the last refresh made visible. So the feed notes a global checkpoint, then counts
the refreshes that are over, and scans up to that checkpoint when two more were counted: the first
may have begun before the checkpoint was read, but the second began after the first was over.
A refresh of its own at every look would cut the index into small segments.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from diptych.ingest.history import History
from diptych.ingest.operations import START, IndexPosition, Refreshing, ShardPosition

#: How long the settings of an index are believed.
_SETTINGS_S = 30.0
#: Refreshes after a note that prove it.
_PROOF = 2
#: Operations that wait longer than this many of the index's own intervals are refreshed for.
_MAX_INTERVALS = 3.0
#: Notes of a shard that wait at one time.
_MAX_NOTES = 8

#: Shard -> node of a copy -> refreshes that are over.
Counts = Mapping[int, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Note:
    """A global checkpoint, and the refreshes counted after it was read, by copy."""

    checkpoint: int
    counts: Mapping[str, int]
    noted_s: float

    def is_proven(self, counts: Mapping[str, int]) -> bool:
        return all(counts.get(copy, 0) >= n + _PROOF for copy, n in self.counts.items())


@dataclass(slots=True)
class _Shard:
    """What is known of one shard while its history and its copies stay the same."""

    history: str
    copies: frozenset[str]
    visible: int = START
    notes: list[_Note] = field(default_factory=list)

    def is_of(self, position: ShardPosition) -> bool:
        return (self.history, self.copies) == (position.history, position.copies)

    def look(self, position: ShardPosition, counts: Mapping[str, int], now_s: float) -> None:
        """Settle what is proven by now, and note the present checkpoint."""
        for note in list(self.notes):
            if note.is_proven(counts):
                self.see(note.checkpoint)
        newest = self.notes[-1].checkpoint if self.notes else self.visible
        if position.checkpoint > newest and len(self.notes) < _MAX_NOTES:
            known = {copy: counts.get(copy, 0) for copy in self.copies}
            self.notes.append(_Note(position.checkpoint, known, now_s))

    def see(self, upto: int) -> None:
        """Everything up to here is visible."""
        self.visible = max(self.visible, upto)
        self.notes = [note for note in self.notes if note.checkpoint > self.visible]

    def waits_s(self, now_s: float) -> float:
        return now_s - self.notes[0].noted_s if self.notes else 0.0

    def is_quiet(self, position: ShardPosition) -> bool:
        """Whether nothing was written since the last note."""
        newest = self.notes[-1].checkpoint if self.notes else self.visible
        return newest == position.checkpoint == position.max_seq_no


class Visibility:
    """Follows the refreshes of one index, and keeps nothing that a restart would miss."""

    def __init__(
        self, history: History, *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Knows nothing yet."""
        self._history = history
        self._monotonic_s = monotonic_s
        self._shards: dict[int, _Shard] = {}
        self._refreshing: Refreshing | None = None
        self._read_s = 0.0

    def upto(self, position: IndexPosition) -> dict[int, int]:
        """By shard, the operation up to which a scan that starts now shows everything.

        Args:
            position: read just before; nothing later is promised.
        """
        self._shards = {shard.shard: self._known(shard) for shard in position.shards}
        behind = [p for p in position.shards if self._shards[p.shard].visible < p.checkpoint]
        if behind:
            self._look(position, behind)
        return {number: shard.visible for number, shard in self._shards.items()}

    def _known(self, position: ShardPosition) -> _Shard:
        """What was known; nothing of a shard that moved or was rewound."""
        known = self._shards.get(position.shard)
        if known is None or not known.is_of(position):
            return _Shard(position.history, position.copies)
        return known

    def _look(self, position: IndexPosition, behind: list[ShardPosition]) -> None:
        refreshing = self._read_refreshing()
        if refreshing.interval_s is not None:
            # Counted after the checkpoint was read: a refresh between the two proves nothing.
            counts = self._history.refresh_counts()
            now_s = self._monotonic_s()
            for shard in behind:
                self._shards[shard.shard].look(shard, counts.get(shard.shard, {}), now_s)
            if not self._is_overdue(position, refreshing.interval_s, now_s):
                self._wake(refreshing)
                return
        self._history.refresh()
        for shard in position.shards:
            self._shards[shard.shard].see(shard.checkpoint)

    def _is_overdue(self, position: IndexPosition, interval_s: float, now_s: float) -> bool:
        """Whether to refresh after all.

        On an index that nobody wrote to for its own interval, the last refresh may have shown
        everything before it was noted, and none follows: ours finds nothing to do then.
        """
        waits_s = max(shard.waits_s(now_s) for shard in self._shards.values())
        is_quiet = all(self._shards[shard.shard].is_quiet(shard) for shard in position.shards)
        return waits_s > interval_s * (1.0 if is_quiet else _MAX_INTERVALS)

    def _wake(self, refreshing: Refreshing) -> None:
        """A shard that nobody searches stops refreshing itself, unless an interval is set."""
        if refreshing.is_explicit:
            return
        for number, shard in self._shards.items():
            if shard.notes:
                self._history.wake(number)

    def _read_refreshing(self) -> Refreshing:
        now_s = self._monotonic_s()
        if self._refreshing is None or now_s - self._read_s > _SETTINGS_S:
            self._refreshing, self._read_s = self._history.refreshing(), now_s
        return self._refreshing
