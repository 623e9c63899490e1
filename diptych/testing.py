"""Fakes of the seams; each passes the same contract tests as the real part."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from diptych.contract import IndexContract
from diptych.encoding import EncodedImages, ModelRef, Role, speakable
from diptych.errors import ImageError
from diptych.ingest.dead_letters import DeadLetter
from diptych.ingest.publishing import NO_ROUTING, Lane, Message
from diptych.ingest.store import Document, Outcome, Routing, Update, Written, document_of
from diptych.mappings.fields import OBJECT
from diptych.vectors import Floats, unit_rows
from diptych.workers.journal import Abandoned, Entry

#: First bytes of the files that `FakeEncoder.encode_images` takes for pictures, and its own.
PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"picture")


class FakeEncoder:
    """A `diptych.encoding.Encoder` that hashes: equal input, equal vector; nothing means much.

    A picture is any bytes that start like one of the four kinds of file, or with `picture`, as
    in `b"picture of a red dress"`; all else is an error, as it is to a real encoder.

    Args of the constructor:
        text_dim: length of the sentence vectors.
        image_dim: length of the picture vectors.
        aligned: pictures that have the vector of words, so that these words find them.
        revision: the revision of both models.
    """

    def __init__(
        self,
        text_dim: int = 16,
        image_dim: int = 16,
        *,
        aligned: Mapping[bytes, str] | None = None,
        revision: str = "1",
    ) -> None:
        """See the class."""
        self._text_ref = ModelRef("fake-text", revision, text_dim)
        self._image_ref = ModelRef("fake-image", revision, image_dim)
        self._aligned = dict(aligned or {})

    @property
    def text_model(self) -> ModelRef:
        """The sentence model behind `encode_texts`."""
        return self._text_ref

    @property
    def image_model(self) -> ModelRef:
        """The picture model behind `encode_images` and `encode_words`."""
        return self._image_ref

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_dim) float32; a query and a document of the same words are the same."""
        return _hashed(
            [speakable(text).encode() for text in texts], b"text", self._text_ref.dimension
        )

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_dim) float32, in the space of the pictures."""
        return _hashed(
            [speakable(text).encode() for text in texts], b"words", self._image_ref.dimension
        )

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """(n, image_dim) float32; zeros and an error for bytes that are no picture."""
        errors = {
            i: ImageError(f"The file is not a picture ({data[:8]!r}): store a JPEG file.")
            for i, data in enumerate(images)
            if data not in self._aligned and not data.startswith(PICTURE_STARTS)
        }
        vectors = np.zeros((len(images), self._image_ref.dimension), np.float32)
        for i, data in enumerate(images):
            if data in self._aligned:
                vectors[i] = self.encode_words([self._aligned[data]])[0]
            elif i not in errors:
                vectors[i] = _hashed([data], b"picture", self._image_ref.dimension)[0]
        return EncodedImages(vectors, errors)


def _hashed(inputs: Sequence[bytes], space: bytes, dimension: int) -> Floats:
    """One unit row per input, seeded by its hash; zeros for an empty one."""
    rows = np.zeros((len(inputs), dimension), np.float32)
    for i, data in enumerate(inputs):
        if data:
            seed = hashlib.blake2b(data, digest_size=8, person=space).digest()
            rows[i] = np.random.default_rng(int.from_bytes(seed)).standard_normal(dimension)
    return unit_rows(rows)


class MemoryStore:
    """A `diptych.ingest.store.Store` in memory, with versions and compare-and-set."""

    def __init__(self, contract: IndexContract) -> None:
        """Holds no documents yet."""
        self.name = "products"
        self.replaced_by: str | None = None
        self.contract = contract
        self.sources: dict[str, dict[str, Any]] = {}
        self._seq_nos: dict[str, int] = {}
        self._routing: dict[str, str | None] = {}
        self._last = -1

    def index(self, id_: str, source: Mapping[str, Any], *, routing: str | None = None) -> None:
        """What an application does: replace the whole document."""
        self._last += 1
        self._routing[id_] = routing
        self.sources[id_] = dict(source)
        self._seq_nos[id_] = self._last

    def delete(self, id_: str) -> None:
        """What an application does: remove the document."""
        self._last += 1
        del self.sources[id_], self._seq_nos[id_]

    def seq_no(self, id_: str) -> int:
        """The number of the document's last operation."""
        return self._seq_nos[id_]

    def read(self, ids: Sequence[str], routing: Routing = NO_ROUTING) -> list[Document]:
        """The documents that exist."""
        return [
            document_of(
                {
                    "_id": id_,
                    "_seq_no": self._seq_nos[id_],
                    "_primary_term": 1,
                    "_source": self.sources[id_],
                    "_routing": self._routing[id_],
                },
                self.contract,
            )
            for id_ in ids
            if id_ in self.sources and routing.get(id_) == self._routing[id_]
        ]

    def read_vectors(
        self, ids: Sequence[str], routing: Routing = NO_ROUTING
    ) -> dict[str, tuple[int, Floats]]:
        """Version and stored vector of the documents that have one."""
        field = self.contract.vector_field
        found = {id_: self.sources.get(id_, {}).get(field) for id_ in ids}
        return {
            id_: (self._seq_nos[id_], np.asarray(value, np.float32))
            for id_, value in found.items()
            if value is not None
        }

    def successor(self) -> str | None:
        """What a test says."""
        return self.replaced_by

    def write(self, updates: Sequence[Update]) -> list[Written]:
        """Merge each update into its document, if it is still at the version that was read."""
        return [self._write(update) for update in updates]

    def _write(self, update: Update) -> Written:
        id_ = update.document.id
        if id_ not in self.sources:
            return Written(Outcome.GONE)
        if self._seq_nos[id_] != update.document.seq_no:
            return Written(Outcome.CONFLICT)
        merged = dict(self.sources[id_])
        merged[OBJECT] = {**merged.get(OBJECT, {}), **update.to_object()}
        merged[self.contract.vector_field] = (
            None if update.vector is None else update.vector.tolist()
        )
        self.index(id_, merged, routing=update.document.routing)
        return Written(Outcome.WRITTEN)


