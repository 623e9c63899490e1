"""Which models an index is made for: name, revision and dimension, where possible without torch."""

from typing import TYPE_CHECKING, Any

import orjson

from diptych.encoding import ModelRef
from diptych.errors import EncodingError, UsageError
from diptych.settings import Settings

if TYPE_CHECKING:
    from diptych.workers.encoders.sources import ModelSource

#: Key of config.json that is the length of a model's vectors, by `model_type`; the architectures
#: that are not listed are loaded to find out.
_LENGTH_KEYS = {
    "bert": "hidden_size",
    "distilbert": "dim",
    "mpnet": "hidden_size",
    "roberta": "hidden_size",
    "xlm-roberta": "hidden_size",
    "clip": "projection_dim",
    "chinese_clip": "projection_dim",
    "vision-text-dual-encoder": "projection_dim",
}


def find_model_refs(
    settings: Settings, *, text_model: str | None, image_model: str | None
) -> tuple[ModelRef, ModelRef]:
    """The sentence model and the picture model, by name; the bundled one unless named.

    Asks the encoder at `encoder_url` where that is set.

    Raises:
        EncodingError: a model is missing or unsupported, or the encoder runs another one.
        UnavailableError: the encoder does not answer.
    """
    if settings.encoder_url is not None:
        return _remote(settings.encoder_url, text_model, image_model)
    text, image = text_model or "demo", image_model or "demo"
    found = _from_files(text, is_image=False), _from_files(image, is_image=True)
    if found[0] is not None and found[1] is not None:
        return found[0], found[1]
    from diptych.workers.encoders.loading import load_encoder

    encoder = load_encoder(text_model=text, image_model=image, device="cpu")
    return encoder.text_model, encoder.image_model


def _remote(url: str, text_model: str | None, image_model: str | None) -> tuple[ModelRef, ModelRef]:
    from diptych.remote_encoder import RemoteEncoder

    encoder = RemoteEncoder(url)
    for flag, wanted, model in (
        ("--text-model", text_model, encoder.text_model),
        ("--image-model", image_model, encoder.image_model),
    ):
        if wanted is not None and wanted.partition("@")[0] != model.name:
            raise UsageError(
                f"The encoder at {url} runs the model {model.name!r}, and {flag} names {wanted!r}: "
                "leave it out, or start an encoder with that model."
            )
    return encoder.text_model, encoder.image_model


def _from_files(spec: str, *, is_image: bool) -> ModelRef | None:
    """The model as its files describe it; None where only loading it can tell."""
    from diptych.workers.encoders.descriptions import describe

    source = _find(spec)
    description = describe(source.name, source.folder)
    if is_image and not description.is_dual:
        raise EncodingError(
            f"The model {source.name!r} encodes no pictures: name a CLIP, Chinese-CLIP, SigLIP "
            "or VisionTextDualEncoder model with --image-model."
        )
    config: dict[str, Any] = orjson.loads((source.folder / "config.json").read_bytes())
    length = config.get(_LENGTH_KEYS.get(str(config.get("model_type")), ""))
    return ModelRef(source.name, source.revision, length) if isinstance(length, int) else None


def _find(spec: str) -> "ModelSource":
    from diptych.workers.encoders.sources import find_model

    try:
        return find_model(spec)
    except ImportError as err:
        raise EncodingError(
            f"The model {spec!r} cannot be looked up here ({err}): install diptych[worker], or "
            "name a running encoder with --encoder-url."
        ) from err
