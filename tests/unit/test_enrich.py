"""The step from ids to written vectors, on a store in memory."""

from collections.abc import Sequence

import numpy as np
import pytest
from enriching import CountingEncoder, RacingStore, block, make_contract, make_enricher

from diptych.encoding import Role
from diptych.errors import ContractError
from diptych.ingest.enrich import Enricher
from diptych.ingest.publishing import NO_ROUTING
from diptych.ingest.store import Routing
from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT
from diptych.testing import FakeEncoder, MemoryPictures, MemoryStore
from diptych.vectors import Floats


def test_product_gets_every_block(store: MemoryStore, encoder: CountingEncoder) -> None:
    """Words and picture have the same vector here, so their agreement is 1."""
    summary = make_enricher(store, encoder).start(["1"]).run()

    assert 1 == summary.written
    assert "ready" == store.sources["1"]["diptych"]["state"]
    words = encoder.encode_words(["red dress"])[0]
    text = encoder.encode_texts(["red dress"], role=Role.DOCUMENT)[0]
    np.testing.assert_allclose(text, block(store, "1", TEXT), rtol=1e-6)
    np.testing.assert_allclose(words, block(store, "1", IMAGE), rtol=1e-6)
    np.testing.assert_allclose([1], block(store, "1", AGREEMENT), rtol=1e-6)
    assert [1] == block(store, "1", BIAS).tolist()


def test_other_fields_stay_untouched(store: MemoryStore, encoder: CountingEncoder) -> None:
    """Only `diptych` and the vector are written."""
    make_enricher(store, encoder).start(["1"]).run()

    source = store.sources["1"]
    assert {"title": "red dress", "image": "red.jpg", "price": 5} == {
        name: source[name] for name in ("title", "image", "price")
    }
    assert {"title", "image", "price", "diptych", "diptych_vector"} == set(source)


def test_second_delivery_encodes_and_writes_nothing(
    store: MemoryStore, encoder: CountingEncoder
) -> None:
    """A duplicate message costs one read."""
    enricher = make_enricher(store, encoder)
    enricher.start(["1"]).run()
    version, texts = store.seq_no("1"), encoder.n_texts

    summary = enricher.start(["1"]).run()

    assert (0, 1) == (summary.written, summary.skipped)
    assert (version, texts) == (store.seq_no("1"), encoder.n_texts)


def test_forced_run_encodes_again(store: MemoryStore, encoder: CountingEncoder) -> None:
    """`embed --all` does not trust the stored hashes."""
    enricher = make_enricher(store, encoder)
    enricher.start(["1"]).run()

    summary = enricher.start(["1"], is_forced=True).run()

    assert (1, 2) == (summary.written, encoder.n_images)


def test_new_title_reuses_the_stored_image_block(
    store: MemoryStore, encoder: CountingEncoder
) -> None:
    """The picture is neither read nor encoded again."""
    make_enricher(store, encoder).start(["1"]).run()
    store.index("1", {**store.sources["1"], "title": "crimson dress"})
    pictures = MemoryPictures({})

    Enricher(store, encoder, pictures).start(["1"]).run()

    assert ([], 1) == (pictures.reads, encoder.n_images)
    np.testing.assert_allclose(
        encoder.encode_words(["red dress"])[0], block(store, "1", IMAGE), rtol=1e-6
    )
    expected = encoder.encode_texts(["crimson dress"], role=Role.DOCUMENT)[0]
    np.testing.assert_allclose(expected, block(store, "1", TEXT), rtol=1e-6)


def test_deleted_document_is_never_created_again(encoder: CountingEncoder) -> None:
    """Neither one that was gone at the read nor one deleted during encoding."""
    store = RacingStore(make_contract(encoder), lambda racing: racing.delete("1"))
    store.index("1", {"title": "red dress", "image": "red.jpg"})

    summary = make_enricher(store, encoder).start(["1", "never"]).run()

    assert (0, 2) == (summary.written, summary.gone)
    assert {} == store.sources


def test_price_change_during_encoding_costs_no_second_encoding(encoder: CountingEncoder) -> None:
    """The conflict is answered with the vectors that were made already."""
    store = RacingStore(
        make_contract(encoder), lambda racing: racing.index("1", racing.sources["1"] | {"price": 9})
    )
    store.index("1", {"title": "red dress", "image": "red.jpg", "price": 5})

    summary = make_enricher(store, encoder).start(["1"]).run()

    assert (1, 9, 1, 1) == (
        summary.written,
        store.sources["1"]["price"],
        encoder.n_texts,
        encoder.n_images,
    )


def test_title_change_during_encoding_never_leaves_a_stale_vector(
    encoder: CountingEncoder,
) -> None:
    """The vector that is written belongs to the title that is stored."""
    store = RacingStore(
        make_contract(encoder),
        lambda racing: racing.index("1", racing.sources["1"] | {"title": "blue mug"}),
    )
    store.index("1", {"title": "red dress", "image": "red.jpg"})

    make_enricher(store, encoder).start(["1"]).run()

    expected = encoder.encode_texts(["blue mug"], role=Role.DOCUMENT)[0]
    np.testing.assert_allclose(expected, block(store, "1", TEXT), rtol=1e-6)


def test_stored_block_of_another_version_is_not_reused(encoder: CountingEncoder) -> None:
    """Between the two reads another worker can have written another picture's block."""

    class SwappingStore(MemoryStore):
        def read_vectors(
            self, ids: Sequence[str], routing: Routing = NO_ROUTING
        ) -> dict[str, tuple[int, Floats]]:
            self.index("1", self.sources["1"] | {"price": 9})
            return super().read_vectors(ids, routing)

    store = SwappingStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "red.jpg"})
    make_enricher(store, encoder).start(["1"]).run()
    store.index("1", store.sources["1"] | {"title": "crimson dress"})

    make_enricher(store, encoder).start(["1"]).run()

    assert 2 == encoder.n_images


@pytest.mark.parametrize("other", [FakeEncoder(revision="2"), FakeEncoder(text_dim=8)])
def test_encoder_of_another_index_is_refused(store: MemoryStore, other: FakeEncoder) -> None:
    """Vectors of two models, or of two lengths, never meet in one field."""
    with pytest.raises(ContractError, match=r"made with the text model 'fake-text'.*16 numbers"):
        make_enricher(store, other)
