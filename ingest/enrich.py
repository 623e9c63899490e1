"""From document ids to written vectors: read, compare hashes, encode, fuse, write.

The step knows no queue and no model: encoder, store, pictures and clock are handed in. Running it
twice, at once or in any order costs time and changes nothing, because every write is bound to the
version that was read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from diptych.encoding import Encoder
from diptych.errors import BusyError, ConflictError, UnavailableError
from diptych.ingest.parts import PartMaker
from diptych.ingest.pictures import PictureSource
from diptych.ingest.store import Document, Outcome, Store, Update, Written
from diptych.mappings.fields import FAILED

#: A document that changes this often during one message is left to the next message.
_MAX_ROUNDS = 10


@dataclass(slots=True)
class Summary:
    """What one call did, in documents.

    `skipped` had vectors that agree already, `gone` were deleted, `again` lists those whose
    picture could not be had for now.
    """

    written: int = 0
    skipped: int = 0
    gone: int = 0
    failed: int = 0
    again: list[str] = field(default_factory=list)


def _utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Enricher:
    """Gives documents of one index the vectors of their present inputs."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        pictures: PictureSource,
        *,
        now: Callable[[], str] = _utc_now,
    ) -> None:
        """Check that the encoder is the index's.

        Raises:
            ContractError: it is another one.
        """
        store.contract.check_encoder(encoder)
        self._store = store
        self._encoder = encoder
        self._pictures = pictures
        self._now = now

    def enrich(
        self, ids: Sequence[str], *, is_forced: bool = False, is_last_attempt: bool = False
    ) -> Summary:
        """Bring the named documents up to date.

        Args:
            is_forced: encode even where the stored hashes agree.
            is_last_attempt: a picture that cannot be had now counts as one that never can.

        Raises:
            UnavailableError: the cluster cannot take writes now; what it took stays.
            ConflictError: a document changed in every one of ten rounds.
        """
        summary = Summary()
        maker = PartMaker(
            self._store, self._encoder, self._pictures, is_patient=not is_last_attempt
        )
        waiting = list(dict.fromkeys(ids))
        for _ in range(_MAX_ROUNDS):
            documents = self._store.read(waiting)
            summary.gone += len(waiting) - len(documents)
            todo = [d for d in documents if is_forced or not d.is_settled]
            summary.skipped += len(documents) - len(todo)
            waiting = self._write(todo, maker, summary, is_forced=is_forced)
            if not waiting:
                return summary
        raise ConflictError(
            f"{len(waiting)} documents changed during each of {_MAX_ROUNDS} rounds, "
            f"{waiting[0]!r} among them."
        )

    def _write(
        self, todo: Sequence[Document], maker: PartMaker, summary: Summary, *, is_forced: bool
    ) -> list[str]:
        """Encode and write; the ids that somebody else changed meanwhile."""
        if not todo:
            return []
        now = self._now()
        updates = [
            Update(document, result.state, result.vector, result.error, now)
            for document, result in zip(todo, maker.make(todo, is_forced=is_forced), strict=True)
            if result is not None
        ]
        kept = {update.document.id for update in updates}
        summary.again += [document.id for document in todo if document.id not in kept]
        written = self._store.write(updates)
        _raise_if_busy(written)
        self._settle_refused(updates, written, summary)
        summary.gone += sum(w.outcome is Outcome.GONE for w in written)
        summary.written += sum(w.outcome is Outcome.WRITTEN for w in written)
        return [
            update.document.id
            for update, result in zip(updates, written, strict=True)
            if result.outcome is Outcome.CONFLICT
        ]

    def _settle_refused(
        self, updates: Sequence[Update], written: Sequence[Written], summary: Summary
    ) -> None:
        """Store the cluster's reason with a refused document, so that it is not fed for ever."""
        refused = [
            replace(update, state=FAILED, vector=None, error=result.reason[:500])
            for update, result in zip(updates, written, strict=True)
            if result.outcome is Outcome.REFUSED
        ]
        if refused:
            summary.failed += len(refused)
            self._store.write(refused)


def _raise_if_busy(written: Sequence[Written]) -> None:
    busy = [result for result in written if result.outcome is Outcome.BUSY]
    if busy:
        raise BusyError(f"The cluster put off {len(busy)} writes ({busy[0].reason}).")


def again_later(ids: Sequence[str]) -> UnavailableError:
    """The error that says whose pictures could not be had for now."""
    return UnavailableError(
        f"The pictures of {len(ids)} documents cannot be had now, {ids[0]!r} among them."
    )
