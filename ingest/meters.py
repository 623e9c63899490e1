"""The seam to whoever counts what the write path does; names and numbers, never ids or payloads."""

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Protocol

from diptych.ingest.publishing import Lane


class Fate(StrEnum):
    """What became of a document in a message."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    GONE = "gone"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class Ending(StrEnum):
    """What became of a delivery."""

    DONE = "done"
    GIVEN_BACK = "given_back"
    KEPT = "kept"


class Apart(StrEnum):
    """How a message ran that may have ended a worker."""

    DONE = "done"
    CRASHED = "crashed"
    BROKEN = "broken"


class Input(StrEnum):
    """What an encoder is given, by the method that takes it."""

    TEXTS = "texts"
    WORDS = "words"
    PICTURES = "pictures"


class Fetch(StrEnum):
    """How the reading of a picture went, from a file or from a host."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    MISSING = "missing"
    REFUSED = "refused"
    UNUSABLE = "unusable"
    AWAY = "away"
    PAUSED = "paused"


class Meters(Protocol):
    """Counts what a worker does; safe to call from several threads, and never raises."""

    def in_hand(self, n_documents: int) -> AbstractContextManager[None]:
        """For the time of a `with` block a message of so many documents is worked on."""
        ...

    def ended(self, lane: Lane, ending: Ending) -> None:
        """A delivery came to its end."""
        ...

    def ran_apart(self, how: Apart) -> None:
        """A message ran in a process of its own."""
        ...

    def documents(self, index: str, fate: Fate, count: int = 1) -> None:
        """So many documents came to their end."""
        ...

    def conflicts(self, index: str, count: int) -> None:
        """So many writes came second, because somebody else wrote the document meanwhile."""
        ...

    def encoded(self, kind: Input, n_inputs: int, duration_s: float, *, n_broken: int = 0) -> None:
        """One call of the encoder; `n_broken` pictures could not be decoded."""
        ...

    def recalled(self, *, n_hits: int, n_misses: int) -> None:
        """The cache of vectors was asked."""
        ...

    def fetched(self, how: Fetch) -> None:
        """A picture was asked for."""
        ...

    def dead_letter(self, stage: str, error_class: str) -> None:
        """A dead letter was kept."""
        ...


class FeedMeters(Protocol):
    """Counts what a feed does; safe to call from several threads, and never raises."""

    def published(self, index: str, lane: Lane, n_documents: int) -> None:
        """The broker has a message with so many documents."""
        ...

    def searchable(self, index: str, lag_s: float) -> None:
        """A published change came round settled after so many seconds."""
        ...


class NoMeters:
    """Both kinds of meters, which count nothing."""

    def in_hand(self, n_documents: int) -> AbstractContextManager[None]:
        """Nothing is counted."""
        return nullcontext()

    def ended(self, lane: Lane, ending: Ending) -> None:
        """Nothing is counted."""

    def ran_apart(self, how: Apart) -> None:
        """Nothing is counted."""

    def documents(self, index: str, fate: Fate, count: int = 1) -> None:
        """Nothing is counted."""

    def conflicts(self, index: str, count: int) -> None:
        """Nothing is counted."""

    def encoded(self, kind: Input, n_inputs: int, duration_s: float, *, n_broken: int = 0) -> None:
        """Nothing is counted."""

    def recalled(self, *, n_hits: int, n_misses: int) -> None:
        """Nothing is counted."""

    def fetched(self, how: Fetch) -> None:
        """Nothing is counted."""

    def dead_letter(self, stage: str, error_class: str) -> None:
        """Nothing is counted."""

    def published(self, index: str, lane: Lane, n_documents: int) -> None:
        """Nothing is counted."""

    def searchable(self, index: str, lag_s: float) -> None:
        """Nothing is counted."""
