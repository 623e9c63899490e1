"""From document ids to written vectors: read, compare hashes, encode, fuse, write.

The step knows no queue and no model: encoder, store, pictures and clock are handed in. Running it
twice, at once or in any order costs time and changes nothing, because every write is bound to the
version that was read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from diptych.encoding import Encoder
from diptych.errors import BusyError, ConflictError
from diptych.ingest.clock import timestamp, utc_now
from diptych.ingest.parts import Fused, PartMaker
from diptych.ingest.pictures import PictureSource
from diptych.ingest.refetch import Refetch
from diptych.ingest.store import Document, Outcome, Store, Update, Written
from diptych.mappings.fields import FAILED

#: A document that changes this often during one message is left to the next message.
_MAX_ROUNDS = 10
#: First pause before another try for pictures whose host is away; each next one is four times as
#: long, up to a day.
_FIRST_RETRY = timedelta(minutes=1)
_LAST_RETRY = timedelta(days=1)


@dataclass(slots=True)
class Summary:
    """What was done, in documents.

    `skipped` had vectors that agree already, `gone` were deleted, `failed` were refused by the
    cluster.
    """

    written: int = 0
    skipped: int = 0
    gone: int = 0
    failed: int = 0


class Enricher:
    """Gives documents of one index the vectors of their present inputs."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        pictures: PictureSource,
        *,
        now: Callable[[], datetime] = utc_now,
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

    def start(
        self, ids: Sequence[str], *, is_forced: bool = False, is_refetch: bool = False
    ) -> "Enrichment":
        """Work on these documents that can go on after an interruption.

        Args:
            is_forced: encode even where the stored hashes agree.
            is_refetch: encode where pictures have changed behind their addresses; asks for them.
        """
        if is_refetch:
            refetch = Refetch(self._store, self._encoder, self._pictures)
            ids = refetch.changed(ids, now=self._now())
        maker = PartMaker(self._store, self._encoder, self._pictures)
        return Enrichment(self._store, maker, self._now, ids, is_forced=is_forced or is_refetch)

    def give_up(self, id_: str, reason: str) -> None:
        """Store with a document that it cannot be worked on, so that it is not fed for ever."""
        now = timestamp(self._now())
        self._store.write(
            [Update(d, FAILED, None, reason[:500], now) for d in self._store.read([id_])]
        )


class Enrichment:
    """One message's work; `run` can be called again after an error and goes on."""

    def __init__(
        self,
        store: Store,
        maker: PartMaker,
        now: Callable[[], datetime],
        ids: Sequence[str],
        *,
        is_forced: bool,
    ) -> None:
        """Made by `Enricher.start`."""
        self.summary = Summary()
        self._store = store
        self._maker = maker
        self._now = now
        self._is_forced = is_forced
        self._waiting = list(dict.fromkeys(ids))
        self._n_rounds = 0

    def run(self) -> Summary:
        """Bring the documents up to date; what was made before an error is not made again.

        Raises:
            BusyError: the cluster put off some writes; what it took stays.
            ConflictError: a document changed in every one of ten rounds.
            DiptychError: whatever else the cluster or the encoder says.
        """
        while self._waiting:
            self._waiting = self._enrich(self._waiting)
            self._count_round()
        return self.summary

    def _count_round(self) -> None:
        self._n_rounds += 1
        if self._waiting and self._n_rounds == _MAX_ROUNDS:
            self._n_rounds = 0
            raise ConflictError(
                f"{len(self._waiting)} documents changed during each of {_MAX_ROUNDS} rounds, "
                f"{self._waiting[0]!r} among them."
            )

    def _enrich(self, ids: Sequence[str]) -> list[str]:
        """One round for some documents; the ids that somebody else changed meanwhile."""
        documents = self._store.read(ids)
        now = self._now()
        todo = [d for d in documents if self._is_forced or not d.is_settled(timestamp(now))]
        made = self._maker.make(todo, is_forced=self._is_forced) if todo else []
        updates = [_update(*pair, now) for pair in zip(todo, made, strict=True)]
        written = self._store.write(updates) if updates else []
        refused = self._settle_refused(updates, written)
        _raise_if_busy([*written, *refused])
        self.summary.gone += len(ids) - len(documents) + _count(Outcome.GONE, written)
        self.summary.skipped += len(documents) - len(todo)
        self.summary.written += _count(Outcome.WRITTEN, written)
        self.summary.failed += _count(Outcome.WRITTEN, refused)
        return [
            update.document.id
            for update, result in zip(updates, written, strict=True)
            if result.outcome is Outcome.CONFLICT
        ]

    def _settle_refused(
        self, updates: Sequence[Update], written: Sequence[Written]
    ) -> list[Written]:
        """Store the cluster's reason with a refused document, so that it is not fed for ever."""
        refused = [
            replace(update, state=FAILED, vector=None, error=result.reason[:500], retry_at=None)
            for update, result in zip(updates, written, strict=True)
            if result.outcome is Outcome.REFUSED
        ]
        return self._store.write(refused) if refused else []


def _update(document: Document, made: Fused, now: datetime) -> Update:
    update = Update(document, made.state, made.vector, made.error, timestamp(now))
    if not made.is_passing:
        return update
    is_same = document.image_hash == document.inputs.image_hash
    n_retries = document.n_retries + 1 if is_same else 1
    pause = min(_LAST_RETRY, _FIRST_RETRY * 4 ** min(n_retries - 1, 6))
    return replace(update, n_retries=n_retries, retry_at=timestamp(now + pause))


def _raise_if_busy(written: Sequence[Written]) -> None:
    busy = [result for result in written if result.outcome is Outcome.BUSY]
    if busy:
        raise BusyError(f"The cluster put off {len(busy)} writes ({busy[0].reason}).")


def _count(outcome: Outcome, written: Sequence[Written]) -> int:
    return sum(result.outcome is outcome for result in written)
