"""A message under way: opened when the cluster answers, gone on with after an error."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from diptych.errors import BlockedError, DiptychError, EncodingError, SettingsError
from diptych.ingest.enrich import Enricher, Enrichment, Summary
from diptych.ingest.publishing import Message

_T = TypeVar("_T")
#: The enricher of an index, by its name and the fingerprint of the contract that is expected.
EnricherFor: TypeAlias = Callable[[str, str | None], Enricher]


class ReplacedError(DiptychError):
    """The index takes no writes any more; the message is the name of the one that does."""


class Work:
    """A message's enrichment, opened when the cluster answers for the first time."""

    def __init__(self, enricher_for: EnricherFor, message: Message) -> None:
        """Nothing is opened yet."""
        self.message = message
        self._enricher_for = enricher_for
        self.enrichment: Enrichment | None = None
        self._enricher: Enricher | None = None

    @property
    def left(self) -> Message:
        """The message with the ids that are not done; all of them before it was opened."""
        ids = self.enrichment.waiting if self.enrichment else ()
        return self.message.part(ids or self.message.ids)

    def look(self) -> tuple[str, ...]:
        """Ids that are not settled; reads the documents, opens no picture and encodes nothing.

        Raises:
            DiptychError: as `run`.
        """
        if self.enrichment is None:
            self.enrichment = self._open(is_looking=True)
        return self.enrichment.look()

    def run(self) -> Summary:
        """Go on where an error ended it.

        Raises:
            ReplacedError: see `unless_replaced`.
            SettingsError: a model cannot be loaded.
            DiptychError: as `Enrichment.run`.
        """
        if self.enrichment is None:
            self.enrichment = self._open()
        return self.unless_replaced(self.enrichment.run)

    def unless_replaced(self, step: Callable[[], _T]) -> _T:
        """What a step gives.

        Raises:
            ReplacedError: the index takes no writes any more, for a rebuild replaced it.
        """
        try:
            return step()
        except BlockedError as err:
            successor = self._enricher.successor() if self._enricher else None
            if successor is None:
                raise
            raise ReplacedError(successor) from err

    def _open(self, *, is_looking: bool = False) -> Enrichment:
        try:
            self._enricher = self._enricher_for(self.message.index, self.message.contract)
        except EncodingError as err:
            # Not of one document: the model is missing or cannot be loaded.
            raise SettingsError(str(err)) from err
        is_refetch = self.message.is_refetch
        return self._enricher.start(
            self.message.ids,
            # Whoever only looks takes all pictures for changed.
            is_forced=self.message.is_forced or (is_refetch and is_looking),
            is_refetch=is_refetch and not is_looking,
            routing=self.message.routing,
        )
