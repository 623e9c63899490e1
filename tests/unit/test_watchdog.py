"""When a worker is started again: by a clock that stands still while work is excused."""

import threading
from contextvars import copy_context

from diptych.workers.restarting import guard, is_broken, stacks
from diptych.workers.watchdog import Watch


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        """Starts at 1000 s, for a clock of a machine starts anywhere."""
        self.now_s = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now_s

    def after(self, seconds: float) -> None:
        """Let so much time pass."""
        self.now_s += seconds


def watched(limit_s: float = 120.0) -> tuple[Watch, Clock]:
    """A watch by a clock of the test's own."""
    clock = Clock()
    return Watch(limit_s, monotonic_s=clock), clock


def test_idle_worker_with_an_empty_queue_is_left_alone() -> None:
    """Nothing to do for an hour is no fault."""
    watch, clock = watched()
    watch.waiting(0)
    clock.after(3600)

    assert watch.fault() is None


def test_delivery_without_a_step_is_a_fault_after_the_limit() -> None:
    """120 s are allowed, 121 are not, however long the worker was idle before."""
    watch, clock = watched()
    clock.after(3600)
    with watch.holding():
        clock.after(120)
        at_the_limit = watch.fault()
        clock.after(1)
        after_it = watch.fault()

    assert at_the_limit is None
    assert "1 messages are in hand, and nothing happened for 121 s" == after_it


def test_each_step_begins_the_time_anew() -> None:
    """A message that takes ten minutes in steps of a minute is well."""
    watch, clock = watched()
    with watch.holding():
        for _ in range(10):
            clock.after(60)
            watch.moved()
        clock.after(119)
        found = watch.fault()

    assert found is None


def test_step_by_a_helping_thread_counts_for_all() -> None:
    """Pictures are read by threads that have no delivery."""
    watch, clock = watched()
    with watch.holding():
        clock.after(100)
        _elsewhere(watch.moved)
        clock.after(100)
        found = watch.fault()

    assert found is None


def test_one_delivery_that_hangs_beside_others_is_a_fault_after_five_limits() -> None:
    """The others go on, so there is time: 600 s, and then it says so to /livez too."""
    watch, clock = watched()
    with watch.holding():
        for _ in range(12):
            clock.after(50)
            _elsewhere(watch.moved)
        before = watch.fault()
        clock.after(1)
        after = watch.fault(), watch.stuck()

    said = "a message is in hand, and nothing happened to it for 601 s"
    assert before is None
    assert (said, said) == after


def test_what_is_excused_takes_no_time() -> None:
    """Models may load for an hour; 100 s before and 20 s after do not exceed 120 s."""
    watch, clock = watched()
    with watch.holding():
        clock.after(100)
        with watch.excused():
            clock.after(3600)
            meanwhile = watch.fault()
        clock.after(20)
        at_the_limit = watch.fault()
        clock.after(1)
        after_it = watch.fault()

    assert (None, None) == (meanwhile, at_the_limit)
    assert after_it is not None


def test_excuses_that_overlap_end_with_the_last() -> None:
    """Two threads wait for the same cluster, 30 s in all."""
    watch, clock = watched(20)
    with watch.holding():
        with watch.excused():
            clock.after(10)
            with watch.excused():
                clock.after(10)
            clock.after(10)
        clock.after(20)
        found = watch.fault()

    assert found is None


def test_step_in_a_thread_that_works_for_a_delivery_is_its_own() -> None:
    """A message whose pictures come one by one for an hour is not stuck."""
    watch, clock = watched()
    with watch.holding():
        context = copy_context()
        for _ in range(36):
            clock.after(100)
            _elsewhere(lambda: context.run(watch.moved))
        found = watch.stuck()

    assert found is None


def test_queue_that_is_never_empty_while_nothing_comes_is_a_fault() -> None:
    """The connection of the consumer is dead, and only the broker knows that messages wait."""
    watch, clock = watched()
    clock.after(3600)
    watch.waiting(3)
    clock.after(120)
    watch.waiting(3)
    at_the_limit = watch.fault()
    clock.after(1)
    watch.waiting(3)
    after_it = watch.fault()

    assert at_the_limit is None
    assert "messages wait in the queue, and none came for 121 s" == after_it


def test_queue_that_is_empty_or_silent_in_between_is_no_fault() -> None:
    """Others took what waited; or the broker is away, and a restart would not mend it."""
    watch, clock = watched()
    for seen in (3, 0, 3, None, 3):
        watch.waiting(seen)
        clock.after(100)

    assert watch.fault() is None


def test_broker_that_says_nothing_for_long_is_not_taken_at_its_last_word() -> None:
    """Three messages waited an hour ago; nobody knows whether they still do."""
    watch, clock = watched()
    watch.waiting(3)
    clock.after(3600)

    assert watch.fault() is None


def test_end_of_a_delivery_is_progress() -> None:
    """Messages wait all the time, and are finished one after the other."""
    watch, clock = watched()
    watch.waiting(1000)
    for _ in range(5):
        with watch.holding():
            clock.after(100)
        watch.waiting(1000)

    assert watch.fault() is None


def test_guard_restarts_once_and_names_functions_of_all_threads() -> None:
    """The line for the log has where each thread stands, and no values."""
    watch, clock = watched(0.5)
    restarts: list[str] = []
    with watch.holding():
        clock.after(1)
        guard(watch, threading.Event(), lambda: restarts.append(stacks()))

    assert 1 == len(restarts)
    assert "MainThread: " in restarts[0]
    assert "test_guard_restarts_once_and_names_functions_of_all_threads" in restarts[0]


def test_guard_of_a_worker_that_stops_does_nothing() -> None:
    """A worker that finishes its last message must not be started again."""
    watch, clock = watched(0.5)
    restarts: list[str] = []
    stopped = threading.Event()
    stopped.set()
    with watch.holding():
        clock.after(1)
        guard(watch, stopped, lambda: restarts.append("again"))

    assert [] == restarts


def _elsewhere(step: object) -> None:
    assert callable(step)
    thread = threading.Thread(target=step)
    thread.start()
    thread.join()


def test_worker_that_celery_ended_is_started_again_and_one_that_was_stopped_is_not() -> None:
    """Nor one that could not even begin: its supervisor decides."""
    assert [True, False, False, False] == [
        is_broken(1, was_asked=False, ran_s=60.0),
        is_broken(1, was_asked=True, ran_s=60.0),
        is_broken(0, was_asked=False, ran_s=60.0),
        is_broken(1, was_asked=False, ran_s=1.0),
    ]
