"""Vectors without what all of their kind have in common: an option of the contract.

Vectors of words and vectors of pictures fill two narrow cones apart from each other (the modality
gap: Liang et al., Mind the Gap, 2022), and where a cone lies says nothing about any one product.
A centred vector is unit(v - m), m the mean of its kind. What shoppers type is a kind of its own:
names, where products have descriptions. ARCHITECTURE.md says what each choice is worth.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from hashlib import blake2b

from diptych.encoding import EncodedImages, Encoder, PictureMemory, Role, WrappedEncoder
from diptych.vectors import Floats, from_base64, unit_rows


@dataclass(frozen=True, slots=True)
class Centres:
    """The mean vector of each kind, float32 in base64 as the mapping keeps it.

    `texts` and `words` are what products say in the sentence model's space and in the picture
    model's, `query_texts` and `query_words` what shoppers type there; `pictures` are those of both.
    """

    texts: str
    words: str
    pictures: str
    query_texts: str
    query_words: str

    @property
    def digest(self) -> str:
        """Equal for equal means; 16 hexadecimal digits."""
        return _digest(self)

    def __str__(self) -> str:
        """As a sentence names them."""
        return f"mean vectors {self.digest}"


def centred_encoder(encoder: Encoder, centres: Centres | None, *, side: Role) -> Encoder:
    """The encoder with centred vectors; the encoder itself where there are no means.

    Args:
        side: who says the words of `encode_words`.
    """
    if centres is None:
        return encoder
    if isinstance(encoder, PictureMemory):
        return _CentredMemory(encoder, encoder, centres, side)
    return _CentredEncoder(encoder, centres, side)


class _CentredEncoder(WrappedEncoder):
    """An `Encoder` whose rows are centred; a row of zeros stays one."""

    def __init__(self, encoder: Encoder, centres: Centres, side: Role) -> None:
        super().__init__(encoder)
        self._texts = {Role.DOCUMENT: centres.texts, Role.QUERY: centres.query_texts}
        self._words = centres.words if side is Role.DOCUMENT else centres.query_words
        self._pictures = centres.pictures

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_model.dimension) float32: texts in the sentence model's space."""
        return _centred(self._encoder.encode_texts(texts, role=role), self._texts[role])

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_model.dimension) float32: texts in the picture model's space."""
        return _centred(self._encoder.encode_words(texts), self._words)

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Pictures in the picture model's space, errors by their place."""
        encoded = self._encoder.encode_images(images)
        return EncodedImages(_centred(encoded.vectors, self._pictures), encoded.errors)


class _CentredMemory(_CentredEncoder):
    """One over an encoder that knows the pictures that it has seen."""

    def __init__(
        self, encoder: Encoder, memory: PictureMemory, centres: Centres, side: Role
    ) -> None:
        super().__init__(encoder, centres, side)
        self._memory = memory

    def recall_picture(self, content: bytes) -> Floats | None:
        """(image_model.dimension,) float32 of the picture with this `content_hash`, if known."""
        found = self._memory.recall_picture(content)
        return None if found is None else _centred(found[None, :], self._pictures)[0]


@lru_cache(maxsize=64)
def _digest(centres: Centres) -> str:
    """Remembered, for every document's hashes have it."""
    return blake2b(" ".join(astuple(centres)).encode(), digest_size=8).hexdigest()


def _centred(rows: Floats, mean: str) -> Floats:
    says_something = rows.any(axis=1, keepdims=True)
    centred: Floats = unit_rows(rows - from_base64(mean)) * says_something
    return centred
