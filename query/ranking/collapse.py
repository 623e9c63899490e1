"""One hit per group: the colours of a shirt as one product."""

from collections.abc import Iterable, Mapping

from diptych.query.ranking.candidates import Candidate


def collapse(candidates: Iterable[Candidate], keys: Mapping[str, object]) -> list[Candidate]:
    """The first candidate of each key, in the order of the list.

    A product without a key stands for itself. (The engines' `collapse` takes all of these for one
    group and shows one, which hides every product that has no variants.)

    Args:
        keys: document id -> the value of its group's field; of a list, the first value counts.
    """
    seen: set[str] = set()
    kept = []
    for one in candidates:
        key = _text(keys.get(one.id))
        if key is None or key not in seen:
            kept.append(one)
        if key is not None:
            seen.add(key)
    return kept


def _text(key: object) -> str | None:
    if isinstance(key, list | tuple):
        return _text(key[0]) if key else None
    return None if key is None else str(key)
