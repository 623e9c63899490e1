"""The step from ids to written vectors, on a store in memory."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from diptych.contract import IndexContract
from diptych.encoding import EncodedImages, Role
from diptych.errors import BusyError, ConflictError, ContractError, UnavailableError
from diptych.ingest.enrich import Enricher
from diptych.ingest.store import Outcome, Update, Written
from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT, product_layout
from diptych.testing import FakeEncoder, MemoryPictures, MemoryStore
from diptych.vectors import Floats

RED = b"picture of a red dress"
BLUE = b"picture of a blue mug"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PICTURES = {"red.jpg": RED, "blue.jpg": BLUE, "broken.jpg": b"no image"}


class CountingEncoder(FakeEncoder):
    """A fake that counts what it is asked to encode."""

    def __init__(self) -> None:
        """Counts start at zero."""
        super().__init__(aligned={RED: "red dress"})
        self.n_texts = 0
        self.n_images = 0

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """Counts the texts."""
        self.n_texts += len(texts)
        return super().encode_texts(texts, role=role)

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Counts the pictures."""
        self.n_images += len(images)
        return super().encode_images(images)


class RacingStore(MemoryStore):
    """A store whose application writes between a worker's read and its write."""

    def __init__(self, contract: IndexContract, race: Callable[["RacingStore"], None]) -> None:
        """`race` runs before each write of the worker, as long as `n_races` lasts."""
        super().__init__(contract)
        self._race = race
        self.n_races = 1

    def write(self, updates: Sequence[Update]) -> list[Written]:
        """Let the application go first."""
        if self.n_races:
            self.n_races -= 1
            self._race(self)
        return super().write(updates)


def make_contract(encoder: FakeEncoder) -> IndexContract:
    """The contract of an index that was installed with this encoder."""
    return IndexContract(
        text_fields=("title",),
        image_field="image",
        text_model=encoder.text_model,
        image_model=encoder.image_model,
        layout=product_layout(text_dimension=16, image_dimension=16),
        pipeline="diptych-products",
    )


@pytest.fixture
def encoder() -> CountingEncoder:
    """A fresh encoder."""
    return CountingEncoder()


@pytest.fixture
def store(encoder: CountingEncoder) -> MemoryStore:
    """A store with one product whose picture agrees with its words."""
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "red.jpg", "price": 5})
    return store


def make_enricher(store: MemoryStore, encoder: FakeEncoder) -> Enricher:
    """An enricher with a clock that stands still."""
    return Enricher(store, encoder, MemoryPictures(PICTURES), now=lambda: NOW)


def block(store: MemoryStore, id_: str, name: str) -> Floats:
    """One block of a stored vector."""
    _, vector = store.read_vectors([id_])[id_]
    return vector[store.contract.layout[name].span]


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


def test_wrong_mark_is_settled_without_the_picture(
    store: MemoryStore, encoder: CountingEncoder
) -> None:
    """The pipeline marks a document whose inputs a bulk update changed before: all agrees."""
    make_enricher(store, encoder).start(["1"]).run()
    marked = store.sources["1"]["diptych"] | {"state": "pending"}
    store.index("1", store.sources["1"] | {"diptych": marked})

    summary = make_enricher(store, encoder).start(["1"]).run()

    assert (1, 1) == (summary.written, encoder.n_images)
    assert "ready" == store.sources["1"]["diptych"]["state"]


@pytest.mark.parametrize(
    ("source", "state", "error"),
    [
        ({"title": "red dress"}, "partial", None),
        ({"title": "", "image": "red.jpg"}, "partial", None),
        ({"title": "red dress", "image": "broken.jpg"}, "partial", "is not a picture"),
        ({"title": "red dress", "image": "missing.jpg"}, "partial", "no such picture"),
        ({"title": "red dress", "image": ["red.jpg", "missing.jpg"]}, "partial", "no such picture"),
        ({"title": "red dress", "image": ["red.jpg", "blue.jpg"]}, "ready", None),
        ({}, "failed", "neither words nor a picture"),
        ({"image": "missing.jpg"}, "failed", "no such picture"),
    ],
)
def test_missing_part_is_a_state_never_a_stop(
    source: dict[str, object], state: str, error: str | None, encoder: CountingEncoder
) -> None:
    """A document is written whatever it lacks, and says what."""
    store = MemoryStore(make_contract(encoder))
    store.index("bad", source)
    store.index("good", {"title": "blue mug", "image": "blue.jpg"})

    summary = make_enricher(store, encoder).start(["bad", "good"]).run()

    found = store.sources["bad"]["diptych"]
    assert (2, state) == (summary.written, found["state"])
    assert (error is None) == (found["error"] is None)
    assert error is None or error in found["error"]
    assert "ready" == store.sources["good"]["diptych"]["state"]
    assert (state == "failed") == (store.sources["bad"]["diptych_vector"] is None)


def test_failed_attempt_is_not_tried_again(encoder: CountingEncoder) -> None:
    """A failure stores the hashes of what it tried, so the feed lets it rest."""
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "missing.jpg"})
    make_enricher(store, encoder).start(["1"]).run()

    summary = make_enricher(store, encoder).start(["1"]).run()

    assert (0, 1) == (summary.written, summary.skipped)


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


