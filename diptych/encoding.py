"""What turns words and pictures into vectors, as every other part sees it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from diptych.errors import ImageError
from diptych.vectors import Floats

#: Lone surrogates, which UTF-8 cannot carry, and control characters, which say nothing.
_UNSPEAKABLE = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def speakable(text: str) -> str:
    """The text with a space for each character that no model can read, blanks cut off the ends.

    Every encoder takes its texts through this, so what is blank to one is blank to all.
    """
    return _UNSPEAKABLE.sub(" ", text).strip()


class Role(StrEnum):
    """Which side of a search a text stands on: some models prefix the two differently."""

    QUERY = "query"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """One model as the contract names it: equal refs give equal vectors.

    `name` is a hub name, a folder or `demo`; `revision` a commit hash, or a digest of the
    weights where there is no hub; `dimension` the length of its vectors.
    """

    name: str
    revision: str
    dimension: int


@dataclass(frozen=True, slots=True)
class EncodedImages:
    """(n, d) float32 unit rows, a row of zeros for each picture named in `errors`."""

    vectors: Floats
    errors: Mapping[int, ImageError] = field(default_factory=dict)


class Encoder(Protocol):
    """A sentence model and a picture model; safe to call from several threads.

    Every method returns one row per input, in order, each of unit length; an empty or blank
    text gives a row of zeros, because it says nothing. No input gives an array of shape (0, d).
    Where `text_model` equals `image_model`, a query has the same vector in both spaces.
    """

    @property
    def text_model(self) -> ModelRef:
        """The sentence model behind `encode_texts`."""
        ...

    @property
    def image_model(self) -> ModelRef:
        """The picture model behind `encode_images` and `encode_words`."""
        ...

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_model.dimension) float32: texts in the sentence model's space."""
        ...

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_model.dimension) float32: texts in the picture model's space."""
        ...

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Pictures (the bytes of JPEG, PNG, WebP or GIF files) in the picture model's space.

        A picture that cannot be decoded becomes an entry of `errors` and stops no other.
        """
        ...


@runtime_checkable
class PictureMemory(Protocol):
    """An encoder that knows the vectors of pictures that it has seen."""

    def recall_picture(self, content: bytes) -> Floats | None:
        """(image_model.dimension,) float32 of the picture with this `content_hash`, if known."""
        ...


class WrappedEncoder:
    """What every `Encoder` over another one has: the other, whose models are its own."""

    def __init__(self, encoder: Encoder) -> None:
        """Asks it nothing yet."""
        self._encoder = encoder

    @property
    def text_model(self) -> ModelRef:
        """The sentence model behind `encode_texts`."""
        return self._encoder.text_model

    @property
    def image_model(self) -> ModelRef:
        """The picture model behind `encode_images` and `encode_words`."""
        return self._encoder.image_model
