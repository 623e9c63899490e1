"""Health over HTTP, and checks in the background."""

import json
import threading
import urllib.request
from collections.abc import Mapping
from urllib.error import HTTPError

import pytest
from prometheus_client import CollectorRegistry, Counter
from waiting import wait_until

from diptych.errors import SettingsError, UnavailableError
from diptych.plugin.watch.checks import Checks
from diptych.plugin.watch.server import watched

WELL: Mapping[str, str] = {"broker": "", "cluster": ""}
ILL: Mapping[str, str] = {"broker": "It is away.", "cluster": ""}


def ask(port: int | None, page: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as err:
        with err:
            return err.code, err.read().decode()


def test_pages_say_what_is_known() -> None:
    """Live and not ready, with each check and its reason; series beside them; nothing else."""
    registry = CollectorRegistry()
    Counter("diptych_things", "Things.", registry=registry).inc(3)
    with watched("127.0.0.1", 0, registry, live=dict, ready=lambda: ILL) as port:
        live, ready = ask(port, "/livez"), ask(port, "/readyz")
        metrics, other = ask(port, "/metrics"), ask(port, "/admin")

    checks = {"broker": "It is away.", "cluster": "ok"}
    assert (200, {"status": "ok", "checks": {}}) == (live[0], json.loads(live[1]))
    assert (503, {"status": "failing", "checks": checks}) == (ready[0], json.loads(ready[1]))
    assert "diptych_things_total 3.0" in metrics[1]
    assert 404 == other[0]


def test_without_a_port_nothing_is_served() -> None:
    """The default."""
    registry = CollectorRegistry()
    with watched("127.0.0.1", None, registry, live=dict, ready=dict) as port:
        names = [thread.name for thread in threading.enumerate()]

    assert port is None
    assert "metrics" not in names


def test_port_in_use_is_a_wrong_setting() -> None:
    """One sentence that names the address and what to do."""
    registry = CollectorRegistry()
    with watched("127.0.0.1", 0, registry, live=dict, ready=dict) as port:
        again = watched("127.0.0.1", port, registry, live=dict, ready=dict)
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port} .*--metrics-port"), again:
            pass


def test_check_that_hangs_holds_up_nobody_and_is_told_by_its_age() -> None:
    """One hangs for ever, the other is found well; both are read at once."""
    ended = threading.Event()
    now_s = 100.0
    checks = Checks(
        {"hangs": lambda: _wait(ended), "well": lambda: None}, monotonic_s=lambda: now_s
    )
    checks.start()
    wait_until(lambda: checks.reasons()["well"] == "")
    first = checks.reasons()["hangs"]
    now_s = 121.0
    later = checks.reasons()["hangs"]
    ended.set()
    checks.stop()

    assert "It was not checked yet." == first
    assert "It has given no answer for 21 s." == later


def test_check_that_fails_says_why_and_recovers() -> None:
    """What is unforeseen is named by its class alone."""
    faults: list[Exception | None] = [UnavailableError("away"), ValueError("secret"), None]

    def check() -> None:
        fault = faults.pop(0)
        if fault is not None:
            raise fault

    checks = Checks({"broker": check})
    found = []
    for _ in range(3):
        checks.run("broker")
        found.append(checks.reasons()["broker"])

    assert ["away", "The check broke (ValueError).", ""] == found


def _wait(ended: threading.Event) -> None:
    ended.wait(60)
