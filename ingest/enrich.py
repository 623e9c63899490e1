"""From document ids to written vectors: read, compare hashes, encode, fuse, write.

The step knows no queue and no model: encoder, store, pictures and clock are handed in. Running it
twice, at once or in any order costs time and changes nothing, because every write is bound to the
version that was read.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from diptych.centring import centred_encoder
from diptych.encoding import Encoder, Role
from diptych.ingest.clock import utc_now
from diptych.ingest.dead_letters import DeadLetters, LoggedDeadLetters
from diptych.ingest.enrichment import Enrichment, Summary
from diptych.ingest.parts import PartMaker
from diptych.ingest.picture_vectors import N_READERS
from diptych.ingest.pictures import PictureSource
from diptych.ingest.publishing import NO_ROUTING
from diptych.ingest.refetch import Refetch
from diptych.ingest.store import Routing, Store

__all__ = ["Enricher", "Enrichment", "Summary"]


class Enricher:
    """Gives documents of one index the vectors of their present inputs."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        pictures: PictureSource,
        *,
        now: Callable[[], datetime] = utc_now,
        dead_letters: DeadLetters | None = None,
        n_readers: int = N_READERS,
    ) -> None:
        """Check that the encoder is the index's.

        Args:
            dead_letters: where documents go that the cluster refuses; the log by default.
            n_readers: pictures read at one time; 1 reads them in the caller's thread.

        Raises:
            ContractError: it is another one.
        """
        store.contract.check_encoder(encoder)
        self.contract = store.contract
        self._store = store
        self._encoder = centred_encoder(encoder, store.contract.centres, side=Role.DOCUMENT)
        self._pictures = pictures
        self._now = now
        self._dead_letters = dead_letters or LoggedDeadLetters()
        self._n_readers = n_readers

    def start(
        self,
        ids: Sequence[str],
        *,
        is_forced: bool = False,
        is_refetch: bool = False,
        routing: Routing = NO_ROUTING,
    ) -> "Enrichment":
        """Work on these documents that can go on after an interruption.

        Args:
            is_forced: encode even where the stored hashes agree.
            is_refetch: encode where pictures have changed behind their addresses; asks for them.
            routing: of the documents that have one of their own.
        """
        if is_refetch:
            refetch = Refetch(self._store, self._encoder, self._pictures, n_readers=self._n_readers)
            ids = refetch.changed(ids, now=self._now(), routing=routing)
        maker = PartMaker(self._store, self._encoder, self._pictures, n_readers=self._n_readers)
        return Enrichment(
            self._store,
            maker,
            self._now,
            self._dead_letters,
            ids,
            is_forced=is_forced or is_refetch,
            routing=routing,
        )

    def successor(self) -> str | None:
        """The index that took this one's place, if one did; asked when it takes no writes."""
        return self._store.successor()
