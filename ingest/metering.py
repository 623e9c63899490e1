"""The parts of the write path with a meter on each: encoder, cache, pictures, letters, queue."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from diptych.encoding import EncodedImages, Encoder, Role, WrappedEncoder
from diptych.errors import (
    DiptychError,
    HeldBackError,
    MissingPictureError,
    RefusedPictureError,
    UnavailableError,
)
from diptych.ingest.caching import Cache
from diptych.ingest.dead_letters import DeadLetter, DeadLetters, Stage
from diptych.ingest.meters import Fate, FeedMeters, Fetch, Input, Meters
from diptych.ingest.pictures import AskingSource, KnownPicture
from diptych.ingest.publishing import Lane, Message, Publisher
from diptych.vectors import Floats

_Answer = TypeVar("_Answer", bytes, bytes | KnownPicture)

#: The first that fits.
_HOW: tuple[tuple[type[DiptychError], Fetch], ...] = (
    (MissingPictureError, Fetch.MISSING),
    (RefusedPictureError, Fetch.REFUSED),
    (HeldBackError, Fetch.PAUSED),
    (UnavailableError, Fetch.AWAY),
)


class MeteredEncoder(WrappedEncoder):
    """An `Encoder` over another one whose calls are timed; what the cache knows never gets here."""

    def __init__(
        self,
        encoder: Encoder,
        meters: Meters,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Encodes nothing yet."""
        super().__init__(encoder)
        self._meters = meters
        self._monotonic_s = monotonic_s

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_model.dimension) float32: texts in the sentence model's space."""
        started_s = self._monotonic_s()
        vectors = self._encoder.encode_texts(texts, role=role)
        self._meters.encoded(Input.TEXTS, len(texts), self._monotonic_s() - started_s)
        return vectors

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_model.dimension) float32: texts in the picture model's space."""
        started_s = self._monotonic_s()
        vectors = self._encoder.encode_words(texts)
        self._meters.encoded(Input.WORDS, len(texts), self._monotonic_s() - started_s)
        return vectors

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Pictures in the picture model's space, errors by their place."""
        started_s = self._monotonic_s()
        encoded = self._encoder.encode_images(images)
        # A message without new pictures asks for none.
        if images:
            duration_s = self._monotonic_s() - started_s
            n_broken = len(encoded.errors)
            self._meters.encoded(Input.PICTURES, len(images), duration_s, n_broken=n_broken)
        return encoded


class MeteredCache:
    """A `Cache` whose hits and misses are counted."""

    def __init__(self, cache: Cache, meters: Meters) -> None:
        """Asks nothing yet."""
        self._cache = cache
        self._meters = meters

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that are there."""
        wanted = set(keys)
        found = self._cache.get(wanted)
        self._meters.recalled(n_hits=len(found), n_misses=len(wanted) - len(found))
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep these."""
        self._cache.put(entries)


class MeteredPictures:
    """A source of pictures whose answers are counted by kind."""

    def __init__(self, pictures: AskingSource, meters: Meters) -> None:
        """Asks for nothing yet."""
        self._pictures = pictures
        self._meters = meters

    def read(self, reference: str) -> bytes:
        """The bytes of one picture.

        Raises:
            DiptychError: as the source.
        """
        return self._counted(lambda: self._pictures.read(reference))

    def ask(
        self, reference: str, *, is_known: Callable[[bytes], bool], is_fresh: bool = False
    ) -> bytes | KnownPicture:
        """The bytes of one picture, or what it is known by where that is enough.

        Raises:
            DiptychError: as the source.
        """
        return self._counted(
            lambda: self._pictures.ask(reference, is_known=is_known, is_fresh=is_fresh)
        )

    def _counted(self, ask: Callable[[], _Answer]) -> _Answer:
        try:
            answer = ask()
        except DiptychError as err:
            self._meters.fetched(_how(err))
            raise
        is_known = isinstance(answer, KnownPicture)
        self._meters.fetched(Fetch.NOT_MODIFIED if is_known else Fetch.OK)
        return answer


class MeteredDeadLetters:
    """A `DeadLetters` that counts what it has kept."""

    def __init__(self, dead_letters: DeadLetters, meters: Meters) -> None:
        """Keeps nothing yet."""
        self._dead_letters = dead_letters
        self._meters = meters

    def record(self, letter: DeadLetter) -> None:
        """Return when the letter is kept.

        Raises:
            UnavailableError: it is not.
        """
        self._dead_letters.record(letter)
        self._meters.dead_letter(letter.stage, letter.error_class)
        # What the cluster refuses is counted with its message.
        if letter.stage is Stage.ENRICH:
            self._meters.documents(letter.index, Fate.GIVEN_UP)


class MeteredPublisher:
    """A `Publisher` that counts what the broker has confirmed."""

    def __init__(self, publisher: Publisher, meters: FeedMeters) -> None:
        """Publishes nothing yet."""
        self._publisher = publisher
        self._meters = meters

    def publish(self, message: Message, lane: Lane) -> None:
        """Return when the broker has the message.

        Raises:
            UnavailableError: it has not.
        """
        self._publisher.publish(message, lane)
        self._meters.published(message.index, lane, len(message.ids))


def _how(err: DiptychError) -> Fetch:
    return next((how for kind, how in _HOW if isinstance(err, kind)), Fetch.UNUSABLE)
