"""The page at the end of the demonstration: a server of its own, looked at before it is named."""

import time

import urllib3

from diptych.errors import UnavailableError
from diptych.plugin.children import Child
from diptych.plugin.local.ports import LOOPBACK, choose_port
from diptych.settings import Settings

#: The port that people will find in documents; another where it is in use.
_PORT = 8080
#: Loading the models takes seconds; on a busy machine many.
_START_S = 120.0
_POLL_S = 0.2
_ANSWER_S = 10.0


class ServedPage:
    """`diptych serve INDEX ...` in a process that ends with this one."""

    def __init__(self, settings: Settings, *indexes: str) -> None:
        """Start it; it answers later."""
        port = choose_port([_PORT])
        self.url = f"http://{LOOPBACK}:{port}/"
        self._child = Child(["serve", *indexes, "--port", str(port)], settings)

    def wait(self) -> None:
        """Return when the page is there.

        Raises:
            UnavailableError: the server ended, does not answer in time, or shows something else.
        """
        deadline = time.monotonic() + _START_S
        while not self._answers():
            self._child.check()
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"The page at {self.url} was not there after {_START_S:g} s: see "
                    f"{self._child.log_file}."
                )
            time.sleep(_POLL_S)

    def stay(self) -> None:
        """Return when the server ends, or when the user interrupts."""
        try:
            while True:
                self._child.check()
                time.sleep(1)
        except KeyboardInterrupt:
            return

    def stop(self) -> None:
        """End the server."""
        self._child.stop()

    def _answers(self) -> bool:
        try:
            with urllib3.PoolManager(retries=False, timeout=_ANSWER_S) as pool:
                answer = pool.request("GET", self.url, headers={"accept": "text/html"})
        except urllib3.exceptions.HTTPError:
            return False
        if answer.status != 200 or b"<title>Diptych</title>" not in answer.data:
            raise UnavailableError(
                f"The page at {self.url} is not Diptych's (status {answer.status}): see "
                f"{self._child.log_file}."
            )
        return True
