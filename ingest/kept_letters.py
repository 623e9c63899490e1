"""Dead letters where a person finds them: in the log, and in the cluster or on the disk."""

import logging

from diptych.errors import DiptychError
from diptych.ingest.dead_letter_file import DeadLetterFile
from diptych.ingest.dead_letters import DeadLetter, DeadLetters, LoggedDeadLetters

_log = logging.getLogger(__name__)


class KeptDeadLetters:
    """A `DeadLetters` in the cluster, or in a file until the cluster takes them."""

    def __init__(self, index: DeadLetters, file: DeadLetterFile) -> None:
        """Moves nothing yet."""
        self._index = index
        self._file = file
        self._logged = LoggedDeadLetters()

    def record(self, letter: DeadLetter) -> None:
        """Return when the letter is kept in one of the two.

        Raises:
            UnavailableError: neither takes it.
        """
        self._logged.record(letter)
        try:
            self._index.record(letter)
        except DiptychError as err:
            _log.warning("The dead letter %s goes to a file: %s", letter.key, err)
            self._file.record(letter)
        else:
            self.move()

    def move(self) -> None:
        """Bring what lies in the file into the cluster, if it can be brought there now."""
        try:
            n_moved = self._file.move(self._index.record)
        except DiptychError as err:
            _log.warning("Dead letters stay in their file: %s", err)
            return
        if n_moved:
            _log.info("%d dead letters were moved from their file into the cluster", n_moved)
