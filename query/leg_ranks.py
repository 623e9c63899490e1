"""At which rank each leg of a search has one product."""

from dataclasses import dataclass

import numpy as np

from diptych.client import Json
from diptych.query.clauses import with_ids
from diptych.query.conversation import Conversation
from diptych.query.legs import Legs
from diptych.query.page import WINDOW
from diptych.query.plan import Plan
from diptych.vectors import Floats


@dataclass(frozen=True, slots=True)
class LegRank:
    """Where one leg has a product.

    `rank` counts from 1 and is None where the leg does not have it; `score` is None where it has
    none; `n_found` is how many documents the leg has. `note` says what a reader has to know.
    """

    rank: int | None
    score: float | None
    n_found: int
    note: str | None = None


def keyword_rank(talk: Conversation, plan: Plan, product: str) -> LegRank:
    """The product's rank by BM25 among all that pass the filters; ties share the better rank.

    Raises:
        DiptychError: whatever the cluster refuses or cannot answer.
    """
    own = {"bool": {"must": [plan.keywords], "filter": [with_ids([product])]}}
    rows = talk.search({"size": 1, "_source": False, "query": own})["hits"]["hits"]
    if not rows:
        n_found = _count(talk, {"query": plan.keywords})
        return LegRank(None, None, n_found, "none of its text fields has the words")
    score = rows[0]["_score"]
    # The engines keep scores as float32: the next one above is the least that is better.
    above = float(np.nextafter(np.float32(score), np.float32(np.inf)))
    n_better = _count(talk, {"query": plan.keywords, "min_score": above})
    n_found = _count(talk, {"query": plan.keywords})
    return LegRank(n_better + 1, score, n_found, _past_window(n_better + 1))


def nearest_rank(legs: Legs, plan: Plan, product: str, stored: Floats | None) -> LegRank:
    """The product's rank among the candidates of the vector leg.

    Args:
        stored: its (dimension,) vector; None where it has none.
    """
    n_found = len(legs.candidates)
    if stored is None or plan.vector is None:
        return LegRank(None, None, n_found, "it has no vector")
    score = float(stored @ plan.vector.values) - plan.vector.bias
    if product in legs.candidates:
        rank = legs.candidates.index(product) + 1
        return LegRank(rank, score, n_found, _past_window(rank))
    last = min(legs.nearest.values(), default=0.0)
    if score > last:
        missed = "the approximate search has missed it, or a filter keeps it out"
        return LegRank(None, score, n_found, missed)
    note = f"the {n_found:,} candidates are closer; the last of the window has {last:.3f}"
    return LegRank(None, score, n_found, note)


def _past_window(rank: int) -> str | None:
    return None if rank <= WINDOW else f"past the window of {WINDOW}, so it does not take part"


def _count(talk: Conversation, body: Json) -> int:
    answer = talk.search({"size": 0, "track_total_hits": True, **body})
    n_found: int = answer["hits"]["total"]["value"]
    return n_found
