"""The order of the blended hits: score, then the body's tie-break, then id; one of each group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from diptych.client import Json
from diptych.mappings.engine import Engine
from diptych.query.blend import Blending, Leg, Scores, blend
from diptych.query.page import WINDOW


@dataclass(frozen=True, slots=True)
class LegHits:
    """What one leg found: scores, values of the tie-break, and values of the collapse field."""

    scores: dict[str, float]
    ties: dict[str, list[Any]]
    groups: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ids and blended scores, best first, with the tie-break and the group of each.

    `own` and `near` are the legs' scores, for explaining.
    """

    hits: list[tuple[str, float]]
    ties: Mapping[str, list[Any]]
    groups: Mapping[str, Any]
    own: Scores
    near: Scores


def own_hits(answer: Json, body: Json) -> LegHits:
    """The leg of the body's own query."""
    scores = {hit["_id"]: hit["_score"] or 0.0 for hit in answer["hits"]["hits"]}
    return _leg_hits(answer, body, scores)


def near_hits(answer: Json, body: Json, *, engine: Engine, bias: float) -> LegHits:
    """The vectors' leg, with the weighted cosines as scores.

    Args:
        bias: that the query vector adds to every inner product.
    """
    rows = answer["hits"]["hits"][:WINDOW]
    scores = {row["_id"]: engine.inner_product(row["_score"]) - bias for row in rows}
    return _leg_hits(answer, body, scores)


def _leg_hits(answer: Json, body: Json, scores: dict[str, float]) -> LegHits:
    rows = answer["hits"]["hits"]
    field = body["collapse"]["field"] if "collapse" in body else None
    groups = {row["_id"]: _group(row, field) for row in rows} if field else {}
    return LegHits(scores, {row["_id"]: row.get("sort", [])[1:] for row in rows}, groups)


def _group(row: Json, field: str) -> Any:
    values = row.get("fields", {}).get(field) or [None]
    return values[0]


def rank(
    own: LegHits,
    near: LegHits,
    *,
    shares: tuple[float, float],
    blending: Blending,
    sort: Any,
) -> Ranking:
    """Both legs as one ranking.

    Args:
        shares: what the two legs count.
        sort: of the body; what follows `_score` breaks ties.
    """
    legs = [Leg(own.scores, shares[0]), Leg(near.scores, shares[1])]
    hits = blend(legs, blending=blending)
    ties = {**near.ties, **own.ties}
    orders = tie_orders(sort)
    if orders:
        hits = _break_ties(hits, ties, orders)
    groups = {**near.groups, **own.groups}
    return Ranking(_first_of_each(hits, groups), ties, groups, own.scores, near.scores)


@dataclass(frozen=True, slots=True)
class TieOrder:
    """One field of a tie-break: which way, and where documents without a value go."""

    is_descending: bool
    puts_missing_first: bool


def tie_orders(sort: Any) -> list[TieOrder]:
    """The tie-break of a sort that `_score` leads."""
    named = sort if isinstance(sort, list) else [] if sort is None else [sort]
    return [_tie_order(item) for item in named[1:]]


def _tie_order(item: Any) -> TieOrder:
    name, options = next(iter(item.items())) if isinstance(item, dict) and item else (item, {})
    if not isinstance(options, dict):
        options = {"order": options}
    order = options.get("order", "desc" if name == "_score" else "asc")
    return TieOrder(order == "desc", options.get("missing") == "_first")


def _break_ties(
    hits: list[tuple[str, float]], ties: Mapping[str, list[Any]], orders: Sequence[TieOrder]
) -> list[tuple[str, float]]:
    def compare(one: tuple[str, float], other: tuple[str, float]) -> int:
        if one[1] != other[1]:
            return -1 if one[1] > other[1] else 1
        pairs = zip(ties[one[0]], ties[other[0]], orders, strict=False)
        for mine, theirs, order in pairs:
            if mine != theirs:
                return _compare(mine, theirs, order)
        return -1 if one[0] < other[0] else 1

    return sorted(hits, key=cmp_to_key(compare))


def _compare(mine: Any, theirs: Any, order: TieOrder) -> int:
    if mine is None or theirs is None:
        return -1 if (mine is None) == order.puts_missing_first else 1
    try:
        is_less = bool(mine < theirs)
    except TypeError:
        is_less = str(mine) < str(theirs)
    return -1 if is_less != order.is_descending else 1


def _first_of_each(
    hits: Sequence[tuple[str, float]], groups: Mapping[str, Any]
) -> list[tuple[str, float]]:
    if not groups:
        return list(hits)
    seen: set[Any] = set()
    kept = []
    for name, score in hits:
        if groups[name] not in seen:
            seen.add(groups[name])
            kept.append((name, score))
    return kept
