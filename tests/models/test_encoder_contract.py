"""What every encoder promises: the fake, the bundled model, one behind HTTP, and what wraps them."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from diptych.encoding import Encoder, Role
from diptych.errors import ImageError
from diptych.query.cached_encoder import CachedEncoder
from diptych.query.coalescing import CoalescingEncoder
from diptych.remote_encoder import RemoteEncoder
from diptych.testing import FakeEncoder


@pytest.fixture(params=["fake", "bundled", "remote", "cached", "coalescing", "served"])
def encoder(request: pytest.FixtureRequest) -> Iterator[Encoder]:
    """Each kind of encoder in turn; `served` is what answers behind HTTP."""
    if request.param == "fake":
        yield FakeEncoder()
        return
    if request.param == "remote":
        yield RemoteEncoder(request.getfixturevalue("encoder_url"))
        return
    bundled: Encoder = request.getfixturevalue("demo_encoder")
    with CoalescingEncoder(bundled) as coalescing:
        yield {
            "bundled": bundled,
            "cached": CachedEncoder(bundled),
            "coalescing": coalescing,
            "served": CachedEncoder(coalescing),
        }[request.param]


def _picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return file.getvalue()


def test_texts_become_unit_rows_of_the_named_dimension(encoder: Encoder) -> None:
    """One float32 row of length 1 per text, in order, in the text model's dimension."""
    vectors = encoder.encode_texts(["red dress", "blue coat", "红色外套"], role=Role.QUERY)

    assert (3, encoder.text_model.dimension) == vectors.shape
    assert np.float32 == vectors.dtype
    np.testing.assert_allclose([1, 1, 1], np.linalg.norm(vectors, axis=1), atol=1e-5)


def test_words_and_pictures_share_a_space(encoder: Encoder) -> None:
    """Words and pictures have rows of the picture model's dimension, so they compare."""
    words = encoder.encode_words(["red dress"])
    pictures = encoder.encode_images([_picture("red"), _picture("blue")])

    assert (1, encoder.image_model.dimension) == words.shape
    assert (2, encoder.image_model.dimension) == pictures.vectors.shape
    assert {} == pictures.errors
    np.testing.assert_allclose([1, 1], np.linalg.norm(pictures.vectors, axis=1), atol=1e-5)


def test_one_model_for_both_has_one_vector_for_a_query(encoder: Encoder) -> None:
    """So what was encoded for one space need not be encoded for the other."""
    if encoder.text_model != encoder.image_model:
        pytest.skip("two models")
    texts = ["red dress", "红色外套"]

    np.testing.assert_allclose(
        encoder.encode_texts(texts, role=Role.QUERY), encoder.encode_words(texts), atol=1e-5
    )


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", "\x00\x01", "\ud800"])
def test_blank_text_is_a_row_of_zeros(encoder: Encoder, blank: str) -> None:
    """A text that says nothing has no direction, and does not disturb its neighbours."""
    vectors = encoder.encode_texts(["red dress", blank], role=Role.DOCUMENT)
    words = encoder.encode_words([blank])

    assert not vectors[1].any()
    assert not words.any()
    assert vectors[0].any()


def test_nothing_in_nothing_out(encoder: Encoder) -> None:
    """No input gives an array with no rows and the right number of columns."""
    texts = encoder.encode_texts([], role=Role.QUERY)
    words = encoder.encode_words([])
    pictures = encoder.encode_images([])

    assert (0, encoder.text_model.dimension) == texts.shape
    assert (0, encoder.image_model.dimension) == words.shape
    assert (0, encoder.image_model.dimension) == pictures.vectors.shape
    assert {} == pictures.errors


def test_equal_texts_have_equal_vectors_in_any_company(encoder: Encoder) -> None:
    """Neither place nor neighbours change a vector (beyond rounding)."""
    alone = encoder.encode_texts(["red dress"], role=Role.QUERY)
    among = encoder.encode_texts(
        ["a much longer text about a blue coat", "red dress", "x", "red dress"], role=Role.QUERY
    )

    np.testing.assert_allclose(alone[0], among[1], atol=1e-5)
    np.testing.assert_array_equal(among[1], among[3])


def test_bad_picture_is_an_error_in_its_place_and_stops_no_other(encoder: Encoder) -> None:
    """Its row is zeros, its error is named by its place, the others have vectors."""
    encoded = encoder.encode_images([_picture("red"), b"no picture", _picture("blue"), b""])

    assert [1, 3] == sorted(encoded.errors)
    assert all(isinstance(error, ImageError) for error in encoded.errors.values())
    assert [True, False, True, False] == encoded.vectors.any(axis=1).tolist()


def test_odd_characters_and_endless_texts_are_taken(encoder: Encoder) -> None:
    """Lone surrogates, control characters and a megabyte of text are encoded, not refused."""
    texts = ["red \ud800 dress", "red \x00 dress", "red dress " * 100_000]

    vectors = encoder.encode_texts(texts, role=Role.DOCUMENT)

    np.testing.assert_allclose([1, 1, 1], np.linalg.norm(vectors, axis=1), atol=1e-5)


def test_several_threads_get_what_one_gets(encoder: Encoder) -> None:
    """Calls at the same time do not mix their rows."""
    texts = [f"product number {i}" for i in range(16)]
    expected = encoder.encode_texts(texts, role=Role.QUERY)

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: encoder.encode_texts([text], role=Role.QUERY)[0], texts))

    np.testing.assert_allclose(expected, np.stack(rows), atol=1e-5)
