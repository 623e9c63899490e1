"""What dead workers had in hand, finished by the next one, before the broker hands it out again."""

import logging
from collections.abc import Callable
from typing import Final

from diptych.workers.handling import Handler
from diptych.workers.journal import Journal

_log = logging.getLogger(__name__)

#: Between two tries, in seconds.
_RETRY_S: Final = 30.0


def recover(handler: Handler, journal: Journal, *, wait: Callable[[float], bool]) -> None:
    """Finish what is abandoned; what cannot be finished now is kept, and tried again.

    Args:
        wait: passes so many seconds, and tells whether to stop.
    """
    left = journal.abandoned()
    if left:
        _log.warning("A worker died with %d messages in hand, which run apart now", len(left))
    while left:
        for found in list(left):
            if wait(0.0):
                return
            if handler.take(found.entry).is_done:
                found.forget()
                left.remove(found)
        if left and wait(_RETRY_S):
            return
