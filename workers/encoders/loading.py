"""Models by name, loaded once: safetensors only, no code from a model's folder."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diptych.encoding import Encoder
from diptych.errors import EncodingError
from diptych.reranking import Reranker
from diptych.workers.encoders.descriptions import ModelDescription, Pooling, describe
from diptych.workers.encoders.sources import DEMO, ModelSource, find_model

if TYPE_CHECKING:
    from diptych.workers.encoders.device import Device
    from diptych.workers.encoders.pictures import PictureModel
    from diptych.workers.encoders.texts import TextModel

#: Stands for "no limit" in tokenizers that know none.
_ANY_LENGTH = 100_000
_FALLBACK_TOKENS = 512
#: Of a query with a document: a product's words are short, and time grows with the length.
_CROSS_TOKENS = 256


def load_encoder(
    *,
    text_model: str = DEMO,
    image_model: str = DEMO,
    device: str = "auto",
    dtype: str = "auto",
) -> Encoder:
    """An encoder of the two models, loaded and run once; torch is imported here.

    Args:
        text_model: `demo`, a folder, a hub name or NAME@REVISION; a sentence encoder of the BERT
            family, or a dual encoder, whose text side is used.
        image_model: the same; a dual encoder (CLIP, Chinese-CLIP, SigLIP, VisionTextDualEncoder).
        device: auto, cpu, cuda or cuda:N.
        dtype: auto (float32 on a processor, float16 on a GPU), float32, float16 or bfloat16.

    Raises:
        EncodingError: a model is missing, unsupported or damaged, or torch is not installed.
        SettingsError: the device or the precision is not there.
    """
    try:
        on = _device(device, dtype)
        from diptych.workers.encoders.local import LocalEncoder
    except ImportError as err:
        raise EncodingError(
            f"Models cannot be loaded here ({err}): install diptych[worker], or name a running "
            f"encoder with --encoder-url."
        ) from err
    image = _load(find_model(image_model), on)
    text = image if text_model == image_model else _load(find_model(text_model), on)
    return LocalEncoder(
        text.source, text.texts(), text.description, image.source, image.texts(), image.pictures()
    )


def load_reranker(model: str, *, device: str = "auto", dtype: str = "auto") -> Reranker:
    """A cross-encoder, loaded and run once; torch is imported here.

    Args:
        model: a folder, a hub name or NAME@REVISION; a sequence classification model with one
            output, as sentence-transformers' cross-encoders and the BGE rerankers are.
        device: auto, cpu, cuda or cuda:N.
        dtype: as for `load_encoder`.

    Raises:
        EncodingError: the model is missing, unsupported or damaged, or torch is not installed.
        SettingsError: the device or the precision is not there.
    """
    try:
        on = _device(device, dtype)
        from transformers import AutoModelForSequenceClassification

        from diptych.workers.encoders.cross import CrossEncoder
    except ImportError as err:
        raise EncodingError(
            f"A cross-encoder cannot be loaded here ({err}): install diptych[worker], or name a "
            "running `diptych encoder --rerank-model` with --encoder-url."
        ) from err
    source = find_model(model)
    loaded, info = _weights(AutoModelForSequenceClassification, source, on)
    if info["missing_keys"]:
        raise EncodingError(
            f"The weights of the model {model!r} lack {len(info['missing_keys'])} of its "
            f"parameters (the first is {min(info['missing_keys'])}): it is no cross-encoder; name "
            "a model for reranking."
        )
    tokenizer = _tokenizer(source)
    limit = _max_tokens(_CROSS_TOKENS, tokenizer, loaded.config)
    return CrossEncoder(loaded.to(on.name).eval(), tokenizer, max_tokens=limit, device=on)


@dataclass(slots=True)
class _Loaded:
    """One model in memory, with its text and picture sides built on first use."""

    source: ModelSource
    description: ModelDescription
    model: Any
    device: "Device"
    _texts: "TextModel | None" = None

    def texts(self) -> "TextModel":
        from diptych.workers.encoders.texts import TextModel

        if self._texts is None:
            tokenizer = _tokenizer(self.source)
            limit = _max_tokens(self.description.max_tokens, tokenizer, self.model.config)
            self._texts = TextModel(
                self.model, tokenizer, self.description, max_tokens=limit, device=self.device
            )
        return self._texts

    def pictures(self) -> "PictureModel":
        from diptych.workers.encoders.pictures import PictureModel, checked_input

        name = self.source.name
        if not self.description.is_dual:
            raise EncodingError(
                f"The model {name!r} encodes no pictures: name a CLIP, Chinese-CLIP, SigLIP or "
                f"VisionTextDualEncoder model as the image model."
            )
        return PictureModel(
            self.model,
            checked_input(name, _image_processor(self.source).to_dict()),
            device=self.device,
            threads=len(os.sched_getaffinity(0)),
        )


def _load(source: ModelSource, device: "Device") -> _Loaded:
    import torch
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    description = describe(source.name, source.folder)
    model, info = _weights(AutoModel, source, device)
    _check_complete(source, description, info["missing_keys"])
    model = model.to(device.name, memory_format=torch.channels_last).eval()
    return _Loaded(source, description, model, device)


def _device(name: str, dtype: str) -> "Device":
    """The device; torch is imported here."""
    # Read when torch is first imported. Its threads wait for each other by spinning unless told
    # otherwise, and beside a node and a broker on the same cores that takes ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from diptych.workers.encoders.device import Device

    return Device(name, dtype=dtype)


def _weights(kind: Any, source: ModelSource, device: "Device") -> Any:
    """The model, and what transformers tells of its loading; safetensors alone are read."""
    return _from_folder(
        kind, source, dtype=device.dtype, use_safetensors=True, output_loading_info=True
    )


def _tokenizer(source: ModelSource) -> Any:
    from transformers import AutoTokenizer

    return _from_folder(AutoTokenizer, source)


def _image_processor(source: ModelSource) -> Any:
    from transformers import AutoImageProcessor

    return _from_folder(AutoImageProcessor, source)


def _from_folder(kind: Any, source: ModelSource, **options: Any) -> Any:
    try:
        return kind.from_pretrained(
            source.folder, local_files_only=True, trust_remote_code=False, **options
        )
    except (OSError, ValueError, RuntimeError, LookupError, ImportError, TypeError) as err:
        reason = (str(err).strip().splitlines() or [type(err).__name__])[0].rstrip(".:")
        raise EncodingError(
            f"The model {source.name!r} cannot be loaded by {kind.__name__} from "
            f"{source.folder} ({reason}): copy the model anew, or name another one."
        ) from err
    except Exception as err:
        if type(err).__name__ != "SafetensorError":
            raise
        raise EncodingError(
            f"The weights of the model {source.name!r} in {source.folder} are damaged ({err}): "
            f"copy the model anew."
        ) from err


def _check_complete(source: ModelSource, description: ModelDescription, missing: set[str]) -> None:
    """Refuse weights that transformers would fill up with random numbers."""
    spare = set() if description.pooling is Pooling.POOLER else {"pooler."}
    lost = sorted(key for key in missing if not any(key.startswith(part) for part in spare))
    if lost:
        raise EncodingError(
            f"The weights of the model {source.name!r} lack {len(lost)} of its parameters (the "
            f"first is {lost[0]}): copy the model anew, or name another one."
        )


def _max_tokens(described: int | None, tokenizer: Any, config: Any) -> int:
    """The smallest of what is said of the model, its tokenizer and its positions allow."""
    text = getattr(config, "text_config", config)
    positions = getattr(text, "max_position_embeddings", None) or _ANY_LENGTH
    if getattr(text, "model_type", "") in {"roberta", "xlm-roberta", "camembert", "mpnet"}:
        positions -= 2  # their positions start behind the padding token's
    limit = min(described or _ANY_LENGTH, tokenizer.model_max_length, positions)
    return int(limit) if limit < _ANY_LENGTH else _FALLBACK_TOKENS
