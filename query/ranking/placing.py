"""A shop's own word on the order: what stands first, and what last."""

from collections.abc import Iterable, Sequence

from diptych.query.ranking.candidates import Candidate


def place(
    candidates: Iterable[Candidate], pinned: Sequence[str] = (), buried: Sequence[str] = ()
) -> list[Candidate]:
    """The pinned first, in the order of `pinned`; the buried last, in the order of the list.

    Only candidates are placed: a pinned product that a search did not find has to be made one
    first. What is both pinned and buried is pinned.
    """
    rest = {one.id: one for one in candidates}
    first = [rest.pop(name) for name in dict.fromkeys(pinned) if name in rest]
    last = [rest.pop(name) for name in list(rest) if name in set(buried)]
    return [*first, *rest.values(), *last]
