"""The parts of fused vectors: made by the encoder, reused from the index, or remembered."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from diptych.encoding import Encoder, Role
from diptych.errors import ImageError, UnavailableError
from diptych.ingest.pictures import PictureSource
from diptych.ingest.store import Document, Store
from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT
from diptych.mappings.fields import FAILED, PARTIAL, READY
from diptych.vectors import Floats, unit_rows

#: Pictures are read from disks and hosts in parallel; decoding has threads of its own.
_READERS = 8
#: Files in memory at one time, in each thread of a worker.
_PICTURES_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Fused:
    """A document's new state; `vector` is None where it has neither words nor picture.

    `is_passing` tells an error that another try can mend: a picture's host was away.
    """

    state: str
    vector: Floats | None
    error: str | None
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """A text in the sentence model's space and in the picture model's; zeros if it is blank."""

    text: Floats
    image: Floats


@dataclass(frozen=True, slots=True)
class _Picture:
    """The unit mean of a document's pictures; zeros where none could be used."""

    vector: Floats
    error: str | None
    is_passing: bool = False


class PartMaker:
    """Makes each part once: a second round with unchanged inputs encodes nothing."""

    def __init__(self, store: Store, encoder: Encoder, pictures: PictureSource) -> None:
        """Remembers parts by hash for its own lifetime, one message."""
        self._store = store
        self._encoder = encoder
        self._pictures = pictures
        self._words: dict[str, _Words] = {}
        self._seen: dict[str, _Picture] = {}

    def make(self, documents: Sequence[Document], *, is_forced: bool) -> list[Fused]:
        """The fused row and the new state of each document."""
        if not is_forced:
            self._reuse(documents)
        self._encode_words(documents)
        self._encode_pictures(documents)
        fused = self._fuse(documents)
        return [self._result(*pair) for pair in zip(documents, fused, strict=True)]

    def _reuse(self, documents: Sequence[Document]) -> None:
        """Take image blocks from the index where only the words changed.

        A text block is not taken over: the agreement needs the words in the picture model's
        space, which no index stores, and texts cost little beside pictures.
        """
        unchanged = [
            document
            for document in documents
            if document.image_hash == document.inputs.image_hash
            and document.inputs.images
            and document.retry_at is None
            and document.inputs.image_hash not in self._seen
        ]
        if not unchanged:
            return
        vectors = self._store.read_vectors([document.id for document in unchanged])
        span = self._store.contract.layout[IMAGE].span
        for document in unchanged:
            seq_no, stored = vectors.get(document.id, (None, None))
            # Another version may hold another picture's block.
            if seq_no == document.seq_no and stored is not None and stored[span].any():
                self._seen[document.inputs.image_hash] = _Picture(stored[span], document.error)

    def _encode_words(self, documents: Sequence[Document]) -> None:
        new = {
            document.inputs.text_hash: document.inputs.text
            for document in documents
            if document.inputs.text_hash not in self._words
        }
        if not new:
            return
        texts = self._encoder.encode_texts(list(new.values()), role=Role.DOCUMENT)
        words = texts if self._is_one_space else self._encoder.encode_words(list(new.values()))
        for row, text_hash in enumerate(new):
            self._words[text_hash] = _Words(texts[row], words[row])

    @property
    def _is_one_space(self) -> bool:
        return self._encoder.text_model == self._encoder.image_model

    def _encode_pictures(self, documents: Sequence[Document]) -> None:
        new = {
            document.inputs.image_hash: document.inputs.images
            for document in documents
            if document.inputs.image_hash not in self._seen
        }
        references = list(dict.fromkeys(ref for refs in new.values() for ref in refs))
        vectors, errors, passing = self._encode_references(references)
        for image_hash, refs in new.items():
            self._seen[image_hash] = self._mean(refs, vectors, errors, passing)

    def _encode_references(
        self, references: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, str], set[str]]:
        """Vector by reference, reason by reference that cannot be used, those to try again."""
        vectors: dict[str, Floats] = {}
        errors: dict[str, str] = {}
        passing: set[str] = set()
        for start in range(0, len(references), _PICTURES_AT_ONCE):
            data: dict[str, bytes] = {}
            part = references[start : start + _PICTURES_AT_ONCE]
            for reference, result in zip(part, self._read_all(part), strict=True):
                if isinstance(result, bytes):
                    data[reference] = result
                    continue
                errors[reference] = str(result)
                if isinstance(result, UnavailableError):
                    passing.add(reference)
            self._encode_files(data, vectors, errors)
        return vectors, errors, passing

    def _encode_files(
        self, data: Mapping[str, bytes], vectors: dict[str, Floats], errors: dict[str, str]
    ) -> None:
        """Add the vector, or the reason, of each picture."""
        encoded = self._encoder.encode_images(list(data.values()))
        for row, (reference, vector) in enumerate(zip(data, encoded.vectors, strict=True)):
            if row in encoded.errors:
                errors[reference] = f"{reference}: {encoded.errors[row]}"
            else:
                vectors[reference] = vector

    def _read_all(self, references: Sequence[str]) -> list[bytes | Exception]:
        if len(references) < 2:
            return [self._read(reference) for reference in references]
        with ThreadPoolExecutor(min(_READERS, len(references))) as pool:
            return list(pool.map(self._read, references))

    def _read(self, reference: str) -> bytes | Exception:
        try:
            return self._pictures.read(reference)
        except (ImageError, UnavailableError) as err:
            return err

    def _mean(
        self,
        references: Sequence[str],
        vectors: Mapping[str, Floats],
        errors: Mapping[str, str],
        passing: set[str],
    ) -> _Picture:
        good = [vectors[reference] for reference in references if reference in vectors]
        total: Floats = np.zeros(self._encoder.image_model.dimension, dtype=np.float32)
        for vector in good:
            total = total + vector
        reasons = [errors[reference] for reference in references if reference in errors]
        return _Picture(
            unit_rows(total[None, :])[0],
            "; ".join(reasons)[:500] or None,
            is_passing=not passing.isdisjoint(references),
        )

    def _fuse(self, documents: Sequence[Document]) -> Floats:
        """(n, dimension) float32; see `diptych.layout` for the blocks."""
        if not documents:
            return np.zeros((0, self._store.contract.layout.dimension), dtype=np.float32)
        texts = np.stack([self._words[d.inputs.text_hash].text for d in documents])
        words = np.stack([self._words[d.inputs.text_hash].image for d in documents])
        images = np.stack([self._seen[d.inputs.image_hash].vector for d in documents])
        agreement = (words * images).sum(axis=1, dtype=np.float32)[:, None]
        bias = np.ones((len(documents), 1), dtype=np.float32)
        return self._store.contract.layout.fuse(
            {TEXT: texts, IMAGE: images, AGREEMENT: agreement, BIAS: bias}
        )

    def _result(self, document: Document, row: Floats) -> Fused:
        layout = self._store.contract.layout
        picture = self._seen[document.inputs.image_hash]
        if not np.isfinite(row).all():
            return Fused(FAILED, None, "The model gave a number that is not finite.")
        has_text = bool(row[layout[TEXT].span].any())
        has_image = bool(row[layout[IMAGE].span].any())
        if not has_text and not has_image:
            nothing = picture.error or "It has neither words nor a picture."
            return Fused(FAILED, None, nothing, picture.is_passing)
        wants_image = self._store.contract.image_field is not None
        lacks = "It has no words." if not has_text else None
        if wants_image and not has_image:
            lacks = "It has no picture."
        error = picture.error or lacks
        return Fused(READY if error is None else PARTIAL, row, error, picture.is_passing)
