"""The models that can be trained: transformers' own classes, about as large as one another.

transformers' ResNet is not among them: it pools to (n, d, 1, 1), which the projection of
`VisionTextDualEncoderModel` does not take, so a ResNet needs timm.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from transformers import (
    BertConfig,
    CLIPConfig,
    CLIPModel,
    ConvNextConfig,
    ConvNextV2Config,
    LevitConfig,
    MobileNetV1Config,
    PreTrainedConfig,
    PreTrainedModel,
    TimmWrapperConfig,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
)

#: Length of the vectors.
DIMENSION: Final = 96
#: Longest text.
MAX_TOKENS: Final = 32
_TEXT_WIDTH: Final = 128
_TEXT_LAYERS: Final = 2
#: transformers' 1e-6 is for long trainings of deep models: here the blocks would hardly begin.
_LAYER_SCALE: Final = 0.1

Build = Callable[[int], PreTrainedConfig]


def build_model(tower: str, *, vocabulary_size: int, side_px: int) -> PreTrainedModel:
    """A new model, ready to be trained.

    Args:
        tower: a key of `TOWERS`, or `clip`.
        side_px: of its pictures.
    """
    if tower == CLIP:
        return CLIPModel(_clip(vocabulary_size, side_px))
    config = VisionTextDualEncoderConfig.from_vision_text_configs(
        TOWERS[tower](side_px), _text(vocabulary_size), projection_dim=DIMENSION
    )
    return VisionTextDualEncoderModel(config)


def _text(vocabulary_size: int) -> BertConfig:
    return BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=_TEXT_WIDTH,
        num_hidden_layers=_TEXT_LAYERS,
        num_attention_heads=4,
        intermediate_size=4 * _TEXT_WIDTH,
        max_position_embeddings=MAX_TOKENS,
    )


def _clip(vocabulary_size: int, side_px: int) -> CLIPConfig:
    """CLIP's text tower pools at the first end-of-text token, here BERT's separator (3)."""
    return CLIPConfig(
        text_config={
            "vocab_size": vocabulary_size,
            "hidden_size": _TEXT_WIDTH,
            "intermediate_size": 4 * _TEXT_WIDTH,
            "num_hidden_layers": 3,
            "num_attention_heads": 4,
            "max_position_embeddings": MAX_TOKENS,
            "bos_token_id": 2,
            "eos_token_id": 3,
            "pad_token_id": 0,
            "projection_dim": DIMENSION,
        },
        vision_config={
            "hidden_size": 192,
            "intermediate_size": 768,
            "num_hidden_layers": 6,
            "num_attention_heads": 6,
            "image_size": side_px,
            "patch_size": side_px // 8,
            "projection_dim": DIMENSION,
        },
        projection_dim=DIMENSION,
    )


def _resnet(side_px: int) -> PreTrainedConfig:
    channels = [40, 80, 160, 304]
    arguments = {"channels": channels, "stem_width": 20, "stem_type": "deep"}
    config = TimmWrapperConfig(architecture="resnet18", model_args=arguments, do_pooling=True)
    return _of_width(config, channels[-1])


def _convnext(side_px: int) -> PreTrainedConfig:
    sizes = [40, 80, 160, 320]
    config = ConvNextConfig(
        hidden_sizes=sizes,
        depths=[2, 2, 4, 2],
        drop_path_rate=0.05,
        layer_scale_init_value=_LAYER_SCALE,
    )
    return _of_width(config, sizes[-1])


def _convnext_v2(side_px: int) -> PreTrainedConfig:
    sizes = [40, 80, 160, 320]
    config = ConvNextV2Config(hidden_sizes=sizes, depths=[2, 2, 4, 2], drop_path_rate=0.05)
    return _of_width(config, sizes[-1])


def _levit(side_px: int) -> PreTrainedConfig:
    sizes = [128, 192, 256]
    config = LevitConfig(
        image_size=side_px,
        hidden_sizes=sizes,
        num_attention_heads=[4, 6, 8],
        depths=[2, 3, 3],
        key_dim=[16, 16, 16],
    )
    return _of_width(config, sizes[-1])


def _mobilenet(side_px: int) -> PreTrainedConfig:
    config = MobileNetV1Config(depth_multiplier=0.75, image_size=side_px)
    return _of_width(config, 768)


def _of_width(config: PreTrainedConfig, width: int) -> PreTrainedConfig:
    """With the width of its pooled output under the name by which the projection looks it up."""
    config.update({"hidden_size": width})
    return config


CLIP: Final = "clip"
#: From a tower's name to its picture side; `CLIP` is beside them.
TOWERS: Final[Mapping[str, Build]] = MappingProxyType(
    {
        "convnext": _convnext,
        "convnext-v2": _convnext_v2,
        "levit": _levit,
        "mobilenet": _mobilenet,
        "resnet-timm": _resnet,
    }
)
