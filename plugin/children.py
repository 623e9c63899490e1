"""Processes that a command starts for its own duration: a worker, a feed."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from diptych.errors import UnavailableError
from diptych.plugin.local.processes import python_command, tethered
from diptych.settings import Settings

#: A worker that is asked to stop finishes the messages in hand.
_STOP_S = 60.0


class Child:
    """A `diptych` command in a process of its own, with a log file."""

    def __init__(self, arguments: Sequence[str], settings: Settings) -> None:
        """Start it; it ends with this process at the latest.

        Settings go through the environment, so that no secret is seen in a process list.
        """
        folder = settings.home_dir / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        self.name = arguments[0]
        self.log_file: Path = folder / f"{self.name}.log"
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                tethered(python_command("diptych", *arguments)),
                env=_environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def check(self) -> None:
        """Pass while it runs.

        Raises:
            UnavailableError: it ended; the message points to its log.
        """
        status = self._process.poll()
        if status is not None:
            raise UnavailableError(
                f"The {self.name} that was started here ended with status {status}: "
                f"see {self.log_file}."
            )

    def stop(self) -> None:
        """Ask it to end, and wait; kill it if it does not."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    """The settings without the port, at which several children cannot listen."""
    variables = os.environ | settings_environment(settings)
    variables.pop("DIPTYCH_METRICS_PORT", None)
    return variables


def settings_environment(settings: Settings) -> dict[str, str]:
    """The `DIPTYCH_*` variables that make an equal `Settings` in a child."""
    variables = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if isinstance(value, tuple):
            value = (":" if name == "image_roots" else ",").join(map(str, value))
        if value is not None:
            variables[f"DIPTYCH_{name.upper()}"] = str(value)
    return variables
