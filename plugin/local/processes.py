"""Child processes that outlive the command that starts them, and are never mistaken."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class ProcessRef:
    """A process for certain: its number, when it started, and in which boot of the machine.

    Numbers are used again; the start, in clock ticks since boot (field 22 of
    /proc/PID/stat, proc(5)), tells two processes of one number apart.
    """

    pid: int
    start_ticks: int
    boot_id: str


def start_process(
    arguments: Sequence[str], *, log_file: Path, stop_with_parent: bool = False
) -> ProcessRef:
    """Start a program in its own session, with nothing on stdin and all output in a file.

    The previous log is kept beside the new one, with `.1` after its name.

    Args:
        stop_with_parent: send it SIGTERM when this process ends, however it ends.
    """
    if log_file.exists():
        log_file.replace(log_file.with_name(log_file.name + ".1"))
    log_flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    command = tethered(arguments) if stop_with_parent else list(arguments)
    pid = os.posix_spawn(
        command[0],
        command,
        _child_environment(),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log_file), log_flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    found = find_process(pid)
    return found if found is not None else ProcessRef(pid, 0, _boot_id())


def python_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours; -P keeps the working folder off its path."""
    return [sys.executable, "-P", "-m", module, *arguments]


def tethered(command: Sequence[str]) -> list[str]:
    """The command that runs a program which ends with this process, however that ends."""
    return [*python_command("diptych.plugin.local.tether", str(os.getpid())), *command]


def find_process(pid: int) -> ProcessRef | None:
    """The live process of this number, None where there is none."""
    _reap(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name, in brackets, may hold spaces; what follows it begins with field 3.
    fields = stat.rpartition(")")[2].split()
    # A dead main thread is not the end: ports and locks are free when the others have gone too.
    has_ended = fields[0] in "ZX" and int(fields[17]) <= 1
    return None if has_ended else ProcessRef(pid, int(fields[19]), _boot_id())


def is_alive(process: ProcessRef) -> bool:
    """Whether this very process still runs."""
    return find_process(process.pid) == process


def stop_process(process: ProcessRef, *, timeout_s: float = 30.0) -> None:
    """Ask the process to end, force it after `timeout_s`; another of its number is not touched."""
    for number, patience_s in ((signal.SIGTERM, timeout_s), (signal.SIGKILL, 5.0)):
        if not is_alive(process):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
        deadline = time.monotonic() + patience_s
        while is_alive(process) and time.monotonic() < deadline:
            time.sleep(_POLL_S)


def _reap(pid: int) -> None:
    """Let the system forget a child of ours that has ended."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _child_environment() -> dict[str, str]:
    """Our environment without our own settings, which may hold secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DIPTYCH_")}
