"""Whether a worker has its models, and the time that loading them may take."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.errors import DiptychError, UnavailableError


class Models:
    """The encoder of a contract, and what a reader of `/readyz` is told about it."""

    def __init__(
        self,
        encoder_for: Callable[[IndexContract], Encoder],
        excused: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """Loads nothing.

        Args:
            excused: entered while models are loaded, which may fetch them first.
        """
        self._encoder_for = encoder_for
        self._excused = excused
        self._n_loading = 0
        self._fault = ""
        self.is_loaded = False

    def get(self, contract: IndexContract) -> Encoder:
        """The encoder, called by one thread at a time.

        Raises:
            EncodingError: the models cannot be loaded.
            SettingsError: the device is not there.
        """
        self._n_loading += 1
        try:
            with self._excused():
                encoder = self._encoder_for(contract)
        except DiptychError as err:
            self._fault = str(err)
            raise
        finally:
            self._n_loading -= 1
        self.is_loaded, self._fault = True, ""
        return encoder

    def check(self) -> None:
        """Pass where models are there, or nothing has asked for any.

        Raises:
            UnavailableError: they are being loaded, or cannot be.
        """
        if self._fault:
            raise UnavailableError(self._fault)
        if self._n_loading and not self.is_loaded:
            raise UnavailableError("The models are being loaded.")
