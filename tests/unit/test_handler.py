"""What a worker does with a message: finish it, wait, give it back, or put off a part."""

from collections.abc import Callable, Sequence

import pytest

from diptych.contract import IndexContract
from diptych.encoding import Role
from diptych.errors import (
    BusyError,
    ContractError,
    CredentialsError,
    EncodingError,
    MissingIndexError,
    NotInstalledError,
    SettingsError,
    UnavailableError,
)
from diptych.ingest.enrich import Enricher
from diptych.ingest.publishing import Lane, Message
from diptych.layout import product_layout
from diptych.testing import FakeEncoder, MemoryPictures, MemoryPublisher, MemoryStore
from diptych.vectors import Floats
from diptych.workers.app import TASK, make_app
from diptych.workers.handling import Handler
from diptych.workers.patience import PATIENCE_S, Patience
from diptych.workers.tasks import lane_of, register

MESSAGE = Message("products", ("1", "2", "3"))


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        """Starts at zero."""
        self.now_s = 0.0

    def sleep(self, duration_s: float) -> None:
        """Pass the time."""
        self.now_s += duration_s


class PoisonedEncoder(FakeEncoder):
    """A fake that breaks on one text, as a bug in a model does."""

    def __init__(self, poison: str | None) -> None:
        """`poison` is the text it breaks on."""
        super().__init__()
        self._poison = poison

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """Break, or encode."""
        if self._poison in texts:
            raise RuntimeError("poison")
        return super().encode_texts(texts, role=role)


class Setting:
    """A handler with everything around it in memory, and three products."""

    def __init__(
        self,
        enricher_for: Callable[[Enricher], Enricher] = lambda e: e,
        *,
        poison: str | None = None,
    ) -> None:
        """`poison` is the title that breaks the encoder."""
        encoder = PoisonedEncoder(poison)
        contract = IndexContract(
            text_fields=("title",),
            image_field=None,
            text_model=encoder.text_model,
            image_model=encoder.image_model,
            layout=product_layout(text_dimension=16, image_dimension=16),
            pipeline="diptych-products",
        )
        self.store = MemoryStore(contract)
        for id_ in MESSAGE.ids:
            self.store.index(id_, {"title": id_})
        self.publisher = MemoryPublisher()
        self.clock = Clock()
        enricher = Enricher(self.store, encoder, MemoryPictures({}))
        self.handler = Handler(
            lambda index, contract: enricher_for(enricher),
            self.publisher,
            patience=Patience(sleep=self.clock.sleep, monotonic_s=lambda: self.clock.now_s),
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


def test_busy_cluster_is_waited_for() -> None:
    """A few refusals cost time, not the message."""
    setting = Setting(failing(3, BusyError("too busy")))

    setting.handler.handle(MESSAGE)

    assert "ready" == setting.store.sources["1"]["diptych"]["state"]


def test_cluster_that_stays_away_sends_the_message_back() -> None:
    """After half a minute the broker gets it again, for any worker."""
    setting = Setting(failing(10_000, UnavailableError("away")))

    with pytest.raises(UnavailableError, match="3 documents wait: away"):
        setting.handler.handle(MESSAGE)

    assert setting.clock.now_s <= PATIENCE_S


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (MissingIndexError("gone"), MissingIndexError),
        (ContractError("other model"), ContractError),
        (EncodingError("no such model"), SettingsError),
    ],
)
def test_error_that_no_waiting_mends_is_raised_at_once(
    error: Exception, raised: type[Exception]
) -> None:
    """A model that cannot be loaded is the worker's trouble, not a document's."""
    setting = Setting(failing(1, error))

    with pytest.raises(raised):
        setting.handler.handle(MESSAGE)

    assert 0 == setting.clock.now_s


def run_task(setting: Setting, body: object) -> int:
    """Run the registered task as a worker does; how often it asked to stop."""
    app = make_app("memory://")
    stops: list[bool] = []
    register(app, setting.handler, stop=lambda verdict: stops.append(True))
    app.tasks[TASK].apply(args=(body,), throw=True)
    return len(stops)


def test_message_goes_back_by_the_lane_it_came_by() -> None:
    """Published again and acknowledged: a rejected one would count as a failed delivery."""
    setting = Setting(failing(10_000, UnavailableError("away")))

    run_task(setting, MESSAGE.to_json())

    assert [(MESSAGE, Lane.LIVE)] == setting.publisher.messages
    assert Lane.BACKFILL == lane_of({"routing_key": "diptych.backfill"})


@pytest.mark.parametrize("error", [CredentialsError("no"), ContractError("other model")])
def test_wrong_credentials_or_models_stop_the_worker_and_keep_the_message(
    error: Exception,
) -> None:
    """Every message would fail alike."""
    setting = Setting(failing(10_000, error))

    n_stops = run_task(setting, MESSAGE.to_json())

    assert (1, [MESSAGE]) == (n_stops, [message for message, _ in setting.publisher.messages])


@pytest.mark.parametrize("error", [NotInstalledError("removed"), MissingIndexError("gone")])
def test_message_of_an_index_that_is_gone_is_dropped(error: Exception) -> None:
    """It must not stop the work for other indexes."""
    setting = Setting(failing(10_000, error))

    n_stops = run_task(setting, MESSAGE.to_json())

    assert (0, []) == (n_stops, setting.publisher.messages)


def test_stranger_on_the_queue_is_dropped() -> None:
    """Nothing but a message of ours reaches the handler."""
    setting = Setting()

    n_stops = run_task(setting, {"schema": 99})

    assert (0, []) == (n_stops, setting.publisher.messages)


def test_document_that_breaks_the_worker_is_found_by_halves() -> None:
    """Its two neighbours get their vectors, and it says what happened."""
    setting = Setting(poison="2")

    run_task(setting, MESSAGE.to_json())
    while setting.publisher.messages:
        message, _ = setting.publisher.messages.pop()
        run_task(setting, message.to_json())

    states = {id_: source["diptych"]["state"] for id_, source in setting.store.sources.items()}
    assert {"1": "ready", "2": "failed", "3": "ready"} == states
    assert "RuntimeError: poison" in setting.store.sources["2"]["diptych"]["error"]
