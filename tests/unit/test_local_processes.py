"""Processes of the local stack: never mistaken, never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diptych.plugin.local.processes import (
    ProcessRef,
    find_process,
    is_alive,
    start_process,
    stop_process,
)

_SLEEP = ["/bin/sleep", "60"]


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[ProcessRef]:
    """A process that does nothing, gone afterwards."""
    process = start_process(_SLEEP, log_file=tmp_path / "log")
    yield process
    stop_process(process)


def _wait_until_gone(process: ProcessRef) -> bool:
    deadline = time.monotonic() + 10
    while is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(process)


def test_a_started_process_leads_its_own_session(sleeper: ProcessRef) -> None:
    """So the terminal's Ctrl-C and hang-up do not reach it."""
    assert is_alive(sleeper)
    assert sleeper.pid == os.getsid(sleeper.pid)


def test_a_stopped_process_is_gone(sleeper: ProcessRef) -> None:
    """Stopping waits for the end."""
    stop_process(sleeper)

    assert find_process(sleeper.pid) is None


def test_a_process_that_took_over_the_number_is_left_alone(sleeper: ProcessRef) -> None:
    """A reference with another start or another boot is another process."""
    earlier = replace(sleeper, start_ticks=sleeper.start_ticks - 1)
    other_boot = replace(sleeper, boot_id="another")

    stop_process(earlier)
    stop_process(other_boot)

    assert not is_alive(earlier)
    assert is_alive(sleeper)


def test_a_process_deaf_to_sigterm_is_forced(tmp_path: Path) -> None:
    """Patience has an end."""
    log_file = tmp_path / "log"
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    process = start_process([sys.executable, "-c", deaf], log_file=log_file)
    while log_file.read_text() != "deaf\n":
        time.sleep(0.01)

    stop_process(process, timeout_s=0.1)

    assert not is_alive(process)


def test_output_goes_to_the_log_and_the_last_log_is_kept(tmp_path: Path) -> None:
    """A restart does not destroy the reason of the crash before it."""
    log_file = tmp_path / "log"
    for word in ("first", "second"):
        process = start_process(
            ["/bin/sh", "-c", f"echo {word}; echo error >&2"], log_file=log_file
        )
        _wait_until_gone(process)

    assert "second\nerror\n" == log_file.read_text()
    assert "first\nerror\n" == (tmp_path / "log.1").read_text()


def test_a_child_does_not_inherit_our_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password in our environment is none of the servers' business."""
    monkeypatch.setenv("DIPTYCH_PASSWORD", "secret")

    _wait_until_gone(start_process(["/usr/bin/env"], log_file=tmp_path / "log"))

    assert "PATH=" in (tmp_path / "log").read_text()
    assert "secret" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("stop_with_parent", [True, False])
def test_only_a_tethered_process_ends_when_its_parent_is_killed(
    tmp_path: Path, stop_with_parent: bool
) -> None:
    """Servers of tests end even with a killed test run; those of `up` outlive the command."""
    program = (
        "import sys, time; from pathlib import Path\n"
        "from diptych.plugin.local.processes import start_process\n"
        f"process = start_process({_SLEEP}, log_file=Path({str(tmp_path / 'log')!r}), "
        f"stop_with_parent={stop_with_parent})\n"
        "command = Path(f'/proc/{process.pid}/cmdline')\n"
        "while 'sleep' not in command.read_text()[:12]: time.sleep(0.01)\n"
        "print(process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        process = find_process(int(parent.stdout.readline()))
        assert process is not None
        parent.send_signal(signal.SIGKILL)

    is_gone = _wait_until_gone(process) if stop_with_parent else not is_alive(process)
    stop_process(process)

    assert stop_with_parent == is_gone
