"""Vectors from which the mean of their kind is taken, on both sides of a search."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from enriching import NOW, PICTURES, RED, CountingEncoder, block, make_contract, make_enricher

from diptych.centring import Centres, centred_encoder
from diptych.contract import META_KEY, IndexContract, contract_from_meta
from diptych.encoding import Encoder, PictureMemory, Role
from diptych.errors import ContractError
from diptych.ingest.cache_file import CacheFile
from diptych.ingest.enrich import Enricher
from diptych.ingest.inputs import read_inputs
from diptych.ingest.pictures import content_hash
from diptych.ingest.remembering import RememberingEncoder
from diptych.layout import AGREEMENT, IMAGE, TEXT
from diptych.query.meaning import understand
from diptych.query.request import SearchRequest
from diptych.query.weights import FOR_TEXT
from diptych.testing import FakeEncoder, MemoryPictures, MemoryStore
from diptych.vectors import Floats, to_base64


def _mean(seed: int, length: int = 16) -> Floats:
    return np.random.default_rng(seed).standard_normal(length, np.float32) / np.float32(10)


#: A mean of its own for each kind, so that one in the place of another is seen.
_MEANS = {name: _mean(seed) for seed, name in enumerate(Centres.__dataclass_fields__)}
_CENTRES = Centres(**{name: to_base64(mean) for name, mean in _MEANS.items()})


def _unit(row: Floats) -> Floats:
    unit: Floats = row / np.linalg.norm(row)
    return unit


class _Told(FakeEncoder):
    """Gives the sentence vectors that it is told."""

    def __init__(self, rows: Floats) -> None:
        super().__init__(text_dim=rows.shape[1])
        self._rows = rows

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        return self._rows


def test_mean_is_taken_off_and_the_length_is_one_again() -> None:
    """(1, 0) - (0.6, 0) = (0.4, 0); (0, 1) - (0.6, 0) = (-0.6, 1), of length sqrt(1.36)."""
    rows = np.array([[1, 0], [0, 1]], np.float32)
    centres = replace(_CENTRES, texts=to_base64(np.array([0.6, 0], np.float32)))
    encoder = centred_encoder(_Told(rows), centres, side=Role.DOCUMENT)

    centred = encoder.encode_texts(["a", "b"], role=Role.DOCUMENT)

    expected = np.array([[1, 0], [-0.51449576, 0.85749293]], np.float32)
    np.testing.assert_allclose(expected, centred, rtol=1e-6)


def test_blank_text_still_says_nothing() -> None:
    """A row of zeros is no vector of its kind."""
    encoder = centred_encoder(FakeEncoder(), _CENTRES, side=Role.QUERY)

    assert not encoder.encode_texts([" "], role=Role.QUERY).any()
    assert not encoder.encode_words([""]).any()
    assert not encoder.encode_images([b"no file"]).vectors.any()


def test_without_means_the_encoder_is_as_it_was() -> None:
    """No layer that does nothing."""
    encoder = FakeEncoder()

    assert encoder is centred_encoder(encoder, None, side=Role.QUERY)


@pytest.mark.parametrize(
    ("side", "texts", "words"),
    [(Role.DOCUMENT, "texts", "words"), (Role.QUERY, "query_texts", "query_words")],
)
def test_each_side_has_means_of_its_own(side: Role, texts: str, words: str) -> None:
    """Shoppers type names, products have descriptions; pictures are pictures on both sides."""
    plain = FakeEncoder()
    encoder = centred_encoder(plain, _CENTRES, side=side)

    for mean, before, after in (
        (texts, plain.encode_texts(["a"], role=side), encoder.encode_texts(["a"], role=side)),
        (words, plain.encode_words(["a"]), encoder.encode_words(["a"])),
        ("pictures", plain.encode_images([RED]).vectors, encoder.encode_images([RED]).vectors),
    ):
        np.testing.assert_allclose(_unit(before[0] - _MEANS[mean]), after[0], rtol=1e-5)


def test_picture_that_is_remembered_is_centred_too(tmp_path: Path) -> None:
    """The memory keeps vectors as the model gives them, so that other means find them there."""
    plain = FakeEncoder()
    memory = RememberingEncoder(plain, CacheFile(tmp_path / "v.sqlite", max_bytes=10_000_000))
    encoder = centred_encoder(memory, _CENTRES, side=Role.DOCUMENT)
    encoded = encoder.encode_images([RED]).vectors[0]
    assert isinstance(encoder, PictureMemory)

    recalled = encoder.recall_picture(content_hash(RED))

    np.testing.assert_array_equal(encoded, recalled)
    np.testing.assert_array_equal(
        plain.encode_images([RED]).vectors[0], memory.recall_picture(content_hash(RED))
    )
    assert encoder.recall_picture(b"unknown") is None


def test_encoder_without_a_memory_gets_none() -> None:
    """Or pictures would be asked of one that is not there."""
    encoder = centred_encoder(FakeEncoder(), _CENTRES, side=Role.DOCUMENT)

    assert not isinstance(encoder, PictureMemory)


def _contract(encoder: FakeEncoder) -> IndexContract:
    return replace(make_contract(encoder), centres=_CENTRES)


def test_means_survive_the_mapping() -> None:
    """What is written to `_meta` reads back equal."""
    contract = _contract(FakeEncoder())

    assert contract == contract_from_meta({META_KEY: contract.to_meta()}, index="products")


def test_contract_without_means_is_written_as_before() -> None:
    """An index that was installed earlier keeps its mapping and its fingerprint."""
    meta = make_contract(FakeEncoder()).to_meta()

    assert "centres" not in meta
    assert 1 == meta["version"]


def test_contract_with_means_has_a_version_of_its_own() -> None:
    """A program that is blind to the means would write and ask by other vectors."""
    assert 2 == _contract(FakeEncoder()).to_meta()["version"]


@pytest.mark.parametrize("name", list(_MEANS))
@pytest.mark.parametrize("value", ["AAAA", to_base64(_mean(0, 8))])
def test_damaged_mean_is_noticed_when_the_contract_is_read(name: str, value: str) -> None:
    """Not in the middle of a search."""
    contract = _contract(FakeEncoder())
    meta = contract.to_meta() | {"centres": asdict(_CENTRES) | {name: value}}

    with pytest.raises(ContractError, match="is damaged"):
        contract_from_meta({META_KEY: meta}, index="products")


def test_new_means_change_both_hashes() -> None:
    """Every vector is made again; the marks of an index without means stay what they were."""
    plain = make_contract(FakeEncoder())
    source = {"title": "a", "image": "a.jpg"}

    before, after = read_inputs(source, plain), read_inputs(source, _contract(FakeEncoder()))

    assert before.text_hash != after.text_hash
    assert before.image_hash != after.image_hash


def test_products_are_written_centred() -> None:
    """Words, picture, and how well the two agree."""
    encoder = CountingEncoder()
    store = MemoryStore(_contract(encoder))
    store.index("1", {"title": "red dress", "image": "red.jpg"})

    summary = make_enricher(store, encoder).start(["1"]).run()

    assert 1 == summary.written
    words = encoder.encode_words(["red dress"])[0]
    text = encoder.encode_texts(["red dress"], role=Role.DOCUMENT)[0]
    seen = encoder.encode_images([RED]).vectors[0]
    picture = _unit(seen - _MEANS["pictures"])
    np.testing.assert_allclose(_unit(text - _MEANS["texts"]), block(store, "1", TEXT), rtol=1e-5)
    np.testing.assert_allclose(picture, block(store, "1", IMAGE), rtol=1e-5)
    agreement = float(_unit(words - _MEANS["words"]) @ picture)
    np.testing.assert_allclose([agreement], block(store, "1", AGREEMENT), rtol=1e-5)


def test_searches_are_centred_by_what_shoppers_type() -> None:
    """In both spaces."""
    encoder = FakeEncoder()
    request = SearchRequest(text="dress")

    wishes = understand(request, contract=_contract(encoder), encoder=encoder, weights=FOR_TEXT)

    text, image = (wish.vector for wish in wishes)
    said = encoder.encode_texts(["dress"], role=Role.QUERY)[0]
    np.testing.assert_allclose(_unit(said - _MEANS["query_texts"]), text, rtol=1e-5)
    words = encoder.encode_words(["dress"])[0]
    np.testing.assert_allclose(_unit(words - _MEANS["query_words"]), image, rtol=1e-5)


def test_new_means_cost_no_encoding_where_vectors_are_remembered(tmp_path: Path) -> None:
    """A rebuild with means writes every vector anew from the cache."""
    encoder = CountingEncoder()
    memory = RememberingEncoder(encoder, CacheFile(tmp_path / "v.sqlite", max_bytes=10_000_000))
    for contract in (make_contract(encoder), _contract(encoder)):
        store = MemoryStore(contract)
        store.index("1", {"title": "red dress", "image": "red.jpg"})
        _enrich(store, memory)

    assert (1, 1) == (encoder.n_texts, encoder.n_images)


def _enrich(store: MemoryStore, encoder: Encoder) -> None:
    enricher = Enricher(store, encoder, MemoryPictures(PICTURES), now=lambda: NOW)
    assert 1 == enricher.start(["1"]).run().written
