"""What the write path counts, through the seam that knows no Prometheus."""

from collections.abc import Callable, Mapping

import pytest

from diptych.contract import IndexContract
from diptych.encoding import Role
from diptych.errors import (
    HeldBackError,
    ImageError,
    MissingPictureError,
    RefusedPictureError,
    UnavailableError,
)
from diptych.ingest.enrich import Enricher
from diptych.ingest.metering import (
    MeteredCache,
    MeteredDeadLetters,
    MeteredEncoder,
    MeteredPictures,
    MeteredPublisher,
)
from diptych.ingest.meters import Fetch
from diptych.ingest.pictures import KnownPicture
from diptych.ingest.publishing import Lane, Message
from diptych.layout import product_layout
from diptych.testing import (
    FakeEncoder,
    MemoryDeadLetters,
    MemoryPictures,
    MemoryPublisher,
    MemoryStore,
)
from diptych.testing_meters import MemoryMeters
from diptych.workers.handling import Handler
from diptych.workers.patience import Patience

ENCODER = FakeEncoder()
CONTRACT = IndexContract(
    text_fields=("title",),
    image_field=None,
    text_model=ENCODER.text_model,
    image_model=ENCODER.image_model,
    layout=product_layout(text_dimension=16, image_dimension=16),
    pipeline="diptych-products",
)


class DictCache:
    """A cache in memory."""

    def __init__(self, known: Mapping[bytes, bytes]) -> None:
        """Knows these."""
        self._known = dict(known)

    def get(self, keys: object) -> dict[bytes, bytes]:
        """The values that are there."""
        assert isinstance(keys, set)
        return {key: self._known[key] for key in keys if key in self._known}

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep these."""
        self._known |= entries


class AskedPictures:
    """A source that answers every question alike."""

    def __init__(self, answer: bytes | KnownPicture | Exception) -> None:
        """What it says."""
        self._answer = answer

    def read(self, reference: str) -> bytes:
        """The bytes, or the error."""
        answer = self.ask(reference, is_known=lambda _: False)
        assert isinstance(answer, bytes)
        return answer

    def ask(
        self, reference: str, *, is_known: Callable[[bytes], bool], is_fresh: bool = False
    ) -> bytes | KnownPicture:
        """The answer, or the error."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def handled(store: MemoryStore, message: Message) -> MemoryMeters:
    """What a handler counts of one message."""
    meters = MemoryMeters()
    letters = MeteredDeadLetters(MemoryDeadLetters(), meters)
    enricher = Enricher(store, ENCODER, MemoryPictures({}), dead_letters=letters)
    handler = Handler(
        lambda index, contract: enricher, MemoryPublisher(), dead_letters=letters, meters=meters
    )
    handler.deliver(message.to_json(), Lane.LIVE)
    return meters


def test_message_is_counted_by_what_became_of_its_documents() -> None:
    """Two are new, one agrees already, one was deleted."""
    store = MemoryStore(CONTRACT)
    for id_ in ("1", "2", "3"):
        store.index(id_, {"title": id_})
    handled(store, Message("products", ("3",)))

    meters = handled(store, Message("products", ("1", "2", "3", "4")))

    assert {
        ("ended", "live", "done"): 1,
        ("documents", "products", "written"): 2,
        ("documents", "products", "unchanged"): 1,
        ("documents", "products", "gone"): 1,
    } == dict(meters.counts)


class ChangingStore(MemoryStore):
    """A store in which another client writes just before our first write."""

    is_changed = False

    def write(self, updates):  # type: ignore[no-untyped-def]
        """Lose once."""
        if not self.is_changed:
            self.is_changed = True
            self.index("1", {"title": "another"})
        return super().write(updates)


def test_write_that_comes_second_is_a_conflict_and_then_written() -> None:
    """Compare-and-set is lost once."""
    store = ChangingStore(CONTRACT)
    store.index("1", {"title": "one"})

    meters = handled(store, Message("products", ("1",)))

    assert 1 == meters.counts["conflicts", "products"]
    assert 1 == meters.counts["documents", "products", "written"]


