"""What orders a few documents anew by reading each of them together with the query."""

from collections.abc import Sequence
from typing import Protocol

from diptych.vectors import Floats


class Reranker(Protocol):
    """A cross-encoder; safe to call from several threads."""

    def scores(
        self, query: str, documents: Sequence[str], *, timeout_s: float | None = None
    ) -> Floats:
        """(n,) float32: how well each document answers, higher is better; comparable in one call.

        Args:
            timeout_s: how long it may take; None leaves it the time that it needs.

        Raises:
            EncodingError: the model fails, or there is none.
            UnavailableError: it did not end in time, or nobody answers.
        """
        ...
