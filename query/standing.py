"""The order of a search's window: boosts, cut-off, collapsing, diversity, the shop's own word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from diptych.layout import Layout
from diptych.query.legs import Legs
from diptych.query.page import WINDOW
from diptych.query.ranking.boosts import boost
from diptych.query.ranking.candidates import Candidate
from diptych.query.ranking.collapse import collapse
from diptych.query.ranking.cut_off import cut_off
from diptych.query.ranking.diversity import diversify
from diptych.query.ranking.placing import place
from diptych.query.request import SearchRequest
from diptych.query.scoring import Scoring
from diptych.vectors import Floats

#: Ids -> the stored vectors of those that have one.
ReadVectors = Callable[[Sequence[str]], Mapping[str, Floats]]


@dataclass(frozen=True, slots=True)
class Standing:
    """The window: `order` as it is shown, `kept` all that score enough, `found` all, boosts added."""

    order: tuple[Candidate, ...]
    kept: tuple[Candidate, ...]
    found: tuple[Candidate, ...]


def stand(
    legs: Legs,
    scoring: Scoring,
    request: SearchRequest,
    *,
    layout: Layout,
    read_vectors: ReadVectors,
) -> Standing:
    """The window in the order that the request asks for.

    A pinned product stands for its group where variants are collapsed, and is shown however low
    it scores, even where no leg has found it.
    """
    found = [Candidate(name, score) for name, score in scoring.scores.items()]
    lifted = boost(found, request.boosts, legs.values) if request.boosts else found
    kept = cut_off(lifted, request.min_score)
    pinned = _pinned(legs, lifted, request)
    names = {one.id for one in pinned}
    rest = [one for one in kept if one.id not in names]
    if request.collapse:
        keys = collapse_keys(legs, request.collapse)
        shown = {one.id for one in collapse([*pinned, *rest], keys)}
        pinned, rest = ([one for one in part if one.id in shown] for part in (pinned, rest))
    if request.diversity:
        near = read_vectors([one.id for one in rest[:WINDOW]])
        n_chosen = max(0, min(request.from_ + request.size, WINDOW) - len(pinned))
        rest = diversify(rest, near, request.diversity, n_chosen, layout=layout)
    order = place([*pinned, *rest], request.pinned, request.buried)
    return Standing(tuple(order), tuple(kept), tuple(lifted))


def collapse_keys(legs: Legs, field: str) -> dict[str, object]:
    """Document id -> its values in the field of its group."""
    return {name: values.get(field) for name, values in legs.values.items()}


def _pinned(legs: Legs, candidates: Sequence[Candidate], request: SearchRequest) -> list[Candidate]:
    found = {one.id: one for one in candidates}
    there = set(legs.pinned)
    return [found.get(name, Candidate(name, 0.0)) for name in request.pinned if name in there]
