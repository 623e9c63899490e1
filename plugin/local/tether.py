"""`python -m diptych.plugin.local.tether PARENT PROGRAM ...`: the program ends with its parent."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2), Linux


def run_tethered(parent: int, command: list[str]) -> None:
    """Become the program, to be sent SIGTERM when the thread that started us ends.

    Raises:
        OSError: the program cannot be run.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        # It ended before the signal was asked for.
        sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    run_tethered(int(sys.argv[1]), sys.argv[2:])
