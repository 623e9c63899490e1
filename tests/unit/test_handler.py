"""What a worker does with a message: finish it, wait, give it back, or put off a part."""

from collections.abc import Callable

import pytest

from diptych.contract import IndexContract
from diptych.errors import BusyError, ContractError, MissingIndexError, UnavailableError
from diptych.ingest.enrich import Enricher
from diptych.ingest.publishing import Lane, Message
from diptych.layout import product_layout
from diptych.testing import FakeEncoder, MemoryPictures, MemoryPublisher, MemoryStore
from diptych.workers.tasks import MAX_ATTEMPTS, PATIENCE_S, Handler


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        """Starts at zero."""
        self.now_s = 0.0

    def sleep(self, duration_s: float) -> None:
        """Pass the time."""
        self.now_s += duration_s


class Setting:
    """A handler with everything around it in memory."""

    def __init__(self, enricher_for: Callable[[Enricher], Enricher] = lambda e: e) -> None:
        """One product whose picture is at a host that is away."""
        encoder = FakeEncoder()
        contract = IndexContract(
            text_fields=("title",),
            image_field="image",
            text_model=encoder.text_model,
            image_model=encoder.image_model,
            layout=product_layout(text_dimension=16, image_dimension=16),
            pipeline="diptych-products",
        )
        self.store = MemoryStore(contract)
        self.store.index("1", {"title": "red dress", "image": "https://away/1.jpg"})
        self.publisher = MemoryPublisher()
        self.clock = Clock()
        pictures = MemoryPictures({"https://away/1.jpg": UnavailableError("away")})
        enricher = Enricher(self.store, encoder, pictures)
        self.handler = Handler(
            lambda index: enricher_for(enricher),
            self.publisher,
            sleep=self.clock.sleep,
            monotonic_s=lambda: self.clock.now_s,
        )


def failing(n_times: int, error: Exception) -> Callable[[Enricher], Enricher]:
    """Raise an error for the first calls."""
    calls = 0

    def enricher_for(enricher: Enricher) -> Enricher:
        nonlocal calls
        calls += 1
        if calls <= n_times:
            raise error
        return enricher

    return enricher_for


def test_picture_that_cannot_be_had_comes_again_on_the_backfill_lane() -> None:
    """In a message of its own, which counts its attempts."""
    setting = Setting()

    setting.handler.handle(Message("products", ("1",)))

    assert [(Message("products", ("1",), attempt=1), Lane.BACKFILL)] == setting.publisher.messages


def test_last_attempt_settles_the_document() -> None:
    """After five attempts the words alone are written, with the reason."""
    setting = Setting()

    setting.handler.handle(Message("products", ("1",), attempt=MAX_ATTEMPTS - 1))

    assert [] == setting.publisher.messages
    assert "partial" == setting.store.sources["1"]["diptych"]["state"]


def test_busy_cluster_is_waited_for() -> None:
    """A few refusals cost time, not the message."""
    setting = Setting(failing(3, BusyError("too busy")))

    setting.handler.handle(Message("products", ("1",), attempt=MAX_ATTEMPTS - 1))

    assert "partial" == setting.store.sources["1"]["diptych"]["state"]


def test_cluster_that_stays_away_sends_the_message_back() -> None:
    """After a minute the broker gets it again, for any worker."""
    setting = Setting(failing(10_000, UnavailableError("away")))

    with pytest.raises(UnavailableError, match="1 documents wait: away"):
        setting.handler.handle(Message("products", ("1",)))

    assert setting.clock.now_s <= PATIENCE_S


@pytest.mark.parametrize("error", [MissingIndexError("gone"), ContractError("other model")])
def test_error_that_no_waiting_mends_is_raised_at_once(error: Exception) -> None:
    """The task decides what becomes of the message."""
    setting = Setting(failing(1, error))

    with pytest.raises(type(error)):
        setting.handler.handle(Message("products", ("1",)))

    assert 0 == setting.clock.now_s
