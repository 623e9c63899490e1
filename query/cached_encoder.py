"""Query vectors remembered: an `Encoder` that asks its models only what it was not asked lately."""

import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from hashlib import sha256
from typing import TypeAlias

import numpy as np

from diptych.encoding import EncodedImages, Encoder, ModelRef, Role, WrappedEncoder, speakable
from diptych.errors import ImageError
from diptych.query.patience import within
from diptych.vectors import Floats

#: Vectors kept by default. One takes 4 bytes a number and 400 more (its key and its place in the
#: order of use), so 10,000 take 8 MB at 96 numbers and 35 MB at 768.
MAX_ENTRIES = 10_000

_TEXT, _WORDS, _PICTURE = "text", "words", "picture"

#: The model, what of it was asked, and the SHA-256 of the input.
_Key: TypeAlias = tuple[ModelRef, str, bytes]


class CachedEncoder(WrappedEncoder):
    """An `Encoder` over another one; what was asked lately is answered from memory.

    Safe to call from several threads. The least recently used vector goes first; an error is never
    kept. Two things are the same to it, and so to the models behind it:

    - Texts that are equal after NFKC with blanks collapsed, and it is that form that is encoded, so
      no answer depends on who asked first. Input methods for Chinese write Latin letters in full
      width, which models do not know: the bundled one sees no likeness between a full-width
      `red dress` and the plain one (cosine 0.07). Case is kept: models that read lower case alone
      give equal vectors anyway, and to the others (the multilingual E5, for one) it is meant.
    - A query's text in both spaces where one model made both, as `Encoder` promises.

    A document's text goes straight through: it is encoded once, and as the worker would.

    Args of the constructor:
        max_entries: vectors kept, of texts and of pictures together.
    """

    def __init__(self, encoder: Encoder, *, max_entries: int = MAX_ENTRIES) -> None:
        """See the class."""
        super().__init__(encoder)
        self._vectors = _RecentVectors(max_entries)

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_model.dimension) float32: texts in the sentence model's space."""
        if role is Role.DOCUMENT:
            return self._encoder.encode_texts(texts, role=role)
        model = self.text_model
        kind = _WORDS if model == self.image_model else _TEXT
        return self._texts(
            model, kind, texts, lambda said: self._encoder.encode_texts(said, role=role)
        )

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_model.dimension) float32: texts in the picture model's space."""
        return self._texts(self.image_model, _WORDS, texts, self._encoder.encode_words)

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Pictures in the picture model's space, errors by their place."""
        model = self.image_model
        keys = [(model, _PICTURE, sha256(data).digest()) for data in images]
        return self._recall(
            model, keys, lambda places: self._encoder.encode_images([images[i] for i in places])
        )

    def within(self, timeout_s: float) -> "CachedEncoder":
        """The same encoder with the same memory, for a caller who waits no longer than this."""
        hurried = copy(self)
        hurried._encoder = within(self._encoder, timeout_s)
        return hurried

    def _texts(
        self,
        model: ModelRef,
        kind: str,
        texts: Sequence[str],
        encode: Callable[[list[str]], Floats],
    ) -> Floats:
        said = [normalised(text) for text in texts]
        keys = [(model, kind, sha256(text.encode()).digest()) for text in said]
        return self._recall(
            model, keys, lambda places: EncodedImages(encode([said[i] for i in places]))
        ).vectors

    def _recall(
        self, model: ModelRef, keys: Sequence[_Key], encode: Callable[[list[int]], EncodedImages]
    ) -> EncodedImages:
        """Rows in the order of the keys; `encode` is given the first place of each unknown one."""
        known = self._vectors.take(keys)
        places: dict[_Key, int] = {}
        for i, key in enumerate(keys):
            if key not in known:
                places.setdefault(key, i)
        errors: dict[_Key, ImageError] = {}
        if places:
            encoded = encode(list(places.values()))
            for row, key in enumerate(places):
                if row in encoded.errors:
                    errors[key] = encoded.errors[row]
                else:
                    # A copy: a view would keep the whole batch in memory as long as itself.
                    known[key] = encoded.vectors[row].copy()
            self._vectors.keep({key: known[key] for key in places if key in known})
        return _in_order(keys, known, errors, dimension=model.dimension)


class _RecentVectors:
    """The vectors used last, at most `max_entries`; safe to use from several threads."""

    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._vectors: OrderedDict[_Key, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, keys: Iterable[_Key]) -> dict[_Key, Floats]:
        """Those of the keys that are known; they are the last to go now."""
        with self._lock:
            found = {key: self._vectors[key] for key in keys if key in self._vectors}
            for key in found:
                self._vectors.move_to_end(key)
        return found

    def keep(self, vectors: Mapping[_Key, Floats]) -> None:
        """Add these; those not used for longest make room."""
        with self._lock:
            self._vectors.update(vectors)
            while len(self._vectors) > self._max_entries:
                self._vectors.popitem(last=False)


def normalised(text: str) -> str:
    """The text after NFKC (Unicode, annex 15), each run of blanks one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", speakable(text)).split())


def _in_order(
    keys: Sequence[_Key],
    known: Mapping[_Key, Floats],
    errors: Mapping[_Key, ImageError],
    *,
    dimension: int,
) -> EncodedImages:
    rows = np.zeros((len(keys), dimension), np.float32)
    for i, key in enumerate(keys):
        if key in known:
            rows[i] = known[key]
    return EncodedImages(rows, {i: errors[key] for i, key in enumerate(keys) if key in errors})
