"""A message that a process died with: run apart, then one by one, and only the culprit given up."""

from collections.abc import Callable
from dataclasses import replace

from enriching import CountingEncoder, make_contract

from diptych.errors import CrashError, UnavailableError
from diptych.ingest.enrich import Enricher
from diptych.ingest.publishing import Lane, Message
from diptych.testing import (
    MemoryDeadLetters,
    MemoryJournal,
    MemoryPictures,
    MemoryPublisher,
    MemoryStore,
)
from diptych.workers.handling import Handler
from diptych.workers.journal import Entry
from diptych.workers.patience import Patience
from diptych.workers.suspects import BrokenError
from diptych.workers.verdict import Verdict

MESSAGE = Message("products", ("1", "2", "3"))


class MortalIsolation:
    """An `Isolation` that writes vectors, unless an id ends it."""

    def __init__(self, finish: Callable[[Message], Verdict], *killers: str) -> None:
        """`finish` is what the process apart does."""
        self.runs: list[tuple[str, ...]] = []
        self.before: Callable[[Message], None] = lambda message: None
        self._finish = finish
        self._killers = killers

    def run(self, message: Message, lane: Lane) -> Verdict:
        """Die, or do it."""
        self.runs.append(message.ids)
        self.before(message)
        if set(self._killers) & set(message.ids):
            raise CrashError("It ended the process that worked on it (SIGSEGV).")
        return self._finish(message)


class Scene:
    """Three products, a handler, and a process apart."""

    def __init__(self, *killers: str) -> None:
        """`killers` are ids of products that end their process."""
        self.encoder = CountingEncoder()
        self.store = MemoryStore(make_contract(self.encoder))
        for id_ in MESSAGE.ids:
            self.store.index(id_, {"title": f"product {id_}"})
        self.letters = MemoryDeadLetters()
        self.pictures = MemoryPictures({"deadly.jpg": b"picture"})
        self.enricher = Enricher(self.store, self.encoder, self.pictures, dead_letters=self.letters)
        self.publisher = MemoryPublisher()
        self.kept: list[tuple[MemoryJournal, Entry]] = []
        child = Handler(lambda index, contract: self.enricher, self.publisher, is_isolated=True)
        self.isolation = MortalIsolation(
            lambda message: child.deliver(message.to_json(), Lane.LIVE), *killers
        )
        self.handler = Handler(
            lambda index, contract: self.enricher,
            self.publisher,
            dead_letters=self.letters,
            patience=Patience(sleep=lambda duration_s: None),
            journal=MemoryJournal(self.kept, lambda: False),
            isolation=self.isolation,
        )

    def deliver(self, *, is_returned: bool = True) -> Verdict:
        """As the broker does."""
        return self.handler.deliver(MESSAGE.to_json(), Lane.LIVE, is_returned=is_returned)

    @property
    def states(self) -> list[str]:
        """Of the three products."""
        return [self.store.sources[id_]["diptych"]["state"] for id_ in MESSAGE.ids]


def test_message_that_comes_for_the_first_time_runs_in_the_worker() -> None:
    """A process apart costs memory and time."""
    scene = Scene("2")

    scene.deliver(is_returned=False)

    assert [] == scene.isolation.runs
    assert ["partial"] * 3 == scene.states


def test_message_that_comes_again_runs_apart_as_a_whole() -> None:
    """Most are innocent, and a whole message is encoded in batches."""
    scene = Scene()

    verdict = scene.deliver()

    assert (Verdict(), [("1", "2", "3")]) == (verdict, scene.isolation.runs)
    assert ["partial"] * 3 == scene.states


def test_only_the_document_that_ends_processes_is_given_up() -> None:
    """Once with the others, and twice alone."""
    scene = Scene("2")

    verdict = scene.deliver()

    assert Verdict() == verdict
    assert [("1", "2", "3"), ("1",), ("2",), ("2",), ("3",)] == scene.isolation.runs
    assert ["partial", "failed", "partial"] == scene.states
    assert [("2", "CrashError")] == [(it.id, it.error_class) for it in scene.letters.letters]
    assert "SIGSEGV" in scene.store.sources["2"]["diptych"]["error"]


def test_suspect_pictures_are_not_even_read_in_the_worker() -> None:
    """A message that looks for changed pictures opens them, and one of them may be deadly."""
    scene = Scene("1", "2", "3")
    for id_ in MESSAGE.ids:
        scene.store.index(id_, {"title": id_, "image": "deadly.jpg"})
    scene.enricher.start(MESSAGE.ids).run()
    scene.pictures.reads.clear()
    body = replace(MESSAGE, is_refetch=True).to_json()

    verdict = scene.handler.deliver(body, Lane.LIVE, is_returned=True)

    assert (Verdict(), []) == (verdict, scene.pictures.reads)
    assert ["failed"] * 3 == scene.states


def test_documents_that_are_settled_by_now_are_not_tried() -> None:
    """Whoever had the message wrote them before it died, or the journal's reader did."""
    scene = Scene()
    scene.enricher.start(MESSAGE.ids).run()

    verdict = scene.deliver()

    assert (Verdict(), []) == (verdict, scene.isolation.runs)


def test_documents_that_fail_together_apart_are_tried_one_by_one() -> None:
    """Halves would go to the queue as new messages, whose first execution is in a worker."""
    scene = Scene()

    def break_together(message: Message) -> None:
        if len(message.ids) > 1:
            raise BrokenError("RuntimeError: poison")

    scene.isolation.before = break_together

    scene.deliver()

    assert [("1", "2", "3"), ("1",), ("2",), ("3",)] == scene.isolation.runs
    assert [] == scene.publisher.messages


def test_what_is_being_tried_stands_in_the_journal() -> None:
    """So that a trial which ends the worker too is counted."""
    scene = Scene("2")
    seen: list[list[tuple[int, int]]] = []
    scene.isolation.before = lambda message: seen.append(
        [(len(entry.message.ids), entry.n_trials) for _, entry in scene.kept]
    )

    scene.deliver()

    assert [[(3, 0), (3, 1)], [(3, 0), (1, 1)]] == seen[:2]
    assert [] == scene.kept


def test_document_that_ends_the_worker_in_each_trial_is_given_up_untried() -> None:
    """A container that is too small dies as a whole."""
    scene = Scene()
    entry = Entry(MESSAGE.part(["2"]), Lane.LIVE, is_suspect=True, n_trials=4)

    verdict = scene.handler.take(entry)

    assert (Verdict(), []) == (verdict, scene.isolation.runs)
    assert "failed" == scene.store.sources["2"]["diptych"]["state"]
    assert "4 workers died" in scene.store.sources["2"]["diptych"]["error"]


def test_document_that_was_corrected_while_it_ended_processes_is_looked_at_again() -> None:
    """What ended them does not stand there any more."""
    scene = Scene("2")

    def correct(message: Message) -> None:
        if message.ids == ("2",):
            scene.store.index("2", {"title": "corrected"})

    scene.isolation.before = correct

    scene.deliver()

    assert [MESSAGE.part(["2"])] == [message for message, _ in scene.publisher.messages]
    assert [] == scene.letters.letters


def test_cluster_that_is_away_gives_nothing_up() -> None:
    """The broker keeps the message, if it cannot be published either."""
    scene = Scene()
    scene.isolation.before = lambda message: (_ for _ in ()).throw(UnavailableError("away"))

    verdict = scene.deliver()

    assert Verdict() == verdict
    assert [MESSAGE] == [message for message, _ in scene.publisher.messages]
