"""Cross-encoders of real architecture: scores, limits, time, and the service before them."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import uvicorn
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

import diptych.workers.encoders
from diptych.errors import EncodingError, UnavailableError
from diptych.plugin.encoder_service import encoder_app
from diptych.plugin.serve.listening import listening
from diptych.remote_reranker import RemoteReranker
from diptych.reranking import Reranker
from diptych.testing import FakeEncoder
from diptych.workers.encoders.loading import load_reranker

DEMO_FOLDER = Path(diptych.workers.encoders.__file__).parent / "demo_model"
DOCUMENTS = ["red dress", "a long blue coat of wool", "", "红色连衣裙", "mug " * 300] * 5


def make_model(folder: Path, *, n_outputs: int) -> Path:
    """A small BERT with a classification head, initialised at random, as save_pretrained writes."""
    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(DEMO_FOLDER)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    config.num_labels = n_outputs
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder."""
    return make_model(tmp_path_factory.mktemp("models") / "cross", n_outputs=1)


@pytest.fixture(scope="module")
def local(folder: Path) -> Reranker:
    """The cross-encoder in this process."""
    return load_reranker(str(folder), device="cpu")


@pytest.fixture(scope="module")
def remote(local: Reranker) -> Iterator[Reranker]:
    """The same behind `diptych encoder`."""
    with listening("127.0.0.1", 0) as listener:
        listener.listen()
        app = encoder_app(FakeEncoder(), local)
        server = uvicorn.Server(uvicorn.Config(app, ws="none", log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield RemoteReranker(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        thread.join()


def test_scores_are_those_of_transformers_alone(local: Reranker, folder: Path) -> None:
    """Each pair by itself through the plain model gives the same as batches of like lengths."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = BertForSequenceClassification.from_pretrained(folder)
    model.train(False)
    expected = []
    for document in DOCUMENTS:
        tokens = tokenizer(
            ["red dress"],
            [document.strip()],
            truncation="only_second",
            max_length=tokenizer.model_max_length,
            return_tensors="pt",
        )
        with torch.inference_mode():
            expected.append(model(**tokens).logits[0, 0].item())

    found = local.scores("red dress", DOCUMENTS)

    assert np.float32 == found.dtype
    assert pytest.approx(expected, abs=1e-5) == found.tolist()


def test_service_gives_the_same(local: Reranker, remote: Reranker) -> None:
    """In the documents' order, whatever order the service answers in."""
    expected = local.scores("red dress", DOCUMENTS)

    assert (
        pytest.approx(expected.tolist(), abs=1e-6) == remote.scores("red dress", DOCUMENTS).tolist()
    )


def test_no_documents_have_no_scores(local: Reranker, remote: Reranker) -> None:
    """Nothing to read is no error."""
    assert (0,) == local.scores("red dress", []).shape == remote.scores("red dress", []).shape


def test_time_that_is_over_ends_the_reading(local: Reranker) -> None:
    """Between two batches; the sentence says how far it came."""
    with pytest.raises(UnavailableError, match=r"read \d+ of 2500 documents in 1e-06 s"):
        local.scores("red dress", DOCUMENTS * 100, timeout_s=1e-6)


def test_model_with_several_outputs_is_refused(tmp_path: Path) -> None:
    """A classifier of three classes ranks nothing."""
    model = make_model(tmp_path / "classes", n_outputs=3)

    with pytest.raises(EncodingError, match="gives 3 numbers for a pair"):
        load_reranker(str(model), device="cpu")


def test_model_without_a_head_is_refused(tmp_path: Path) -> None:
    """transformers would fill it up with random numbers."""
    from transformers import BertModel

    folder = make_model(tmp_path / "plain", n_outputs=1)
    shutil.rmtree(folder)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=100, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(DEMO_FOLDER).save_pretrained(folder)

    with pytest.raises(EncodingError, match="it is no cross-encoder"):
        load_reranker(str(folder), device="cpu")


def test_service_without_a_cross_encoder_says_so() -> None:
    """A fixed sentence, not a 404."""
    from fastapi.testclient import TestClient

    client = TestClient(encoder_app(FakeEncoder()))
    answer = client.post("/v1/rerank", json={"query": "a", "documents": ["b"]})

    assert 400 == answer.status_code
    assert "--rerank-model" in answer.json()["error"]["message"]
