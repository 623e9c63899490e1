"""Calls that meet at a busy model are answered together, each with its own rows or error."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pytest

from diptych.encoding import EncodedImages, Encoder, Role
from diptych.errors import BusyError, EncodingError, UnavailableError
from diptych.query.cached_encoder import CachedEncoder
from diptych.query.coalescing import CoalescingEncoder
from diptych.query.patience import within
from diptych.testing import FakeEncoder
from diptych.vectors import Floats

#: Far more than any of these tests takes; one that waits so long has failed.
PATIENCE_S = 10.0
Answer = TypeVar("Answer")


class _GatedEncoder(FakeEncoder):
    """Keeps its calls, and returns from one only while its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str] | list[bytes]] = []
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        self._pass(list(texts))
        if "poison" in texts:
            raise EncodingError("the text is poison")
        if "bug" in texts:
            raise ZeroDivisionError
        if "nobody" in texts:
            raise BusyError("too much to do")
        return super().encode_texts(texts, role=role)

    def encode_words(self, texts: Sequence[str]) -> Floats:
        self._pass(list(texts))
        return super().encode_words(texts)

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        self._pass(list(images))
        return super().encode_images(images)

    def _pass(self, inputs: list[str] | list[bytes]) -> None:
        self.calls.append(inputs)
        self.threads.add(threading.current_thread().name)
        self.entered.release()
        assert self.gate.wait(PATIENCE_S)


class _Street:
    """A gated encoder, the line before it, and callers in threads of their own."""

    def __init__(self, **options: int) -> None:
        self.gated = _GatedEncoder()
        self.line = CoalescingEncoder(self.gated, timeout_s=PATIENCE_S, **options)
        self._callers = ThreadPoolExecutor(40)

    def busy(self) -> "Future[Floats]":
        """Send one caller, whose text is in the models now."""
        first = self._callers.submit(self.line.encode_texts, ["first"], role=Role.QUERY)
        assert self.gated.entered.acquire(timeout=PATIENCE_S)
        return first

    def send(self, ask: Callable[[], Answer]) -> "Future[Answer]":
        """Send a caller, and return when it waits in the line."""
        n_before = self.line.n_waiting
        sent = self._callers.submit(ask)
        _wait_until(lambda: self.line.n_waiting > n_before)
        return sent

    def ask(self, *texts: str) -> "Future[Floats]":
        """Send a caller with a query's texts."""
        return self.send(lambda: self.line.encode_texts(texts, role=Role.QUERY))

    def close(self) -> None:
        """Let everyone through, and go home."""
        self.gated.gate.set()
        self.line.close()
        self._callers.shutdown()


@pytest.fixture
def street() -> Iterator[_Street]:
    """A line whose model has the gate closed."""
    street = _Street()
    yield street
    street.close()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.0005)


def _expected(*texts: str) -> Floats:
    return FakeEncoder().encode_texts(texts, role=Role.QUERY)


def test_first_caller_goes_at_once_and_those_after_it_go_together(street: _Street) -> None:
    """Two model calls for four callers, one thread for all, and each has its own rows."""
    callers = [street.busy(), street.ask("a"), street.ask("b", "c"), street.ask("d")]
    street.gated.gate.set()
    rows = [caller.result(PATIENCE_S) for caller in callers]

    assert [["first"], ["a", "b", "c", "d"]] == street.gated.calls
    assert 1 == len(street.gated.threads)
    for texts, found in zip((["first"], ["a"], ["b", "c"], ["d"]), rows, strict=True):
        np.testing.assert_array_equal(_expected(*texts), found)


def test_equal_texts_of_a_batch_run_once(street: _Street) -> None:
    """Whoever brings them; each caller has its rows in its own order."""
    first = street.busy()
    callers = [street.ask("a", "b", "a"), street.ask("b"), street.ask("b", "a")]
    street.gated.gate.set()
    rows = [caller.result(PATIENCE_S) for caller in (first, *callers)]

    assert [["first"], ["a", "b"]] == street.gated.calls
    np.testing.assert_array_equal(_expected("a", "b", "a"), rows[1])
    np.testing.assert_array_equal(_expected("b", "a"), rows[3])


def test_other_questions_go_in_their_own_batch_oldest_first(street: _Street) -> None:
    """Texts of the two spaces and of the two roles never mix, nor with pictures."""
    first = street.busy()
    callers: list[Future[Floats]] = [
        street.send(lambda: street.line.encode_words(["w"])),
        street.ask("a"),
        street.send(lambda: street.line.encode_images([b"picture"]).vectors),
        street.send(lambda: street.line.encode_texts(["d"], role=Role.DOCUMENT)),
        street.ask("b"),
    ]
    street.gated.gate.set()
    for caller in (first, *callers):
        caller.result(PATIENCE_S)

    assert [["first"], ["w"], ["a", "b"], [b"picture"], ["d"]] == street.gated.calls


