"""What becomes of a delivery."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the queue is told, and whether the worker goes on.

    `is_done` acknowledges the delivery; otherwise the broker keeps it. `is_misconfigured` stops
    the worker: every message would fail alike, so none is dropped and a person has to look.
    `is_device_lost` stops it too, to be started again: its device works for no message any more.
    `is_given_back` tells those who count that a copy of it waits in the queue.
    """

    is_done: bool = True
    is_misconfigured: bool = False
    is_device_lost: bool = False
    reason: str = ""
    is_given_back: bool = field(default=False, compare=False)
