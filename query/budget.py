"""The time that one request may take, and who may use how much of it."""

import time

from diptych.errors import UnavailableError

#: The encoder's largest share: words without a vector still find by keyword, and the cluster, whose
#: answer nothing can stand in for, keeps as much again.
_ENCODER_SHARE = 0.5


class Budget:
    """Begins when it is made.

    Args of the constructor:
        timeout_s: None leaves every wait to the limits of client and encoder.
    """

    def __init__(self, timeout_s: float | None) -> None:
        """See the class."""
        self._timeout_s = timeout_s
        self._started = time.monotonic()

    @property
    def encoder_s(self) -> float | None:
        """How long the encoder may take."""
        if self._timeout_s is None:
            return None
        return min(self._timeout_s * _ENCODER_SHARE, self.left_s or 0.0)

    @property
    def left_s(self) -> float | None:
        """How long the next call may take.

        Raises:
            UnavailableError: nothing is left.
        """
        if self._timeout_s is None:
            return None
        left = self._timeout_s - (time.monotonic() - self._started)
        if left <= 0:
            raise UnavailableError(
                f"The search did not end within its {self._timeout_s:g} s: give it more time, or "
                "look at what slows the cluster down."
            )
        return left
