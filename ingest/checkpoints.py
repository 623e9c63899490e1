"""How far a feed has come, and which feed may move: documents in the index `diptych-state`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from diptych.client import Cluster
from diptych.errors import ConflictError
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.operations import START, IndexPosition, ShardPosition
from diptych.ingest.versioned import VersionedDocuments
from diptych.mappings.fields import STATE_INDEX
from diptych.mappings.index import STATE_INDEX_BODY


@dataclass(frozen=True, slots=True)
class Gap:
    """Operations in (after, upto] that a feed left out, to be read on the back-fill lane."""

    history: str
    after: int
    upto: int


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Last published `_seq_no` by shard, each bound to the history it was counted in.

    `gaps` is what lies below and is still to be read: what a feed missed while it was away, or
    all of it during a sweep. `swept_at` is when the last sweep began (UTC). `version` is None for
    checkpoints that were never saved.
    """

    uuid: str
    seq_nos: Mapping[int, tuple[str, int]]
    version: tuple[int, int] | None = None
    gaps: Mapping[int, Gap] = field(default_factory=dict)
    swept_at: str | None = None

    def after(self, position: ShardPosition) -> int:
        """Where to read on; from the start where the shard's history is another one.

        A checkpoint above all numbers that the shard gave out means that operations were lost
        and their numbers will be given out again, so it starts from the beginning too.
        """
        history, seq_no = self.seq_nos.get(position.shard, ("", START))
        is_same = history == position.history and seq_no <= position.max_seq_no
        return seq_no if is_same else START

    def is_behind(self, position: ShardPosition) -> bool:
        """Whether a feed has not come as far as this position, which may be an old one."""
        history, seq_no = self.seq_nos.get(position.shard, ("", START))
        return history != position.history or seq_no < position.checkpoint

    def gap(self, position: ShardPosition) -> Gap | None:
        """What is left out of a shard; None where that is nothing or of another history."""
        gap = self.gaps.get(position.shard)
        return gap if gap and gap.history == position.history else None

    def at(self, position: ShardPosition, seq_no: int) -> "Checkpoints":
        """The same with one shard moved."""
        moved = {**self.seq_nos, position.shard: (position.history, seq_no)}
        return replace(self, seq_nos=moved)

    def leave_out(self, position: ShardPosition, *, upto: int) -> "Checkpoints":
        """The same moved up to here, with everything on the way left for later."""
        gap = self.gap(position)
        first = min(self.after(position), gap.after if gap else upto)
        if first >= upto:
            return self
        gaps = {**self.gaps, position.shard: Gap(position.history, first, upto)}
        return replace(self.at(position, upto), gaps=gaps)

    def sweep(self, position: IndexPosition, *, now: str) -> "Checkpoints":
        """The same with everything up to its checkpoints left to be read once more."""
        gaps = {
            shard.shard: Gap(shard.history, START, self.after(shard))
            for shard in position.shards
            if self.after(shard) > START
        }
        return replace(self, gaps=gaps, swept_at=now)

    def read(self, position: ShardPosition, *, upto: int) -> "Checkpoints":
        """The same with a shard's gap read up to here."""
        gap = self.gap(position)
        gaps = {shard: kept for shard, kept in self.gaps.items() if shard != position.shard}
        if gap is not None and upto < gap.upto:
            gaps[position.shard] = replace(gap, after=max(upto, gap.after))
        return replace(self, gaps=gaps)

    def lag(self, position: IndexPosition) -> int:
        """Upper bound of the operations that were not read yet."""
        return sum(
            max(0, shard.checkpoint - self.after(shard)) + self._left_out(shard)
            for shard in position.shards
        )

    def _left_out(self, position: ShardPosition) -> int:
        gap = self.gap(position)
        return gap.upto - gap.after if gap else 0


class StateIndex(VersionedDocuments):
    """The state of all feeds of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        """Sends nothing yet."""
        super().__init__(cluster, STATE_INDEX, STATE_INDEX_BODY)

    def load(self, uuid: str) -> Checkpoints:
        """The checkpoints of an index; empty where none were saved."""
        found = self.get(f"checkpoints:{uuid}")
        if found is None:
            return Checkpoints(uuid, {})
        source, version = found
        seq_nos = {
            int(shard): (entry["history"], entry["seq_no"])
            for shard, entry in source["shards"].items()
        }
        gaps = {int(shard): Gap(**gap) for shard, gap in source.get("gaps", {}).items()}
        return Checkpoints(uuid, seq_nos, version, gaps, source.get("swept_at"))

    def save(self, checkpoints: Checkpoints, *, index: str) -> Checkpoints:
        """Write them and return them at their new version.

        Raises:
            ConflictError: another feed moved them meanwhile.
        """
        shards = {
            str(shard): {"history": history, "seq_no": seq_no}
            for shard, (history, seq_no) in checkpoints.seq_nos.items()
        }
        gaps = {str(shard): asdict(gap) for shard, gap in checkpoints.gaps.items()}
        body = {
            "kind": "checkpoints",
            "index": index,
            "shards": shards,
            "gaps": gaps,
            "swept_at": checkpoints.swept_at,
        }
        version = self.put(f"checkpoints:{checkpoints.uuid}", body, checkpoints.version)
        return replace(checkpoints, version=version)

    def advance(self, position: IndexPosition, *, index: str) -> None:
        """Tell feeds that everything up to a position was published by somebody else, just now.

        A feed that is moving its checkpoints at this moment keeps them: ids that go out twice
        are skipped by their hashes.
        """
        checkpoints = self.load(position.uuid)
        moved = checkpoints
        for shard in position.shards:
            moved = moved.read(shard, upto=shard.checkpoint)
            if moved.is_behind(shard):
                moved = moved.at(shard, shard.checkpoint)
        try:
            if moved != checkpoints:
                self.save(replace(moved, swept_at=timestamp(utc_now())), index=index)
        except ConflictError:
            return
