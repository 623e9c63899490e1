"""One message's documents on their way to written vectors; an error ends no work that was done.

Running it twice, at once or in any order costs time and changes nothing, because every write is
bound to the version that was read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from diptych.errors import BlockedError, BusyError, ConflictError
from diptych.ingest.clock import timestamp
from diptych.ingest.dead_letters import DeadLetter, DeadLetters, Stage
from diptych.ingest.parts import Fused, PartMaker
from diptych.ingest.store import Document, Outcome, Routing, Store, Update, Written
from diptych.mappings.fields import FAILED, SETTLED

#: A document that changes this often during one message is left to the next message.
_MAX_ROUNDS = 10
#: Outcomes after which a document is read again: somebody else wrote, or the cluster has no time.
_AGAIN = (Outcome.CONFLICT, Outcome.BUSY, Outcome.BLOCKED)
#: First pause before another try for pictures whose host is away; each next one is four times as
#: long, up to a day.
_FIRST_RETRY = timedelta(minutes=1)
_LAST_RETRY = timedelta(days=1)


@dataclass(slots=True)
class Summary:
    """What was done, in documents.

    `skipped` had vectors that agree already, `gone` were deleted, `failed` were refused by the
    cluster. `conflicts` counts writes that came second, of which a document can have several.
    """

    written: int = 0
    skipped: int = 0
    gone: int = 0
    failed: int = 0
    conflicts: int = 0


class Enrichment:
    """One message's work; `run` can be called again after an error and goes on."""

    def __init__(
        self,
        store: Store,
        maker: PartMaker,
        now: Callable[[], datetime],
        dead_letters: DeadLetters,
        ids: Sequence[str],
        *,
        is_forced: bool,
        routing: Routing,
    ) -> None:
        """Made by `Enricher.start`."""
        self.summary = Summary()
        self._store = store
        self._maker = maker
        self._now = now
        self._dead_letters = dead_letters
        self._is_forced = is_forced
        self._routing = routing
        self._waiting = list(dict.fromkeys(ids))
        #: Version and time of what was sent: an answer that was lost is told from it.
        self._sent: dict[str, tuple[int, str]] = {}
        self._started_at = timestamp(now())
        #: What was read last, and is still to be written.
        self._todo: list[Document] = []
        self._reason: Exception | None = None
        self._n_attempts = 0
        self._n_rounds = 0

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids that are not done yet."""
        return tuple(self._waiting)

    def run(self) -> Summary:
        """Bring the documents up to date; what was made before an error is not made again.

        Raises:
            BlockedError: the index takes no writes.
            BusyError: the cluster put off some writes; what it took stays.
            ConflictError: a document changed in every one of ten rounds.
            DiptychError: whatever else the cluster or the encoder says.
        """
        while self._waiting:
            self._enrich()
            self._count_round()
        return self.summary

    def look(self) -> tuple[str, ...]:
        """Ids whose documents want a vector; the others are counted, and wait no more."""
        self._read(self._now())
        return self.waiting

    def give_up(self, reason: Exception) -> bool:
        """Record the documents that made `run` fail, and say so in them.

        False where one of them has other inputs by now, or was never read: nothing is done then.
        One that somebody else has settled meanwhile is left as it is. Said in the document, so
        that it is not fed for ever.

        Raises:
            ConflictError: somebody else writes at this moment; try again.
            UnavailableError: the cluster does not take it now.
        """
        tried = {document.id: document for document in self._todo}
        now = timestamp(self._now())
        documents = [
            document
            for document in self._store.read(self._waiting, self._routing)
            if not _is_settled_since(tried.get(document.id), document, now)
        ]
        if any(_is_another(tried.get(document.id), document) for document in documents):
            return False
        why = f"{type(reason).__name__}: {reason}"[:500]
        updates = [Update(document, FAILED, None, why, now) for document in documents]
        if self._reason is not reason:
            self._reason = reason
            result = Written(Outcome.REFUSED, str(reason), type(reason).__name__)
            for update in updates:
                self._dead_letters.record(self._letter(update, result, Stage.ENRICH))
        written = self._store.write(updates) if updates else []
        _raise_if_put_off(written)
        if _count(Outcome.CONFLICT, written):
            raise ConflictError("A document changed while it was given up.")
        return True

    def _count_round(self) -> None:
        self._n_rounds += 1
        if self._waiting and self._n_rounds == _MAX_ROUNDS:
            self._n_rounds = 0
            raise ConflictError(
                f"{len(self._waiting)} documents changed during each of {_MAX_ROUNDS} rounds, "
                f"{self._waiting[0]!r} among them."
            )

    def _enrich(self) -> None:
        """One round for the documents that wait; those left wait on."""
        self._n_attempts += 1
        now = self._now()
        todo = self._read(now)
        if todo:
            made = self._maker.make(todo, is_forced=self._is_forced)
            self._write([_update(*pair, now) for pair in zip(todo, made, strict=True)])

    def _read(self, now: datetime) -> list[Document]:
        """What waits, as it is now; what is gone or settled waits no more."""
        documents = self._store.read(self._waiting, self._routing)
        self.summary.gone += len(self._waiting) - len(documents)
        self._todo = self._unsettled(documents, timestamp(now))
        self._waiting = [document.id for document in self._todo]
        return self._todo

    def _unsettled(self, documents: Sequence[Document], now: str) -> list[Document]:
        """Documents to work on; the others are counted."""
        todo = []
        for document in documents:
            if self._is_our_write(document):
                self.summary.written += 1
            elif document.is_settled(now) and not self._is_forced:
                self.summary.skipped += 1
            else:
                todo.append(document)
        return todo

    def _is_our_write(self, document: Document) -> bool:
        """Whether a write of ours was carried out although its answer did not come."""
        seq_no, embedded_at = self._sent.get(document.id, (document.seq_no, ""))
        return (
            seq_no != document.seq_no
            and embedded_at == document.embedded_at
            and document.hashes == (document.text_hash, document.image_hash)
            and document.state in SETTLED
        )

    def _write(self, updates: Sequence[Update]) -> None:
        self._sent |= {u.document.id: (u.document.seq_no, u.embedded_at) for u in updates}
        written = self._store.write(updates)
        refused = self._settle_refused(updates, written)
        results = dict(zip(self._waiting, written, strict=True)) | refused
        self.summary.gone += _count(Outcome.GONE, results.values())
        self.summary.written += _count(Outcome.WRITTEN, written)
        self.summary.conflicts += _count(Outcome.CONFLICT, results.values())
        self.summary.failed += len(refused) - sum(r.outcome in _AGAIN for r in refused.values())
        self._waiting = [id_ for id_, result in results.items() if result.outcome in _AGAIN]
        _raise_if_put_off(list(results.values()))

    def _settle_refused(
        self, updates: Sequence[Update], written: Sequence[Written]
    ) -> dict[str, Written]:
        """Record what the cluster refuses, and store its reason with the document.

        Stored, so that it is not fed for ever; recorded, because that may be refused too.
        """
        refused = [
            (update, result)
            for update, result in zip(updates, written, strict=True)
            if result.outcome is Outcome.REFUSED
        ]
        if not refused:
            return {}
        for update, result in refused:
            self._dead_letters.record(self._letter(update, result, Stage.WRITE))
        settled = [
            replace(update, state=FAILED, vector=None, error=result.reason[:500], retry_at=None)
            for update, result in refused
        ]
        ids = [update.document.id for update in settled]
        return dict(zip(ids, self._store.write(settled), strict=True))

    def _letter(self, update: Update, result: Written, stage: Stage) -> DeadLetter:
        return DeadLetter(
            index=self._store.name,
            id=update.document.id,
            stage=stage,
            error_class=result.error_class,
            status=result.status,
            reason=result.reason[:500],
            attempts=max(1, self._n_attempts),
            first_seen=self._started_at,
            last_seen=update.embedded_at,
            contract=self._store.contract.fingerprint,
            routing=update.document.routing,
        )


def _update(document: Document, made: Fused, now: datetime) -> Update:
    update = Update(document, made.state, made.vector, made.error, timestamp(now))
    if not made.is_passing:
        return update
    is_same = document.image_hash == document.inputs.image_hash
    n_retries = document.n_retries + 1 if is_same else 1
    pause = min(_LAST_RETRY, _FIRST_RETRY * 4 ** min(n_retries - 1, 6))
    return replace(update, n_retries=n_retries, retry_at=timestamp(now + pause))


def _is_another(tried: Document | None, document: Document) -> bool:
    """Whether what stands there now is not what was tried."""
    return tried is None or tried.hashes != document.hashes


def _is_settled_since(tried: Document | None, document: Document, now: str) -> bool:
    is_older = tried is not None and tried.seq_no != document.seq_no
    return is_older and document.is_settled(now)


def _raise_if_put_off(written: Sequence[Written]) -> None:
    blocked = [result for result in written if result.outcome is Outcome.BLOCKED]
    if blocked:
        raise BlockedError(f"The index takes no writes now ({blocked[0].reason}).")
    busy = [result for result in written if result.outcome is Outcome.BUSY]
    if busy:
        raise BusyError(f"The cluster put off {len(busy)} writes ({busy[0].reason}).")


def _count(outcome: Outcome, written: Iterable[Written]) -> int:
    return sum(result.outcome is outcome for result in written)
