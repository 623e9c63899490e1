"""What was asked lately is answered from memory, and nothing else is."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from diptych.encoding import EncodedImages, ModelRef, Role
from diptych.errors import UnavailableError
from diptych.query.cached_encoder import CachedEncoder, normalised
from diptych.testing import FakeEncoder
from diptych.vectors import Floats

DRESS, COAT = b"picture of a dress", b"picture of a coat"


class _Witness(FakeEncoder):
    """Keeps what it was asked; is down, or made of one model, when told."""

    def __init__(self, *, is_one_model: bool = False) -> None:
        super().__init__()
        self.asked: list[str | bytes] = []
        self.is_down = False
        self._is_one_model = is_one_model
        self.revision = "1"

    @property
    def text_model(self) -> ModelRef:
        return ModelRef("fake-text", self.revision, 16)

    @property
    def image_model(self) -> ModelRef:
        return self.text_model if self._is_one_model else super().image_model

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        self._note(texts)
        return super().encode_texts(texts, role=role)

    def encode_words(self, texts: Sequence[str]) -> Floats:
        self._note(texts)
        return super().encode_words(texts)

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        self._note(images)
        return super().encode_images(images)

    def _note(self, inputs: Sequence[str | bytes]) -> None:
        if self.is_down:
            raise UnavailableError("nobody answers")
        self.asked += inputs


@pytest.fixture
def witness() -> _Witness:
    """A fresh encoder of two models."""
    return _Witness()


def test_second_question_is_answered_without_the_models(witness: _Witness) -> None:
    """The same row, and nothing more asked; in a list, only what is new, and that once."""
    cached = CachedEncoder(witness)
    first = cached.encode_texts(["red dress"], role=Role.QUERY)
    rows = cached.encode_texts(["coat", "red dress", "coat"], role=Role.QUERY)

    assert ["red dress", "coat"] == witness.asked
    np.testing.assert_array_equal(first[0], rows[1])
    np.testing.assert_array_equal(
        FakeEncoder().encode_texts(["coat", "red dress", "coat"], role=Role.QUERY), rows
    )


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  red \t dress\n", "red dress"),
        ("ｒｅｄ　ｄｒｅｓｓ", "red dress"),
        ("cafe\u0301", "café"),
        ("10㎏", "10kg"),
        ("Red Dress", "Red Dress"),
        ("Straße", "Straße"),
        ("red \ud800 dress", "red dress"),
        ("\x00", ""),
    ],
)
def test_texts_that_are_written_differently_are_one(text: str, form: str) -> None:
    """Width, composition and blanks do not matter; case does, to models that read it."""
    assert form == normalised(text)


def test_models_see_the_form_that_is_kept(witness: _Witness) -> None:
    """So the answer does not depend on which way of writing came first."""
    cached = CachedEncoder(witness)
    cached.encode_words(["ｒｅｄ　ｄｒｅｓｓ"])
    cached.encode_words([" red dress "])

    assert ["red dress"] == witness.asked


def test_spaces_are_kept_apart(witness: _Witness) -> None:
    """Two models have two vectors for a text."""
    cached = CachedEncoder(witness)
    texts = cached.encode_texts(["red dress"], role=Role.QUERY)
    words = cached.encode_words(["red dress"])

    assert 2 == len(witness.asked)
    assert not np.array_equal(texts, words)


def test_one_model_for_both_spaces_is_asked_once() -> None:
    """A query has the same vector in both spaces then."""
    witness = _Witness(is_one_model=True)
    cached = CachedEncoder(witness)
    texts = cached.encode_texts(["red dress"], role=Role.QUERY)
    words = cached.encode_words(["red dress"])

    assert ["red dress"] == witness.asked
    np.testing.assert_array_equal(texts, words)


def test_documents_go_straight_through(witness: _Witness) -> None:
    """As they are, each time: nobody asks for one twice."""
    cached = CachedEncoder(witness)
    cached.encode_texts([" red  dress"], role=Role.DOCUMENT)
    cached.encode_texts([" red  dress"], role=Role.DOCUMENT)

    assert [" red  dress"] * 2 == witness.asked


def test_pictures_are_known_by_their_bytes(witness: _Witness) -> None:
    """Equal bytes once, other bytes again."""
    cached = CachedEncoder(witness)
    first = cached.encode_images([DRESS])
    second = cached.encode_images([COAT, bytes(bytearray(DRESS))])

    assert [DRESS, COAT] == witness.asked
    np.testing.assert_array_equal(first.vectors[0], second.vectors[1])


def test_bad_picture_is_tried_again(witness: _Witness) -> None:
    """Its error comes each time, at each of its places, and is not kept."""
    cached = CachedEncoder(witness)
    cached.encode_images([b"no image"])
    encoded = cached.encode_images([b"no image", DRESS, b"no image"])

    assert [0, 2] == sorted(encoded.errors)
    assert [False, True, False] == encoded.vectors.any(axis=1).tolist()
    assert [b"no image", b"no image", DRESS] == witness.asked


def test_failure_is_not_kept(witness: _Witness) -> None:
    """What failed once is asked again; what is known is answered while the models are away."""
    cached = CachedEncoder(witness)
    cached.encode_words(["known"])
    witness.is_down = True
    with pytest.raises(UnavailableError):
        cached.encode_words(["red dress"])
    away = cached.encode_words(["known"])
    witness.is_down = False
    back = cached.encode_words(["red dress"])

    assert away.any()
    assert back.any()
    assert ["known", "red dress"] == witness.asked


def test_least_recently_used_goes_first(witness: _Witness) -> None:
    """Texts and pictures share the room."""
    cached = CachedEncoder(witness, max_entries=2)
    for text in ("a", "b", "a"):
        cached.encode_words([text])
    cached.encode_images([DRESS])
    cached.encode_words(["a"])
    cached.encode_words(["b"])

    assert ["a", "b", DRESS, "b"] == witness.asked


def test_other_revision_is_another_model(witness: _Witness) -> None:
    """Vectors of two revisions never meet."""
    cached = CachedEncoder(witness)
    cached.encode_texts(["red dress"], role=Role.QUERY)
    witness.revision = "2"
    cached.encode_texts(["red dress"], role=Role.QUERY)

    assert 2 == len(witness.asked)


def test_callers_own_their_rows(witness: _Witness) -> None:
    """What a caller does to its array changes nobody else's."""
    cached = CachedEncoder(witness)
    first = cached.encode_words(["red dress"])
    expected = first.copy()
    first[:] = 0

    np.testing.assert_array_equal(expected, cached.encode_words(["red dress"]))


def test_hurried_caller_shares_the_memory(witness: _Witness) -> None:
    """What one finds out, the other knows."""
    cached = CachedEncoder(witness)
    cached.within(0.1).encode_words(["red dress"])
    cached.encode_words(["red dress"])

    assert ["red dress"] == witness.asked


def test_many_threads_with_little_room_get_their_own_rows(witness: _Witness) -> None:
    """Rows are not mixed while others are thrown out."""
    cached = CachedEncoder(witness, max_entries=3)
    texts = [f"product {i % 7}" for i in range(200)]

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: cached.encode_words([text])[0], texts))

    np.testing.assert_array_equal(FakeEncoder().encode_words(texts), np.stack(rows))
