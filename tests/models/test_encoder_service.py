"""The encoder over HTTP: OpenAI's form, limits, and what its client makes of trouble."""

import base64
from typing import Any

import numpy as np
import orjson
import pytest
import urllib3
from pytest_httpserver import HTTPServer

from diptych.encoding import Role
from diptych.errors import BusyError, EncodingError, SettingsError, UnavailableError
from diptych.images import MAX_IMAGE_BYTES
from diptych.remote_encoder import RemoteEncoder
from diptych.testing import FakeEncoder
from diptych.vectors import from_base64

MODEL = {"name": "fake-text", "revision": "1", "dimension": 2}
HEALTH = {"status": "ok", "models": {"text": MODEL, "image": {**MODEL, "name": "fake-image"}}}


def _post(url: str, body: Any) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    headers = {"content-type": "application/json"}
    with urllib3.PoolManager(retries=False) as pool:
        response = pool.request("POST", url, body=data, headers=headers)
    return response.status, orjson.loads(response.data)


def test_answer_has_the_form_of_openai(encoder_url: str) -> None:
    """One text, floats: what a client made for OpenAI expects."""
    expected = FakeEncoder().encode_texts(["red dress"], role=Role.QUERY)[0]

    status, answer = _post(f"{encoder_url}/v1/embeddings", {"input": "red dress"})

    assert 200 == status
    assert ("list", "fake-text") == (answer["object"], answer["model"])
    assert ("embedding", 0) == (answer["data"][0]["object"], answer["data"][0]["index"])
    np.testing.assert_allclose(expected, answer["data"][0]["embedding"], rtol=1e-6)


def test_words_in_the_pictures_space_are_base64_if_asked(encoder_url: str) -> None:
    """The two extension fields, and OpenAI's `encoding_format`."""
    expected = FakeEncoder().encode_words(["red", "blue"])
    body = {"input": ["red", "blue"], "space": "image", "encoding_format": "base64"}

    _, answer = _post(f"{encoder_url}/v1/embeddings", body)

    rows = [from_base64(item["embedding"]) for item in answer["data"]]
    np.testing.assert_array_equal(expected, np.stack(rows))


def test_bad_picture_is_an_error_in_the_list(encoder_url: str) -> None:
    """The others have their vectors; text that is not base64 is as bad as a bad file."""
    files = [base64.b64encode(b"picture of a dress").decode(), "!", ""]

    status, answer = _post(f"{encoder_url}/v1/images/embeddings", {"input": files})

    assert 200 == status
    assert 16 == len(answer["data"][0]["embedding"])
    assert [None, None] == [item["embedding"] for item in answer["data"][1:]]
    assert all("not a picture" in item["error"] for item in answer["data"][1:])


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"{", 400, "cannot be read"),
        ({"input": 5}, 400, "at input"),
        ({"input": "x", "encoding_format": "hex"}, 400, "at encoding_format"),
        ({"input": "x", "model": "gpt"}, 400, "'gpt' is not loaded here"),
        ({"input": ["x"] * 2049}, 400, "2049 texts, and 2048 are allowed"),
        (b"x" * (64 * 1024 * 1024 + 1), 413, "in parts"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(
    encoder_url: str, body: Any, status: int, sentence: str
) -> None:
    """In the form of OpenAI's errors."""
    answered, answer = _post(f"{encoder_url}/v1/embeddings", body)

    assert status == answered
    assert sentence in answer["error"]["message"]


def test_long_lists_and_long_files_go_in_parts(encoder_url: str) -> None:
    """The client cuts its requests, and refuses a file that no encoder takes by itself."""
    texts = [f"product {i}" for i in range(1100)]
    expected = FakeEncoder().encode_texts(texts, role=Role.DOCUMENT)
    files = [*(b"picture %d" % i for i in range(40)), bytes(MAX_IMAGE_BYTES + 1)]
    remote = RemoteEncoder(encoder_url)

    vectors = remote.encode_texts(texts, role=Role.DOCUMENT)
    encoded = remote.encode_images(files)

    np.testing.assert_array_equal(expected, vectors)
    assert [40] == list(encoded.errors)
    assert "15,728,641 bytes" in str(encoded.errors[40])


def test_nobody_at_the_address_may_be_there_later() -> None:
    """A refused connection is a matter of time."""
    with pytest.raises(UnavailableError, match="does not answer"):
        _ = RemoteEncoder("http://127.0.0.1:9").text_model


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://host", "http://", "http://[", "host:8090"])
def test_address_that_is_none_is_named(url: str) -> None:
    """With the option to correct."""
    with pytest.raises(SettingsError, match="--encoder-url"):
        RemoteEncoder(url)


@pytest.mark.parametrize(
    ("status", "body", "error", "sentence"),
    [
        (503, "Service Unavailable", BusyError, "too much to do"),
        (429, "{}", BusyError, "too much to do"),
        (502, "<html>", UnavailableError, "502"),
        (200, "<html>", EncodingError, "is no encoder"),
        (200, "{}", EncodingError, "is no encoder"),
        (404, "{}", EncodingError, "refuses"),
        (400, '{"error": {"message": "because"}}', EncodingError, "because"),
    ],
)
def test_other_answers_become_errors_of_ours(
    httpserver: HTTPServer, status: int, body: str, error: type[Exception], sentence: str
) -> None:
    """Busy and down can be retried, a refusal cannot."""
    httpserver.expect_request("/health").respond_with_data(body, status)

    with pytest.raises(error, match=sentence):
        _ = RemoteEncoder(httpserver.url_for("/")).text_model


def test_encoder_that_changed_its_model_is_noticed(httpserver: HTTPServer) -> None:
    """Vectors of two models must never meet in one index."""
    httpserver.expect_request("/health").respond_with_json(HEALTH)
    httpserver.expect_request("/v1/embeddings").respond_with_json(
        {"data": [{"embedding": "AAAAAAAAAAA="}], "model": "fake-text", "revision": "2"}
    )

    with pytest.raises(EncodingError, match=r"changed its model from fake-text \(1\)"):
        RemoteEncoder(httpserver.url_for("/")).encode_texts(["x"], role=Role.QUERY)
