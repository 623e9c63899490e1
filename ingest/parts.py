"""The parts of fused vectors: made by the encoder, reused from the index, or remembered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diptych.encoding import Encoder, Role
from diptych.ingest.picture_vectors import N_READERS, MeanPicture, PictureVectors
from diptych.ingest.pictures import PictureSource
from diptych.ingest.store import Document, Store, routing_of
from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT
from diptych.mappings.fields import FAILED, PARTIAL, READY
from diptych.vectors import Floats


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


class PartMaker:
    """Makes each part once: a second round with unchanged inputs encodes nothing."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        pictures: PictureSource,
        *,
        n_readers: int = N_READERS,
    ) -> None:
        """Remembers parts by hash for its own lifetime, one message.

        Args:
            n_readers: pictures read at one time; 1 reads them in the caller's thread.
        """
        self._store = store
        self._encoder = encoder
        self._pictures = PictureVectors(encoder, pictures, n_readers=n_readers)
        self._words: dict[str, _Words] = {}
        self._seen: dict[str, MeanPicture] = {}

    def make(self, documents: Sequence[Document], *, is_forced: bool) -> list[Fused]:
        """The fused row and the new state of each document."""
        if not is_forced:
            self._reuse(documents)
        self._encode_words(documents)
        self._encode_pictures(documents, is_fresh=is_forced)
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
        vectors = self._store.read_vectors([d.id for d in unchanged], routing_of(unchanged))
        span = self._store.contract.layout[IMAGE].span
        for document in unchanged:
            seq_no, stored = vectors.get(document.id, (None, None))
            # Another version may hold another picture's block.
            if seq_no == document.seq_no and stored is not None and stored[span].any():
                self._seen[document.inputs.image_hash] = MeanPicture(stored[span], document.error)

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

    def _encode_pictures(self, documents: Sequence[Document], *, is_fresh: bool) -> None:
        new = {
            document.inputs.image_hash: document.inputs.images
            for document in documents
            if document.inputs.image_hash not in self._seen
        }
        references = list(dict.fromkeys(ref for refs in new.values() for ref in refs))
        encoded = self._pictures.encode(references, is_fresh=is_fresh)
        dimension = self._encoder.image_model.dimension
        for image_hash, refs in new.items():
            self._seen[image_hash] = encoded.mean(refs, dimension=dimension)

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
