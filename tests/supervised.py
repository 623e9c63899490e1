"""A `diptych` command in a process that tests kill and start again, as a supervisor would."""

import os
import signal
import subprocess
import time
from pathlib import Path

from diptych.plugin.children import settings_environment
from diptych.plugin.local.processes import python_command, tethered
from diptych.settings import Settings


class Supervised:
    """One command; every start of it writes on into the same log."""

    def __init__(self, settings: Settings, *arguments: str, log_file: Path) -> None:
        """Starts it; it ends with the calling thread at the latest."""
        self._settings = settings
        self._arguments = arguments
        self.log_file = log_file
        self.start()

    def start(self) -> None:
        """Run it, for the first time or again."""
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                tethered(python_command("diptych", *self._arguments)),
                env=os.environ | settings_environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def log(self) -> str:
        """What all its starts have printed."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """`kill -9`."""
        self._process.kill()
        self._process.wait()

    def stop(self, *, patience_s: float = 60.0) -> tuple[int, float]:
        """SIGTERM: its exit status, and how many seconds it took."""
        started_s = time.monotonic()
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return status, time.monotonic() - started_s
