"""Commands run as a user runs them."""

import os
import subprocess
import sys
from collections.abc import Callable

from diptych.plugin.children import settings_environment
from diptych.settings import Settings

#: Arguments of `diptych` -> how it ended.
RunDiptych = Callable[..., subprocess.CompletedProcess[str]]


def runner(settings: Settings) -> RunDiptych:
    """Runs `diptych` in a process of its own, with these settings in its environment."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "diptych", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | settings_environment(settings),
        )

    return run
