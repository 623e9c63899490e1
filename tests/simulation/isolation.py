"""The process in which a worker runs what may have ended one; it dies like any other."""

from simulation.machine import Machine

from diptych.errors import CrashError
from diptych.ingest.publishing import Lane, Message
from diptych.workers.handling import Handler
from diptych.workers.suspects import BrokenError
from diptych.workers.verdict import Verdict


class ChildEnds(BaseException):
    """Ends the process apart; no `except Exception` in it sees it."""


class SimulatedIsolation:
    """An `Isolation` within the worker's own thread, with a handler of its own.

    It is killed for no reason once at most: somebody who kills it again and again would be right.
    """

    def __init__(self, machine: Machine, handler: Handler) -> None:
        """`handler` is the one in the process apart."""
        self._machine = machine
        self._handler = handler
        self._was_killed = False

    def run(self, message: Message, lane: Lane) -> Verdict:
        """What the handler says, unless its process is killed, with whatever it had done."""
        self._machine.say(f"apart {message.ids}")
        try:
            verdict = self._handler.deliver(message.to_json(), lane)
        except ChildEnds:
            raise CrashError("It ended its process.") from None
        except Exception as err:
            raise BrokenError(f"{type(err).__name__}: {err}") from err
        if not self._was_killed and self._machine.chance(0.05):
            self._was_killed = True
            raise CrashError("It was killed before it could answer.")
        return verdict
