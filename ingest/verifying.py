"""Whether the vectors of an index agree with its documents, by reading all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from diptych.ingest.clock import timestamp
from diptych.ingest.history import History, Page
from diptych.ingest.needs import publish_from
from diptych.ingest.operations import START
from diptych.ingest.publishing import Lane, Publisher
from diptych.ingest.store import Document
from diptych.mappings.fields import FAILED, PARTIAL

#: Ids kept of each kind, for a person to look at.
_MAX_EXAMPLES = 10


class Verdict(StrEnum):
    """What a document's vector is worth."""

    READY = "ready"
    PARTIAL = "partial"
    FAILED = "failed"
    STALE = "stale"
    MISSING = "missing"
    ORPHANED = "orphaned"


#: Verdicts that a worker mends; a document that `failed` or is `partial` says why itself.
WRONG = (Verdict.STALE, Verdict.MISSING, Verdict.ORPHANED)


def judge(document: Document, *, has_vector: bool, now: str) -> Verdict:
    """The verdict on one document, from hashes that are computed anew.

    `stale`: its vector was made from other inputs, or it is due for another try. `missing`: it
    should have a vector and has none. `orphaned`: it has one, and nothing to make one from.
    """
    is_settled = document.is_settled(now)
    if has_vector and not (document.inputs.text or document.inputs.images):
        return Verdict.ORPHANED
    if has_vector and is_settled and document.state == FAILED:
        return Verdict.ORPHANED
    if is_settled and document.state == FAILED:
        return Verdict.FAILED
    if not has_vector:
        was_failed = document.state == FAILED
        return Verdict.STALE if was_failed else Verdict.MISSING
    if not is_settled:
        return Verdict.STALE
    return Verdict.PARTIAL if document.state == PARTIAL else Verdict.READY


@dataclass(slots=True)
class Report:
    """Counts by verdict, and the first ids of what is not ready."""

    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    examples: dict[Verdict, list[str]] = field(default_factory=dict)
    published: int = 0

    @property
    def documents(self) -> int:
        """How many were read."""
        return sum(self.counts.values())

    @property
    def n_wrong(self) -> int:
        """How many a worker has to mend."""
        return sum(self.counts[verdict] for verdict in WRONG)

    def add(self, id_: str, verdict: Verdict) -> None:
        """Count one document."""
        self.counts[verdict] += 1
        if verdict is not Verdict.READY:
            examples = self.examples.setdefault(verdict, [])
            if len(examples) < _MAX_EXAMPLES:
                examples.append(id_)


class Verification:
    """One pass over everything that was written before it began."""

    def __init__(self, history: History, index: str, *, now: datetime) -> None:
        """Of the concrete index that `history` reads; looks at nothing yet.

        Args:
            now: documents whose next try is due by then count as stale.
        """
        self._history = history
        self._index = index
        self._now = timestamp(now)
        self.report = Report()

    def run(self, publisher: Publisher | None = None) -> Iterator[int]:
        """Read page by page, and tell how many documents were read so far.

        Args:
            publisher: is given what is wrong, on the back-fill lane.
        """
        position = self._history.position()
        self._history.refresh()
        for shard in position.shards:
            for page in self._history.scan(shard.shard, after=START, upto=shard.checkpoint):
                self._judge(page, publisher)
                yield self.report.documents

    def count(self) -> int:
        """How many documents there are, as last refreshed."""
        return sum(
            self._history.count(shard.shard, after=START, upto=shard.checkpoint)
            for shard in self._history.position().shards
        )

    def _judge(self, page: Page, publisher: Publisher | None) -> None:
        wrong: dict[bool, list[str]] = {False: [], True: []}
        for document in page.documents:
            has_vector = document.id in page.with_vector
            verdict = judge(document, has_vector=has_vector, now=self._now)
            self.report.add(document.id, verdict)
            if verdict in WRONG:
                # Where the hashes agree, a worker would pass it over unless it is told.
                wrong[document.is_settled(self._now)].append(document.id)
        if publisher is not None:
            for is_forced, ids in wrong.items():
                publish_from(publisher, self._index, page, ids, Lane.BACKFILL, is_forced=is_forced)
                self.report.published += len(ids)
