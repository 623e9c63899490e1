"""What becomes of messages whose index is blocked, replaced, or not what their sender saw."""

from collections.abc import Sequence

from enriching import AnsweringStore, CountingEncoder, make_contract, make_enricher

from diptych.errors import MappingError, UnavailableError
from diptych.ingest.dead_letters import DeadLetter
from diptych.ingest.enrich import Enricher
from diptych.ingest.publishing import Lane, Message
from diptych.ingest.store import Outcome
from diptych.testing import MemoryDeadLetters, MemoryPublisher, MemoryStore
from diptych.workers.handling import Handler
from diptych.workers.patience import PATIENCE_S, Patience
from diptych.workers.verdict import Verdict

MESSAGE = Message("products", ("1", "2"), contract="old")


class Hand:
    """A handler over one enricher, on a clock that only sleeping moves."""

    def __init__(self, *enrichers: Enricher | Exception) -> None:
        """One answer to each question for an enricher, the last one again and again."""
        self.asked: list[tuple[str, str | None]] = []
        self.publisher = MemoryPublisher()
        self.letters = MemoryDeadLetters()
        self.now_s = 0.0
        self._answers = list(enrichers)
        self.handler = Handler(
            self.ask,
            self.publisher,
            dead_letters=self.letters,
            patience=Patience(
                sleep=self._sleep,
                monotonic_s=lambda: self.now_s,
                uniform=lambda low, high: high,
            ),
        )

    def deliver(self, message: Message = MESSAGE) -> Verdict:
        """As it comes from the queue."""
        return self.handler.deliver(message.to_json(), Lane.LIVE)

    def _sleep(self, duration_s: float) -> None:
        self.now_s += duration_s

    def ask(self, index: str, contract: str | None) -> Enricher:
        """What a handler asks for."""
        self.asked.append((index, contract))
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def blocked_store(encoder: CountingEncoder, n_times: int) -> MemoryStore:
    """Two products in an index that takes no writes at first."""
    store = AnsweringStore(make_contract(encoder), *[Outcome.BLOCKED] * n_times)
    for id_ in MESSAGE.ids:
        store.index(id_, {"title": id_})
    return store


def brief(letters: Sequence[DeadLetter]) -> list[tuple[str, str, str]]:
    """Id, stage and class of each."""
    return [(letter.id, letter.stage, letter.error_class) for letter in letters]


def test_blocked_index_is_waited_for_and_costs_no_second_encoding(
    encoder: CountingEncoder,
) -> None:
    """A disk that is nearly full, or an operator's block."""
    store = blocked_store(encoder, 3)
    hand = Hand(make_enricher(store, encoder))

    verdict = hand.deliver()

    assert Verdict() == verdict
    assert (0.5 + 1 + 2, 2) == (hand.now_s, encoder.n_texts)
    assert "partial" == store.sources["1"]["diptych"]["state"]


def test_next_message_of_a_blocked_index_waits_before_it_encodes(
    encoder: CountingEncoder,
) -> None:
    """The pauses of the first were 0.5, 1, 2, 4, 8 and 16 s, the last of which goes on."""
    hand = Hand(make_enricher(blocked_store(encoder, 6), encoder))
    hand.deliver()
    given_back_s = hand.now_s
    hand.publisher.messages.clear()

    verdict = hand.deliver(Message("products", ("2",)))

    assert Verdict() == verdict
    assert (PATIENCE_S, 31.5) == (given_back_s, hand.now_s)
    assert ([], 3) == (hand.publisher.messages, encoder.n_texts)


def test_messages_of_a_replaced_index_follow_it(encoder: CountingEncoder) -> None:
    """A rebuild keeps the old index, which takes no writes ever again."""
    store = blocked_store(encoder, 1000)
    store.replaced_by = "products-diptych-1"
    hand = Hand(make_enricher(store, encoder))

    verdict = hand.deliver()

    moved = Message("products-diptych-1", MESSAGE.ids)
    assert (Verdict(), 0) == (verdict, hand.now_s)
    assert [(moved, Lane.LIVE)] == hand.publisher.messages


def test_worker_is_asked_for_the_contract_that_the_sender_saw(store: MemoryStore) -> None:
    """An index that was made again for other models must not be judged by the old ones."""
    hand = Hand(make_enricher(store, CountingEncoder()))

    hand.deliver()

    assert [("products", "old")] == hand.asked


def test_name_that_stands_for_several_indexes_is_a_dead_letter() -> None:
    """Nobody can say which one is meant, and nothing may be dropped without a record."""
    hand = Hand(MappingError("two"))

    verdict = hand.deliver()

    assert Verdict() == verdict
    assert [("1", "enrich", "MappingError"), ("2", "enrich", "MappingError")] == brief(
        hand.letters.letters
    )


def test_stranger_on_the_queue_is_a_dead_letter() -> None:
    """Its text is kept, for there is no id to name."""
    hand = Hand()

    verdict = hand.handler.deliver({"schema": 99}, Lane.LIVE)

    assert Verdict() == verdict
    assert [("", "message", "UsageError")] == brief(hand.letters.letters)
    assert "the keys schema and the schema 99" in hand.letters.letters[0].reason


class FullLetters(MemoryDeadLetters):
    """A disk without room."""

    def record(self, letter: DeadLetter) -> None:
        """Not now."""
        raise UnavailableError("no room")


def test_stranger_that_cannot_be_recorded_stays_on_the_queue() -> None:
    """Better twice than never."""
    handler = Handler(Hand(MappingError("two")).ask, MemoryPublisher(), dead_letters=FullLetters())

    verdict = handler.deliver({"schema": 99}, Lane.LIVE)

    assert Verdict(is_done=False, reason="no room") == verdict


def test_documents_that_cannot_be_recorded_go_back(store: MemoryStore) -> None:
    """A copy is on the queue before the message is acknowledged."""
    publisher = MemoryPublisher()
    handler = Handler(Hand(MappingError("two")).ask, publisher, dead_letters=FullLetters())

    verdict = handler.deliver(MESSAGE.to_json(), Lane.BACKFILL)

    assert (Verdict(), [(MESSAGE, Lane.BACKFILL)]) == (verdict, publisher.messages)
