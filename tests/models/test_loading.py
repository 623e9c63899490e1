"""Models are found by name, folder and revision, and refused with a sentence."""

import json
import shutil
from pathlib import Path

import pytest

import diptych.workers.encoders
from diptych.encoding import Encoder, Role
from diptych.errors import EncodingError, SettingsError
from diptych.plugin.model_refs import find_model_refs
from diptych.settings import load_settings
from diptych.workers.encoders.descriptions import ModelDescription, Pooling, describe
from diptych.workers.encoders.loading import load_encoder
from diptych.workers.encoders.sources import find_model

DEMO_FOLDER = Path(diptych.workers.encoders.__file__).parent / "demo_model"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with the bundled model's files, to be damaged."""
    return shutil.copytree(DEMO_FOLDER, tmp_path / "model")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub cache without network, in which acme/shop is the bundled model at `COMMIT`."""
    repository = tmp_path / "models--acme--shop"
    shutil.copytree(DEMO_FOLDER, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return tmp_path


def test_folder_has_a_revision_that_changes_with_its_weights(copy: Path) -> None:
    """Two folders with equal weights are one model; other weights are another."""
    before = find_model(str(copy)).revision
    bundled = find_model("demo").revision
    with (copy / "model.safetensors").open("ab") as file:
        file.write(b"\0")
    after = find_model(str(copy)).revision

    assert bundled == before
    assert before != after


def test_revision_of_a_folder_is_checked(copy: Path) -> None:
    """The model that an index was built with is asked for by name and revision."""
    revision = find_model("demo").revision

    assert revision == find_model(f"demo@{revision}").revision
    with pytest.raises(EncodingError, match=rf"has the revision {revision}, and 123 is wanted"):
        find_model(f"{copy}@123")


@pytest.mark.parametrize("spec", ["acme/shop", f"acme/shop@{COMMIT}", "acme/shop@main"])
def test_hub_model_is_named_by_the_commit_that_was_loaded(hub: Path, spec: str) -> None:
    """A branch moves, so the revision is always the commit."""
    source = find_model(spec)

    assert ("acme/shop", COMMIT) == (source.name, source.revision)


def test_hub_without_network_is_a_sentence_with_a_remedy(hub: Path) -> None:
    """Not a traceback of HTTP libraries."""
    with pytest.raises(EncodingError, match=r"'acme/other' cannot be fetched .* name a folder"):
        find_model("acme/other")


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "a/b/c"])
def test_missing_folder_is_not_asked_for_at_the_hub(name: str) -> None:
    """What looks like a path is one."""
    with pytest.raises(EncodingError, match=r"folder .* does not exist"):
        find_model(name)


def test_pickle_is_refused(copy: Path) -> None:
    """A model without safetensors is not loaded, because pickles can run code."""
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")

    with pytest.raises(EncodingError, match=r"no safetensors file.*no pickles"):
        find_model(str(copy))


def test_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """Any other folder is named as such."""
    with pytest.raises(EncodingError, match=r"has no config\.json"):
        find_model(str(tmp_path))


def test_damaged_weights_are_a_sentence(copy: Path) -> None:
    """Half a file of weights."""
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])

    with pytest.raises(EncodingError, match="copy the model anew"):
        load_encoder(image_model=str(copy), device="cpu")


def test_weights_that_lack_parameters_are_refused(copy: Path) -> None:
    """Else they would be random numbers, and other ones in every process."""
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    del weights["text_projection.weight"]
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})

    with pytest.raises(EncodingError, match=r"lack 1 of its parameters.*text_projection\.weight"):
        load_encoder(image_model=str(copy), device="cpu")


def test_missing_tokenizer_is_a_sentence(copy: Path) -> None:
    """A folder that was copied in part."""
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (copy / name).unlink()

    with pytest.raises(EncodingError, match="copy the model anew, or name another one"):
        load_encoder(image_model=str(copy), device="cpu")


@pytest.mark.parametrize("device", ["cuda:99", "tpu", "mps", "nonsense:1"])
def test_device_that_is_not_there_is_named(device: str) -> None:
    """With what to use in its place."""
    with pytest.raises(SettingsError, match=rf"'{device}'.*auto"):
        load_encoder(device=device)


def test_precision_that_is_not_there_is_named() -> None:
    """With the ones that are."""
    with pytest.raises(SettingsError, match=r"'int3'.*bfloat16"):
        load_encoder(dtype="int3")


def test_bundled_model_is_described_as_it_loads(demo_encoder: Encoder) -> None:
    """The contract must name exactly what a worker will have loaded."""
    refs = find_model_refs(load_settings(), text_model=None, image_model=None)

    assert (demo_encoder.text_model, demo_encoder.image_model) == refs


def test_one_model_for_both_sides_is_loaded_once(demo_encoder: Encoder) -> None:
    """Its text tower is then the sentence model too."""
    texts = demo_encoder.encode_texts(["red dress"], role=Role.QUERY)

    assert demo_encoder.text_model == demo_encoder.image_model
    assert texts.tolist() == demo_encoder.encode_words(["red dress"]).tolist()


@pytest.mark.parametrize(
    ("name", "query_prefix", "document_prefix", "pooling"),
    [
        ("intfloat/multilingual-e5-base", "query: ", "passage: ", Pooling.MEAN),
        ("sentence-transformers/all-MiniLM-L6-v2", "", "", Pooling.MEAN),
        ("BAAI/bge-m3", "", "", Pooling.CLS),
        ("openai/clip-vit-base-patch32", "", "", Pooling.PROJECTION),
    ],
)
def test_known_models_are_described_by_name(
    tmp_path: Path, name: str, query_prefix: str, document_prefix: str, pooling: Pooling
) -> None:
    """Prefixes and pooling as on the models' own cards."""
    found = describe(name, tmp_path)

    assert pooling is found.pooling
    assert query_prefix == found.prefix(Role.QUERY)
    assert document_prefix == found.prefix(Role.DOCUMENT)


def _model_files(folder: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


def test_unknown_model_is_described_by_its_own_files(tmp_path: Path) -> None:
    """Pooling, prompts and longest text as the library sentence-transformers writes them."""
    folder = _model_files(
        tmp_path,
        {
            "config.json": {"model_type": "bert"},
            "1_Pooling/config.json": {"pooling_mode_cls_token": True},
            "sentence_bert_config.json": {"max_seq_length": 128},
            "config_sentence_transformers.json": {"prompts": {"query": "q: ", "document": "d: "}},
        },
    )

    expected = ModelDescription(Pooling.CLS, "q: ", "d: ", max_tokens=128)
    assert expected == describe("acme/words", folder)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"config.json": {"model_type": "gpt2"}}, "type 'gpt2', which Diptych cannot"),
        (
            {
                "config.json": {"model_type": "bert"},
                "1_Pooling/config.json": {"pooling_mode_lasttoken": True},
            },
            "pools by pooling_mode_lasttoken",
        ),
        (
            {
                "config.json": {"model_type": "bert"},
                "modules.json": [{"type": "sentence_transformers.models.Dense"}],
            },
            "has a Dense module",
        ),
    ],
)
def test_what_cannot_be_run_rightly_is_refused(
    tmp_path: Path, files: dict[str, object], sentence: str
) -> None:
    """A vector that looks right and is not would be worse than an error."""
    with pytest.raises(EncodingError, match=sentence):
        describe("acme/words", _model_files(tmp_path, files))
