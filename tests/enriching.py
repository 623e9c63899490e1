"""An encoder that counts, stores that race or refuse, and what is needed to enrich with them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from diptych.contract import IndexContract
from diptych.encoding import EncodedImages, Role
from diptych.ingest.enrich import Enricher
from diptych.ingest.store import Outcome, Update, Written
from diptych.layout import product_layout
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


def make_enricher(store: MemoryStore, encoder: FakeEncoder) -> Enricher:
    """An enricher with a clock that stands still."""
    return Enricher(store, encoder, MemoryPictures(PICTURES), now=lambda: NOW)


def block(store: MemoryStore, id_: str, name: str) -> Floats:
    """One block of a stored vector."""
    _, vector = store.read_vectors([id_])[id_]
    return vector[store.contract.layout[name].span]


class AnsweringStore(MemoryStore):
    """A store whose cluster answers the first writes as it is told."""

    def __init__(self, contract: IndexContract, *answers: Outcome) -> None:
        """One outcome for every update of each of the first writes."""
        super().__init__(contract)
        self._answers = list(answers)

    def write(self, updates: Sequence[Update]) -> list[Written]:
        """What was told, then what is right."""
        if self._answers:
            return [Written(self._answers.pop(0), "told")] * len(updates)
        return super().write(updates)
