"""An encoder with a memory: equal inputs of one model are encoded once, over restarts too."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from enriching import BLUE, NOW, PICTURES, RED, CountingEncoder, make_contract

from diptych.encoding import EncodedImages, Role
from diptych.ingest.cache_file import CacheFile
from diptych.ingest.enrich import Enricher
from diptych.ingest.pictures import content_hash
from diptych.ingest.remembering import RememberingEncoder
from diptych.testing import FakeEncoder, MemoryPictures, MemoryStore


def _cache(folder: Path) -> CacheFile:
    return CacheFile(folder / "vectors.sqlite", max_bytes=10_000_000)


def _shop(encoder: FakeEncoder) -> MemoryStore:
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "red.jpg"})
    store.index("2", {"title": "blue mug", "image": ["blue.jpg", "red.jpg"]})
    return store


def test_re_indexed_catalogue_costs_no_encoding(tmp_path: Path) -> None:
    """An application writes all products anew into another index, and another worker starts."""
    pictures = MemoryPictures(PICTURES)
    first, second = CountingEncoder(), CountingEncoder()
    store, again = _shop(first), _shop(second)
    Enricher(store, RememberingEncoder(first, _cache(tmp_path)), pictures, now=lambda: NOW).start(
        ["1", "2"]
    ).run()

    summary = (
        Enricher(again, RememberingEncoder(second, _cache(tmp_path)), pictures, now=lambda: NOW)
        .start(["1", "2"])
        .run()
    )

    assert (2, 2) == (first.n_texts, first.n_images)
    assert (2, 0, 0) == (summary.written, second.n_texts, second.n_images)
    assert store.sources == again.sources


def test_only_what_is_new_is_encoded_and_each_once(tmp_path: Path) -> None:
    """Rows come in the order of the inputs, equal to those of the encoder alone."""
    encoder = CountingEncoder()
    remembering = RememberingEncoder(encoder, _cache(tmp_path))
    remembering.encode_texts(["a", "b"], role=Role.DOCUMENT)

    rows = remembering.encode_texts(["c", "b", "c", "a"], role=Role.DOCUMENT)

    assert 3 == encoder.n_texts
    np.testing.assert_array_equal(
        FakeEncoder().encode_texts(["c", "b", "c", "a"], role=Role.DOCUMENT), rows
    )


def test_roles_spaces_and_revisions_are_kept_apart(tmp_path: Path) -> None:
    """One word in five ways is five vectors."""
    cache = _cache(tmp_path)
    old, new = FakeEncoder(), FakeEncoder(revision="2")
    ways = [
        RememberingEncoder(old, cache).encode_texts(["a"], role=Role.DOCUMENT),
        RememberingEncoder(old, cache).encode_words(["a"]),
    ]
    counting = CountingEncoder()
    RememberingEncoder(counting, cache).encode_texts(["a"], role=Role.QUERY)

    assert 1 == counting.n_texts
    assert not np.array_equal(ways[0], ways[1])
    np.testing.assert_array_equal(
        new.encode_texts(["a"], role=Role.DOCUMENT),
        RememberingEncoder(new, cache).encode_texts(["a"], role=Role.DOCUMENT),
    )
    assert RememberingEncoder(new, cache).recall_picture(content_hash(RED)) is None


def test_bad_picture_is_asked_for_again_and_stops_no_other(tmp_path: Path) -> None:
    """Its error stands at each of its places; the good ones are remembered."""
    encoder = CountingEncoder()
    remembering = RememberingEncoder(encoder, _cache(tmp_path))

    found = [remembering.encode_images([b"bad", RED, b"bad", BLUE]) for _ in range(2)]

    assert [[0, 2], [0, 2]] == [sorted(one.errors) for one in found]
    assert 3 + 1 == encoder.n_images
    np.testing.assert_array_equal(found[0].vectors, found[1].vectors)
    assert not found[0].vectors[0].any()


def test_picture_is_known_by_its_content(tmp_path: Path) -> None:
    """Whatever address it had."""
    remembering = RememberingEncoder(CountingEncoder(), _cache(tmp_path))
    row = remembering.encode_images([RED]).vectors[0]

    recalled = remembering.recall_picture(content_hash(RED))

    assert recalled is not None
    np.testing.assert_array_equal(row, recalled)
    assert remembering.recall_picture(content_hash(BLUE)) is None


class _Broken(FakeEncoder):
    """A model that gives no number for a picture."""

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Not finite."""
        return EncodedImages(np.full((len(images), 16), np.nan, np.float32))


def test_vector_that_is_not_finite_is_not_kept(tmp_path: Path) -> None:
    """A device's bad moment must not last."""
    cache = _cache(tmp_path)
    RememberingEncoder(_Broken(), cache).encode_images([RED])

    assert np.isfinite(RememberingEncoder(FakeEncoder(), cache).encode_images([RED]).vectors).all()


def test_nothing_in_is_nothing_out(tmp_path: Path) -> None:
    """No input gives an array of shape (0, d), as every encoder does."""
    remembering = RememberingEncoder(CountingEncoder(), _cache(tmp_path))

    assert (0, 16) == remembering.encode_images([]).vectors.shape
    assert (0, 16) == remembering.encode_texts([], role=Role.DOCUMENT).shape
