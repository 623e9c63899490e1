"""What meters of one process were told, told to those of another."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from diptych.ingest.meters import Fate, Fetch, Input, Meters, NoMeters

#: A method of `Meters` and its arguments, as JSON holds them.
Event: TypeAlias = tuple[str, list[Any]]


class RememberingMeters(NoMeters):
    """`Meters` that keep events until they are taken; safe to call from several threads.

    Messages are not among them: that a message ran apart is counted by whoever asked for it.
    """

    def __init__(self) -> None:
        """Was told nothing yet."""
        self._events: list[Event] = []

    def taken(self) -> list[Event]:
        """What was told since the last call."""
        events, self._events = self._events, []
        return events

    def documents(self, index: str, fate: Fate, count: int = 1) -> None:
        """Kept."""
        self._events.append(("documents", [index, fate, count]))

    def conflicts(self, index: str, count: int) -> None:
        """Kept."""
        self._events.append(("conflicts", [index, count]))

    def encoded(self, kind: Input, n_inputs: int, duration_s: float, *, n_broken: int = 0) -> None:
        """Kept."""
        self._events.append(("encoded", [kind, n_inputs, duration_s, n_broken]))

    def recalled(self, *, n_hits: int, n_misses: int) -> None:
        """Kept."""
        self._events.append(("recalled", [n_hits, n_misses]))

    def fetched(self, how: Fetch) -> None:
        """Kept."""
        self._events.append(("fetched", [how]))

    def dead_letter(self, stage: str, error_class: str) -> None:
        """Kept."""
        self._events.append(("dead_letter", [stage, error_class]))


def retell(events: Iterable[Event], meters: Meters) -> None:
    """Tell meters what others were told."""
    for name, arguments in events:
        _retell(name, arguments, meters)


def _retell(name: str, arguments: list[Any], meters: Meters) -> None:
    match name, arguments:
        case "documents", [index, fate, count]:
            meters.documents(index, Fate(fate), count)
        case "conflicts", [index, count]:
            meters.conflicts(index, count)
        case "encoded", [kind, n_inputs, duration_s, n_broken]:
            meters.encoded(Input(kind), n_inputs, duration_s, n_broken=n_broken)
        case "recalled", [n_hits, n_misses]:
            meters.recalled(n_hits=n_hits, n_misses=n_misses)
        case "fetched", [how]:
            meters.fetched(Fetch(how))
        case "dead_letter", [stage, error_class]:
            meters.dead_letter(stage, error_class)
