"""An encoder without models, for the tests of everything that takes an `Encoder`."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from diptych.encoding import EncodedImages, ModelRef, Role
from diptych.errors import ImageError
from diptych.vectors import Floats, unit_rows

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
        return _hashed([_spoken(text) for text in texts], b"text", self._text_ref.dimension)

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_dim) float32, in the space of the pictures."""
        return _hashed([_spoken(text) for text in texts], b"words", self._image_ref.dimension)

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


def _spoken(text: str) -> bytes:
    return text.strip().encode("utf-8", "replace")


def _hashed(inputs: Sequence[bytes], space: bytes, dimension: int) -> Floats:
    """One unit row per input, seeded by its hash; zeros for an empty one."""
    rows = np.zeros((len(inputs), dimension), np.float32)
    for i, data in enumerate(inputs):
        if data:
            seed = hashlib.blake2b(data, digest_size=8, person=space).digest()
            rows[i] = np.random.default_rng(int.from_bytes(seed)).standard_normal(dimension)
    return unit_rows(rows)