class MemoryPublisher:
    """A `diptych.ingest.publishing.Publisher` that keeps what it was given."""

    def __init__(self) -> None:
        """Holds no messages yet."""
        self.messages: list[tuple[Message, Lane]] = []

    def publish(self, message: Message, lane: Lane) -> None:
        """Keep the message."""
        self.messages.append((message, lane))

    @property
    def ids(self) -> list[str]:
        """All published ids, in order."""
        return [id_ for message, _ in self.messages for id_ in message.ids]


class MemoryDeadLetters:
    """A `diptych.ingest.dead_letters.DeadLetters` that keeps them in memory."""

    def __init__(self) -> None:
        """Holds no letters yet."""
        self._kept: dict[str, DeadLetter] = {}

    @property
    def letters(self) -> list[DeadLetter]:
        """Those that it holds, each key once."""
        return list(self._kept.values())

    def record(self, letter: DeadLetter) -> None:
        """Keep the letter, joined to what it holds under this key."""
        self._kept[letter.key] = letter.after(self._kept.get(letter.key))


class MemoryJournal:
    """A `diptych.workers.journal.Journal` in memory, for workers that share a list of entries."""

    def __init__(
        self, kept: "list[tuple[MemoryJournal, Entry]]", is_dead: Callable[[], bool]
    ) -> None:
        """One worker's; `is_dead` tells whether that worker died."""
        self.is_dead = is_dead
        self._kept = kept

    @contextmanager
    def holding(self, entry: Entry) -> Iterator[None]:
        """Keep the entry, and for ever if the worker dies meanwhile."""
        kept = self, entry
        self._kept.append(kept)
        try:
            yield
        finally:
            if not self.is_dead():
                self._forget(kept)

    def abandoned(self) -> list[Abandoned]:
        """What the dead leave behind, kept as this worker's own."""
        found = []
        for place, (owner, entry) in enumerate(self._kept):
            if owner.is_dead():
                self._kept[place] = kept = self, replace(entry, is_suspect=True)
                found.append(Abandoned(kept[1], partial(self._forget, kept)))
        return sorted(found, key=lambda one: one.entry.suspicion)

    def _forget(self, kept: "tuple[MemoryJournal, Entry]") -> None:
        self._kept[:] = [other for other in self._kept if other is not kept]


class MemoryPictures:
    """A `diptych.ingest.pictures.PictureSource` over a dict; what it lacks is an `ImageError`."""

    def __init__(self, pictures: Mapping[str, bytes | Exception]) -> None:
        """Bytes by reference, or the error to raise for it."""
        self._pictures = pictures
        self.reads: list[str] = []

    def read(self, reference: str) -> bytes:
        """The bytes of one picture."""
        self.reads.append(reference)
        found = self._pictures.get(reference)
        if found is None:
            raise ImageError(f"{reference}: there is no such picture.")
        if isinstance(found, Exception):
            raise found
        return found
