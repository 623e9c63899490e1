"""What log lines say about the message at hand: names and ids, never what documents hold."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

#: A line names no more ids than this; `n_ids` says how many there are.
MAX_IDS: Final = 10

_FIELDS: ContextVar[Mapping[str, object]] = ContextVar("diptych_fields")


@contextmanager
def traced(
    *, trace: str | None = None, index: str, ids: Sequence[str], lane: str
) -> Iterator[None]:
    """Lines of this thread say in the `with` block which message they are about.

    Args:
        trace: the message's own id, by which lines of several processes join; that of an outer
            block unless given.
    """
    fields = {"index": index, "ids": list(ids[:MAX_IDS]), "n_ids": len(ids), "lane": lane}
    known = trace or fields_now().get("trace")
    token = _FIELDS.set(fields | ({"trace": known} if known else {}))
    try:
        yield
    finally:
        _FIELDS.reset(token)


@contextmanager
def trace_of(trace: str) -> Iterator[None]:
    """Lines of this thread name the message in the `with` block before it is read."""
    token = _FIELDS.set({"trace": trace})
    try:
        yield
    finally:
        _FIELDS.reset(token)


def fields_now() -> Mapping[str, object]:
    """What lines of this thread say now."""
    return _FIELDS.get({})
