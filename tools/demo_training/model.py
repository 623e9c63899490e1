"""A model in training: its two sides, the heads beside it, and how it is saved."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn
from torch.nn import functional
from transformers import (
    CLIPImageProcessor,
    CLIPProcessor,
    PreTrainedTokenizerBase,
    VisionTextDualEncoderProcessor,
)

from demo_training.facts import Axis
from demo_training.losses import Heads
from demo_training.towers import CLIP, build_model

#: Captions are cut to this; few are as long.
_CAPTION_TOKENS: Final = 24
_BICUBIC: Final = 3
_HIGHEST_SCALE: Final = 60.0
_NORM_MOMENTUM: Final = 0.05


class Model(nn.Module):
    """A dual encoder with heads for the axes.

    Attributes:
        encoder: the part that is kept; transformers' classes type none of their parts.
        heads: the part that only training has.
    """

    def __init__(
        self,
        tower: str,
        tokenizer: PreTrainedTokenizerBase,
        axes: Sequence[Axis],
        *,
        side_px: int,
    ) -> None:
        """A new model for this tokenizer and pictures of `side_px`."""
        super().__init__()
        self._tower = tower
        self._tokenizer = tokenizer
        self._side_px = side_px
        self.encoder: Any = build_model(tower, vocabulary_size=len(tokenizer), side_px=side_px)
        self.heads = Heads(self.encoder.config.vision_config.hidden_size, axes)
        _steady_norms(self.encoder)
        if tower != CLIP:
            self.encoder.vision_model.to(memory_format=torch.channels_last)

    @property
    def scale(self) -> torch.Tensor:
        """What cosines of words with pictures are multiplied by."""
        scale: torch.Tensor = self.encoder.logit_scale.exp()
        return scale.clamp(max=_HIGHEST_SCALE)

    @property
    def fixed_px(self) -> int | None:
        """The one side that its pictures can have; None where any will do."""
        return self._side_px if self._tower in {CLIP, "levit"} else None

    def see(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, width) features and (n, d) float32 unit rows of pictures."""
        layout = torch.contiguous_format if self._tower == CLIP else torch.channels_last
        pixels = pixels.contiguous(memory_format=layout)
        features = self.encoder.vision_model(pixel_values=pixels).pooler_output
        return features, functional.normalize(
            self.encoder.visual_projection(features).float(), dim=-1
        )

    def read(self, texts: Sequence[str]) -> torch.Tensor:
        """(n, d) float32 unit rows of texts."""
        tokens = self._tokenizer(
            list(texts),
            padding=True,
            max_length=_CAPTION_TOKENS,
            truncation=True,
            return_tensors="pt",
        ).to(self.encoder.device)
        pooled = self.encoder.text_model(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).pooler_output
        return functional.normalize(self.encoder.text_projection(pooled).float(), dim=-1)

    def parameter_groups(self, decay: float) -> Iterator[dict[str, object]]:
        """Matrices with weight decay, biases and norms without."""
        parameters = list(self.parameters())
        yield {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay}
        yield {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}

    def save(self, folder: Path) -> None:
        """The encoder as float16 safetensors, the tokenizer and the processor."""
        saved = build_model(
            self._tower, vocabulary_size=len(self._tokenizer), side_px=self._side_px
        )
        saved.load_state_dict(self.encoder.state_dict())
        saved.half().save_pretrained(folder)  # type: ignore[no-untyped-call]
        images = CLIPImageProcessor(
            size={"height": self._side_px, "width": self._side_px},
            do_center_crop=False,
            resample=_BICUBIC,
            image_mean=[0.5] * 3,
            image_std=[0.5] * 3,
        )
        kind = CLIPProcessor if self._tower == CLIP else VisionTextDualEncoderProcessor
        kind(images, self._tokenizer).save_pretrained(folder)


def _steady_norms(model: nn.Module) -> None:
    """Statistics of many batches: transformers' MobileNet would keep those of the last alone."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = _NORM_MOMENTUM