def test_message_that_waits_in_vain_is_given_back_and_one_that_cannot_be_is_kept() -> None:
    """The first is acknowledged because a copy of it is in the queue."""
    meters = MemoryMeters()

    def away(index: str, contract: str | None) -> Enricher:
        raise UnavailableError("away")

    class NoBroker:
        def publish(self, message: Message, lane: Lane) -> None:
            raise UnavailableError("no broker")

    slept_s: list[float] = []
    for publisher in (MemoryPublisher(), NoBroker()):
        patience = Patience(sleep=slept_s.append, monotonic_s=lambda: sum(slept_s))
        handler = Handler(away, publisher, patience=patience, meters=meters)
        handler.deliver(Message("products", ("1",)).to_json(), Lane.BACKFILL)

    assert {
        ("ended", "backfill", "given_back"): 1,
        ("ended", "backfill", "kept"): 1,
    } == dict(meters.counts)


def test_document_that_breaks_the_encoder_is_given_up_with_a_dead_letter() -> None:
    """It counts once, by stage and class."""
    store = MemoryStore(CONTRACT)
    store.index("1", {"title": "one"})
    meters = MemoryMeters()
    letters = MeteredDeadLetters(MemoryDeadLetters(), meters)

    class Broken(FakeEncoder):
        def encode_texts(self, texts, *, role):  # type: ignore[no-untyped-def]
            raise RuntimeError("broken")

    enricher = Enricher(store, Broken(), MemoryPictures({}), dead_letters=letters)
    handler = Handler(
        lambda index, contract: enricher, MemoryPublisher(), dead_letters=letters, meters=meters
    )
    handler.deliver(Message("products", ("1",)).to_json(), Lane.LIVE)

    assert 1 == meters.counts["dead_letter", "enrich", "RuntimeError"]
    assert 1 == meters.counts["documents", "products", "given_up"]


def test_encoder_is_counted_by_call_and_input() -> None:
    """Three texts in one call, two pictures of which one is none; no pictures are no call."""
    meters = MemoryMeters()
    encoder = MeteredEncoder(ENCODER, meters)
    encoder.encode_texts(["a", "b", "c"], role=Role.DOCUMENT)
    encoder.encode_words(["a"])
    encoder.encode_images([b"picture", b"none"])
    encoder.encode_images([])

    assert {
        ("inputs", "texts"): 3,
        ("calls", "texts"): 1,
        ("inputs", "words"): 1,
        ("calls", "words"): 1,
        ("inputs", "pictures"): 2,
        ("calls", "pictures"): 1,
        ("broken",): 1,
    } == dict(meters.counts)


def test_cache_counts_hits_and_misses() -> None:
    """One of three keys is known; asking for a key twice is one question."""
    meters = MemoryMeters()
    MeteredCache(DictCache({b"a": b"1"}), meters).get([b"a", b"b", b"c", b"a"])

    assert {("hits",): 1, ("misses",): 2} == dict(meters.counts)


@pytest.mark.parametrize(
    ("answer", "how"),
    [
        (b"picture", Fetch.OK),
        (KnownPicture(b"x"), Fetch.NOT_MODIFIED),
        (MissingPictureError("gone"), Fetch.MISSING),
        (RefusedPictureError("private"), Fetch.REFUSED),
        (ImageError("too long"), Fetch.UNUSABLE),
        (HeldBackError("paused"), Fetch.PAUSED),
        (UnavailableError("away"), Fetch.AWAY),
    ],
)
def test_picture_is_counted_by_how_it_went(
    answer: bytes | KnownPicture | Exception, how: Fetch
) -> None:
    """Each answer and each error is of one class; the error goes on to the caller."""
    meters = MemoryMeters()
    pictures = MeteredPictures(AskedPictures(answer), meters)
    if isinstance(answer, Exception):
        with pytest.raises(type(answer)):
            pictures.ask("a.jpg", is_known=lambda _: True)
    else:
        pictures.ask("a.jpg", is_known=lambda _: True)

    assert {("fetched", how): 1} == dict(meters.counts)


def test_publisher_counts_documents_by_lane() -> None:
    """After the broker has them."""
    meters = MemoryMeters()
    publisher = MeteredPublisher(MemoryPublisher(), meters)
    publisher.publish(Message("products", ("1", "2")), Lane.LIVE)

    assert {("published", "products", "live"): 2} == dict(meters.counts)
