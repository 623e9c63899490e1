"""How hard a host is pressed: places, rate, and pauses after failures."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from diptych.errors import ImageError, UnavailableError
from diptych.ingest.pacing import HostGates


class _Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept_s: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept_s.append(seconds)
        self.now_s += seconds


def _gates(clock: _Clock, rate_per_s: float = 1000) -> HostGates:
    return HostGates(rate_per_s=rate_per_s, monotonic_s=clock, sleep=clock.sleep)


def _ask(gates: HostGates, host: str = "cdn", error: Exception | None = None) -> None:
    with gates.asking(host):
        if error is not None:
            raise error


def _fail(gates: HostGates, times: int, host: str = "cdn") -> None:
    for _ in range(times):
        with pytest.raises(UnavailableError, match="away"):
            _ask(gates, host, UnavailableError("away"))


def test_host_is_asked_no_more_often_than_its_rate() -> None:
    """Four a second: four at once, the next ones a quarter of a second apart."""
    clock = _Clock()
    gates = _gates(clock, rate_per_s=4)

    for _ in range(6):
        _ask(gates)

    assert [0.25, 0.25] == clock.slept_s


def test_less_than_one_a_second_is_a_rate_too() -> None:
    """One in ten seconds."""
    clock = _Clock()
    gates = _gates(clock, rate_per_s=0.1)

    for _ in range(3):
        _ask(gates)

    assert [10.0, 10.0] == clock.slept_s


def test_hosts_have_rates_of_their_own() -> None:
    """One host's requests hold up no other's."""
    clock = _Clock()
    gates = _gates(clock, rate_per_s=1)

    for host in ("a", "b", "c"):
        _ask(gates, host)

    assert [] == clock.slept_s


def test_host_that_fails_five_times_is_left_alone_for_half_a_minute() -> None:
    """Then one request finds out for all, and an answer opens the gate."""
    clock = _Clock()
    gates = _gates(clock)
    _fail(gates, 5)

    with pytest.raises(UnavailableError, match="again in 30 s"):
        _ask(gates)
    clock.now_s += 30
    with gates.asking("cdn"), pytest.raises(UnavailableError, match="it is tried"):
        _ask(gates)

    for _ in range(6):
        _ask(gates)


def test_pause_doubles_up_to_ten_minutes() -> None:
    """30 s, 60 s, 120 s, 240 s, 480 s, and 600 s from there on."""
    clock = _Clock()
    gates = _gates(clock)
    _fail(gates, 4)
    for pause_s in (30, 60, 120, 240, 480, 600, 600):
        _fail(gates, 1)

        with pytest.raises(UnavailableError, match=f"again in {pause_s} s"):
            _ask(gates)
        clock.now_s += pause_s


def test_answer_between_failures_starts_the_count_again() -> None:
    """A refusal is an answer: a host that lacks pictures is well."""
    clock = _Clock()
    gates = _gates(clock)
    _fail(gates, 4)
    with pytest.raises(ImageError):
        _ask(gates, error=ImageError("404"))
    _fail(gates, 4)

    _ask(gates)


def test_one_host_in_trouble_holds_up_no_other() -> None:
    """Its pictures are put off at once, the others' are fetched."""
    clock = _Clock()
    gates = _gates(clock)
    _fail(gates, 5, host="broken")

    _ask(gates, "well")

    assert [] == clock.slept_s


def test_host_can_ask_for_a_pause() -> None:
    """For no longer than ten minutes."""
    clock = _Clock()
    gates = _gates(clock)
    with gates.asking("cdn") as gate:
        gate.pause(1e9)

    with pytest.raises(UnavailableError, match="again in 600 s"):
        _ask(gates)


def test_no_more_than_so_many_ask_one_host_at_once() -> None:
    """The third waits for the first two."""
    gates = HostGates(n_parallel=2)
    lock, is_full, go_on = threading.Lock(), threading.Event(), threading.Event()
    counts = {"now": 0, "most": 0}

    def ask() -> None:
        with gates.asking("cdn"):
            with lock:
                counts["now"] += 1
                counts["most"] = max(counts["most"], counts["now"])
                if counts["now"] == 2:
                    is_full.set()
            go_on.wait(10)
            with lock:
                counts["now"] -= 1

    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(ask) for _ in range(6)]
        assert is_full.wait(10)
        go_on.set()
        for one in asked:
            one.result(10)

    assert 2 == counts["most"]


def test_hosts_without_number_do_not_fill_the_memory() -> None:
    """The ones that were not asked for longest are forgotten."""
    gates = _gates(_Clock())

    for number in range(3_000):
        _ask(gates, str(number))

    assert len(gates) == 1_000
