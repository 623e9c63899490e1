"""Encoders that a caller can hurry: what a time budget of one request needs."""

from typing import Protocol, runtime_checkable

from diptych.encoding import Encoder


@runtime_checkable
class Patient(Protocol):
    """An encoder whose callers choose how long they wait."""

    def within(self, timeout_s: float) -> Encoder:
        """The same encoder for a caller who waits no longer than this."""
        ...


def within(encoder: Encoder, timeout_s: float) -> Encoder:
    """The encoder for a caller who waits no longer than `timeout_s`, where it can be hurried.

    A call that takes longer raises UnavailableError. An encoder that cannot be hurried is returned
    as it is.
    """
    return encoder.within(timeout_s) if isinstance(encoder, Patient) else encoder
