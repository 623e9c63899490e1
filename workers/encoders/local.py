"""The encoder that has its models in this process."""

from collections.abc import Sequence

from diptych.encoding import EncodedImages, ModelRef, Role
from diptych.vectors import Floats
from diptych.workers.encoders.descriptions import ModelDescription
from diptych.workers.encoders.pictures import PictureModel
from diptych.workers.encoders.sources import ModelSource
from diptych.workers.encoders.texts import TextModel


class LocalEncoder:
    """A `diptych.encoding.Encoder` over models in memory; made by `load_encoder`."""

    def __init__(
        self,
        text_source: ModelSource,
        texts: TextModel,
        description: ModelDescription,
        image_source: ModelSource,
        words: TextModel,
        pictures: PictureModel,
    ) -> None:
        """The parts of two loaded models, which may be one."""
        self._texts = texts
        self._description = description
        self._words = words
        self._pictures = pictures
        self._text_ref = ModelRef(text_source.name, text_source.revision, texts.dimension)
        self._image_ref = ModelRef(image_source.name, image_source.revision, pictures.dimension)

    @property
    def text_model(self) -> ModelRef:
        """The sentence model behind `encode_texts`."""
        return self._text_ref

    @property
    def image_model(self) -> ModelRef:
        """The picture model behind `encode_images` and `encode_words`."""
        return self._image_ref

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_model.dimension) float32: texts in the sentence model's space."""
        return self._texts.encode(texts, prefix=self._description.prefix(role))

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_model.dimension) float32: texts in the picture model's space."""
        return self._words.encode(texts)

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Pictures in the picture model's space, errors by their place."""
        return self._pictures.encode(images)