def test_batch_has_at_most_so_many_inputs() -> None:
    """What does not fit waits for the next; a caller with more than that goes alone."""
    street = _Street(max_texts=3)
    callers = [street.busy(), *(street.ask(f"{i}a", f"{i}b") for i in range(3)), street.ask("x")]
    callers.append(street.ask("1", "2", "3", "4"))
    street.gated.gate.set()
    for caller in callers:
        caller.result(PATIENCE_S)
    street.close()

    assert [1, 3, 2, 2, 4] == [len(call) for call in street.gated.calls]


def test_bad_picture_is_its_callers_alone(street: _Street) -> None:
    """Its error stands at its place in its caller's answer; the neighbours have vectors."""
    first = street.busy()
    good = street.send(lambda: street.line.encode_images([b"picture 1"]))
    bad = street.send(lambda: street.line.encode_images([b"picture 2", b"no image"]))
    street.gated.gate.set()
    first.result(PATIENCE_S)

    assert {} == good.result(PATIENCE_S).errors
    assert [1] == list(bad.result(PATIENCE_S).errors)
    assert [True, False] == bad.result().vectors.any(axis=1).tolist()
    assert 2 == len(street.gated.calls)


@pytest.mark.parametrize(("text", "error"), [("poison", EncodingError), ("bug", ZeroDivisionError)])
def test_failing_text_fails_its_caller_alone(
    street: _Street, text: str, error: type[Exception]
) -> None:
    """The others of its batch are tried again without it, whatever the failure was."""
    first = street.busy()
    callers = [street.ask("a"), street.ask(text), street.ask("b")]
    street.gated.gate.set()
    first.result(PATIENCE_S)

    np.testing.assert_array_equal(_expected("a"), callers[0].result(PATIENCE_S))
    np.testing.assert_array_equal(_expected("b"), callers[2].result(PATIENCE_S))
    with pytest.raises(error):
        callers[1].result(PATIENCE_S)


def test_model_that_does_not_answer_is_asked_once_for_all(street: _Street) -> None:
    """Asking it again for each caller would keep the last one waiting for all of them."""
    first = street.busy()
    callers = [street.ask("nobody"), street.ask("a")]
    street.gated.gate.set()
    first.result(PATIENCE_S)
    errors = [caller.exception(PATIENCE_S) for caller in callers]

    assert [["first"], ["nobody", "a"]] == street.gated.calls
    assert [BusyError, BusyError] == [type(error) for error in errors]
    assert errors[0] is not errors[1]


def test_caller_waits_no_longer_than_it_said(street: _Street) -> None:
    """It gets UnavailableError; who waits on, in the same batch or behind it, is served."""
    hurried = street.line.within(0.01)
    with pytest.raises(UnavailableError, match=r"no answer in 0\.01 s"):
        hurried.encode_texts(["first"], role=Role.QUERY)
    patient = street.ask("a")
    with pytest.raises(UnavailableError):
        hurried.encode_texts(["b"], role=Role.QUERY)
    street.gated.gate.set()

    np.testing.assert_array_equal(_expected("a"), patient.result(PATIENCE_S))
    assert [["first"], ["a"]] == street.gated.calls


def test_line_outlives_a_failure(street: _Street) -> None:
    """The next caller is served as if nothing had been."""
    street.gated.gate.set()
    with pytest.raises(ZeroDivisionError):
        street.line.encode_texts(["bug"], role=Role.QUERY)

    np.testing.assert_array_equal(_expected("a"), street.line.encode_texts(["a"], role=Role.QUERY))


def test_close_ends_the_running_batch_and_sends_the_others_home(street: _Street) -> None:
    """Who is in the models is answered; who waits or comes later is told; the thread is gone."""
    running, waiting = street.busy(), street.ask("a")
    closing = ThreadPoolExecutor(1)
    closed = closing.submit(street.line.close)
    told = waiting.exception(PATIENCE_S)
    street.gated.gate.set()
    closed.result(PATIENCE_S)
    closing.shutdown()

    assert isinstance(told, UnavailableError)
    np.testing.assert_array_equal(_expected("first"), running.result(PATIENCE_S))
    with pytest.raises(UnavailableError, match="being closed"):
        street.line.encode_words(["b"])
    names = {thread.name for thread in threading.enumerate()}
    assert not names & street.gated.threads


def test_no_thread_before_the_first_call() -> None:
    """Making one costs nothing."""
    n_before = threading.active_count()
    encoder = CoalescingEncoder(FakeEncoder())

    assert n_before == threading.active_count()
    encoder.close()


def test_time_budget_reaches_through_the_cache(street: _Street) -> None:
    """`within` hurries what is behind; what cannot be hurried stays as it is."""
    fake: Encoder = FakeEncoder()
    hurried = within(CachedEncoder(street.line), 0.01)

    assert within(fake, 0.01) is fake
    with pytest.raises(UnavailableError):
        hurried.encode_words(["a"])
