"""An encoder in another process: `diptych encoder`, spoken to over HTTP."""

import base64
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from diptych.encoding import EncodedImages, ModelRef, Role, speakable
from diptych.errors import EncodingError, ImageError
from diptych.images import check_length
from diptych.remote_service import RemoteService
from diptych.vectors import Floats, from_base64

#: What one request carries at most, well below what the service accepts.
_TEXTS = 512
_PICTURES = 32
_REQUEST_BYTES = 24 * 1024 * 1024
#: More than any model reads.
_CHARACTERS = 1_000_000


class RemoteEncoder:
    """A `diptych.encoding.Encoder` over the service at `url`; safe in several threads.

    Every call can raise UnavailableError (nobody answers in time; the same call may work later),
    BusyError (429 or 503), or EncodingError (the service refuses, or has changed its models).
    """

    def __init__(self, url: str, *, timeout_s: float = 10.0) -> None:
        """Opens nothing; the models are asked for on first use.

        Raises:
            SettingsError: `url` is not an http or https address.
        """
        self._service = RemoteService(url, timeout_s=timeout_s)
        self._models: tuple[ModelRef, ModelRef] | None = None
        self._lock = threading.Lock()

    @property
    def text_model(self) -> ModelRef:
        """The sentence model behind `encode_texts`."""
        return self._known_models()[0]

    @property
    def image_model(self) -> ModelRef:
        """The picture model behind `encode_images` and `encode_words`."""
        return self._known_models()[1]

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_model.dimension) float32: texts in the sentence model's space."""
        return self._texts(self.text_model, texts, {"space": "text", "role": role})

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_model.dimension) float32: texts in the picture model's space."""
        return self._texts(self.image_model, texts, {"space": "image"})

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Pictures in the picture model's space, errors by their place."""
        model = self.image_model
        vectors = np.zeros((len(images), model.dimension), np.float32)
        errors = _too_long(images)
        sent = [i for i in range(len(images)) if i not in errors]
        for part in _parts(sent, lambda i: len(images[i]), most=_PICTURES):
            files = [base64.b64encode(images[i]).decode("ascii") for i in part]
            items = self._embeddings("/v1/images/embeddings", model, files, {})
            for i, item in zip(part, items, strict=True):
                if item["embedding"] is None:
                    errors[i] = ImageError(str(item["error"]))
                else:
                    vectors[i] = self._vector(item, model)
        return EncodedImages(vectors, errors)

    def _texts(self, model: ModelRef, texts: Sequence[str], fields: Mapping[str, str]) -> Floats:
        vectors = np.zeros((len(texts), model.dimension), np.float32)
        cleaned = [speakable(text[:_CHARACTERS]) for text in texts]
        for part in _parts(range(len(texts)), lambda i: 4 * len(cleaned[i]), most=_TEXTS):
            said = [cleaned[i] for i in part]
            for i, item in zip(
                part, self._embeddings("/v1/embeddings", model, said, fields), strict=True
            ):
                vectors[i] = self._vector(item, model)
        return vectors

    def _known_models(self) -> tuple[ModelRef, ModelRef]:
        with self._lock:
            if self._models is None:
                self._models = self._models_in(self._service.ask("GET", "/health"))
            return self._models

    def _models_in(self, health: Any) -> tuple[ModelRef, ModelRef]:
        try:
            models = health["models"]
            return ModelRef(**models["text"]), ModelRef(**models["image"])
        except (TypeError, KeyError) as err:
            raise self._service.no_encoder(200) from err

    def _embeddings(
        self, path: str, model: ModelRef, inputs: list[str], fields: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        answer = self._service.ask(
            "POST", path, {"input": inputs, "encoding_format": "base64", **fields}
        )
        if (model.name, model.revision) != (answer["model"], answer["revision"]):
            raise EncodingError(
                f"The encoder at {self._service.url} has changed its model from {model.name} "
                f"({model.revision}) to {answer['model']} ({answer['revision']}): start this "
                f"process again."
            )
        items: list[dict[str, Any]] = answer["data"]
        if len(items) != len(inputs):
            raise EncodingError(
                f"The encoder at {self._service.url} answered with {len(items)} vectors to "
                f"{len(inputs)} inputs: start a `diptych encoder` of this version."
            )
        return items

    def _vector(self, item: dict[str, Any], model: ModelRef) -> Floats:
        vector = from_base64(item["embedding"])
        if len(vector) != model.dimension:
            raise EncodingError(
                f"The encoder at {self._service.url} answered with {len(vector)} dimensions in place of "
                f"{model.dimension}: start a `diptych encoder` of this version."
            )
        return vector


def _too_long(images: Sequence[bytes]) -> dict[int, ImageError]:
    errors = {}
    for i, data in enumerate(images):
        try:
            check_length(data)
        except ImageError as err:
            errors[i] = err
    return errors


def _parts(
    indices: Sequence[int], size_of: Callable[[int], int], *, most: int
) -> Iterator[list[int]]:
    """The indices in runs of at most `most`, and of `_REQUEST_BYTES` unless one alone is more."""
    part: list[int] = []
    length = 0
    for i in indices:
        if part and (len(part) == most or length + size_of(i) > _REQUEST_BYTES):
            yield part
            part, length = [], 0
        part.append(i)
        length += size_of(i)
    if part:
        yield part