def test_document_that_never_stands_still_is_left_for_later(encoder: CountingEncoder) -> None:
    """After ten rounds the message goes back to the queue."""
    store = RacingStore(
        make_contract(encoder), lambda racing: racing.index("1", racing.sources["1"])
    )
    store.n_races = 100
    store.index("1", {"title": "red dress", "image": "red.jpg"})

    with pytest.raises(ConflictError, match="1 documents changed during each of 10 rounds"):
        make_enricher(store, encoder).start(["1"]).run()


def test_picture_host_that_is_away_is_asked_again_later(encoder: CountingEncoder) -> None:
    """The words are written at once; the picture is due after a minute, then after four."""
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "https://away/1.jpg"})
    store.index("2", {"title": "blue mug", "image": "blue.jpg"})
    away = MemoryPictures(PICTURES | {"https://away/1.jpg": UnavailableError("away")})
    back = MemoryPictures(PICTURES | {"https://away/1.jpg": RED})
    later = NOW + timedelta(minutes=1)

    Enricher(store, encoder, away, now=lambda: NOW).start(["1", "2"]).run()
    first = store.sources["1"]["diptych"]
    early = Enricher(store, encoder, back, now=lambda: NOW).start(["1"]).run()
    Enricher(store, encoder, away, now=lambda: later).start(["1"]).run()
    second = store.sources["1"]["diptych"]
    last = later + timedelta(minutes=4)
    Enricher(store, encoder, back, now=lambda: last).start(["1"]).run()

    assert ("partial", 1, "2026-01-01T00:01:00.000+00:00") == (
        first["state"],
        first["n_retries"],
        first["retry_at"],
    )
    assert 1 == early.skipped
    assert (2, "2026-01-01T00:05:00.000+00:00") == (second["n_retries"], second["retry_at"])
    assert ("ready", None) == (
        store.sources["1"]["diptych"]["state"],
        store.sources["1"]["diptych"]["retry_at"],
    )
    assert "ready" == store.sources["2"]["diptych"]["state"]


def test_stored_block_of_another_version_is_not_reused(encoder: CountingEncoder) -> None:
    """Between the two reads another worker can have written another picture's block."""

    class SwappingStore(MemoryStore):
        def read_vectors(self, ids: Sequence[str]) -> dict[str, tuple[int, Floats]]:
            self.index("1", self.sources["1"] | {"price": 9})
            return super().read_vectors(ids)

    store = SwappingStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "red.jpg"})
    make_enricher(store, encoder).start(["1"]).run()
    store.index("1", store.sources["1"] | {"title": "crimson dress"})

    make_enricher(store, encoder).start(["1"]).run()

    assert 2 == encoder.n_images


class AnsweringStore(MemoryStore):
    """A store whose cluster answers the first writes as it is told."""

    def __init__(self, contract: IndexContract, *answers: Outcome) -> None:
        """One outcome for every update of each of the first writes."""
        super().__init__(contract)
        self._answers = list(answers)

    def write(self, updates: Sequence[Update]) -> list[Written]:
        """What was told, then what is right."""
        if self._answers:
            return [Written(self._answers.pop(0), "told") for _ in updates]
        return super().write(updates)


def test_busy_cluster_costs_no_second_encoding(encoder: CountingEncoder) -> None:
    """The same work goes on after the error."""
    store = AnsweringStore(make_contract(encoder), Outcome.BUSY)
    store.index("1", {"title": "red dress", "image": "red.jpg"})
    work = make_enricher(store, encoder).start(["1"])
    with pytest.raises(BusyError, match="put off 1 writes"):
        work.run()

    summary = work.run()

    assert (1, 1, 1) == (summary.written, encoder.n_images, encoder.n_texts)


def test_refused_document_says_why(encoder: CountingEncoder) -> None:
    """The cluster's reason is stored, so that the feed lets the document rest."""
    store = AnsweringStore(make_contract(encoder), Outcome.REFUSED)
    store.index("1", {"title": "red dress", "image": "red.jpg"})

    summary = make_enricher(store, encoder).start(["1"]).run()

    found = store.sources["1"]
    assert (0, 1) == (summary.written, summary.failed)
    assert ("failed", "told", None) == (
        found["diptych"]["state"],
        found["diptych"]["error"],
        found["diptych_vector"],
    )


def test_refused_document_of_a_busy_cluster_is_tried_again(encoder: CountingEncoder) -> None:
    """A reason that could not be stored is no end."""
    store = AnsweringStore(make_contract(encoder), Outcome.REFUSED, Outcome.BUSY)
    store.index("1", {"title": "red dress", "image": "red.jpg"})
    work = make_enricher(store, encoder).start(["1"])

    with pytest.raises(BusyError):
        work.run()

    assert 1 == work.run().written


def test_document_that_was_given_up_is_settled(store: MemoryStore, encoder: FakeEncoder) -> None:
    """It is fed again only when its inputs change."""
    enricher = make_enricher(store, encoder)

    enricher.give_up("1", "RuntimeError: no")

    assert ("failed", "RuntimeError: no") == (
        store.sources["1"]["diptych"]["state"],
        store.sources["1"]["diptych"]["error"],
    )
    assert 1 == enricher.start(["1"]).run().skipped


def test_encoder_of_another_index_is_refused(store: MemoryStore) -> None:
    """Vectors of two models never meet in one field."""
    with pytest.raises(ContractError, match=r"made with the text model 'fake-text'.*revision 1"):
        make_enricher(store, FakeEncoder(revision="2"))
