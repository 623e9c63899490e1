"""An encoder with a memory: what one revision of a model has seen is not encoded again."""

from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np

from diptych.encoding import EncodedImages, Encoder, ModelRef, Role, WrappedEncoder, speakable
from diptych.errors import ImageError
from diptych.ingest.caching import Cache
from diptych.ingest.pictures import content_hash
from diptych.vectors import Floats

#: Raised when the way from an input to its vector changes, so that nothing old is found.
_RECIPE = "1"
_WORDS, _PICTURE = "words", "picture"


class RememberingEncoder(WrappedEncoder):
    """An `Encoder` over another one, for the side of the documents; safe in several threads.

    A vector is kept under a hash of the model, its revision and dimension, the role, and the
    input's content, so a new model finds nothing of the old one, and a picture is known under
    whatever name it has. Errors and vectors that are not finite are not kept.
    """

    def __init__(self, encoder: Encoder, cache: Cache) -> None:
        """Asks neither yet."""
        super().__init__(encoder)
        self._cache = cache

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_model.dimension) float32: texts in the sentence model's space."""
        model = self.text_model
        return self._recall(
            model,
            [_key(model, role, _digest(text)) for text in texts],
            lambda at: EncodedImages(self._encoder.encode_texts([texts[i] for i in at], role=role)),
        ).vectors

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_model.dimension) float32: texts in the picture model's space."""
        model = self.image_model
        return self._recall(
            model,
            [_key(model, _WORDS, _digest(text)) for text in texts],
            lambda at: EncodedImages(self._encoder.encode_words([texts[i] for i in at])),
        ).vectors

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Pictures in the picture model's space, errors by their place."""
        model = self.image_model
        return self._recall(
            model,
            [_key(model, _PICTURE, content_hash(data)) for data in images],
            lambda at: self._encoder.encode_images([images[i] for i in at]),
        )

    def recall_picture(self, content: bytes) -> Floats | None:
        """(image_model.dimension,) float32 of the picture with this `content_hash`, if known."""
        model = self.image_model
        key = _key(model, _PICTURE, content)
        return self._known([key], model).get(key)

    def _recall(
        self,
        model: ModelRef,
        keys: Sequence[bytes],
        encode: Callable[[list[int]], EncodedImages],
    ) -> EncodedImages:
        """Rows in the order of the keys; `encode` is given the first place of each unknown one."""
        known = self._known(keys, model)
        places: dict[bytes, int] = {}
        for i, key in enumerate(keys):
            if key not in known:
                places.setdefault(key, i)
        errors: dict[bytes, ImageError] = {}
        if places:
            encoded = encode(list(places.values()))
            errors = {key: encoded.errors[i] for i, key in enumerate(places) if i in encoded.errors}
            made = {key: encoded.vectors[i] for i, key in enumerate(places) if key not in errors}
            self._keep(made)
            known |= made
        rows = np.zeros((len(keys), model.dimension), np.float32)
        for i, key in enumerate(keys):
            if key in known:
                rows[i] = known[key]
        return EncodedImages(rows, {i: errors[key] for i, key in enumerate(keys) if key in errors})

    def _known(self, keys: Sequence[bytes], model: ModelRef) -> dict[bytes, Floats]:
        return {
            key: np.frombuffer(value, dtype="<f4").astype(np.float32)
            for key, value in self._cache.get(keys).items()
            if len(value) == 4 * model.dimension
        }

    def _keep(self, vectors: dict[bytes, Floats]) -> None:
        self._cache.put(
            {
                key: vector.astype("<f4").tobytes()
                for key, vector in vectors.items()
                if np.isfinite(vector).all()
            }
        )


def _digest(text: str) -> bytes:
    return content_hash(speakable(text).encode())


def _key(model: ModelRef, kind: str, content: bytes) -> bytes:
    named = (_RECIPE, kind, model.name, model.revision, str(model.dimension))
    digest = sha256()
    for part in (*(name.encode() for name in named), content):
        digest.update(len(part).to_bytes(4) + part)
    return digest.digest()
