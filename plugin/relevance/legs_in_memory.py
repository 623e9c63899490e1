"""What each question scores each document by, leg by leg and block by block, in memory.

The vector leg is linear in the weights: its score is w_t * text + w_f * image + w_s * agreement.
With the three parts of every document kept, any weighting of them is one matrix product.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diptych.client import Cluster, path
from diptych.errors import SearchError
from diptych.layout import AGREEMENT, IMAGE, TEXT
from diptych.mappings.target import Target
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.stock import Stock
from diptych.plugin.scrolling import scrolled
from diptych.query.bodies import keywords_body
from diptych.query.plan import Plan
from diptych.query.searcher import Searcher
from diptych.vectors import Floats

#: The parts of the vector leg, in the order of `MemoryLegs.parts`.
PARTS: Final = (TEXT, IMAGE, AGREEMENT)
#: Every leg and every block takes part, each with its own scores.
_ALL: Final[Mapping[str, float]] = {"keywords": 1.0, "text": 1.0, "image": 1.0, "agreement": 1.0}


@dataclass(frozen=True, slots=True)
class MemoryLegs:
    """One question against every document of a stock.

    Attributes:
        keywords: places of the keyword leg's window, best first, and their scores, (m,) float64.
        parts: (3, n) float32: the document's text, image and agreement for weights of 1; None
            where the question has no vector.
        says: which of text and image the question says anything about.
        allowed: (n,) bool: what the vector leg may find.
        gains: (n,) float64: the grades.
    """

    keywords: tuple[NDArray[np.int64], NDArray[np.float64]] | None
    parts: Floats | None
    says: tuple[bool, bool]
    allowed: NDArray[np.bool_]
    gains: NDArray[np.float64]


def read_legs(
    searcher: Searcher, cluster: Cluster, target: Target, question: Question, stock: Stock
) -> MemoryLegs:
    """The question's legs; the keywords are asked of the index, the vectors compared here.

    Raises:
        OSError: the photo's file cannot be read.
        SearchError: a part of it cannot be used, as where there are no models.
        DiptychError: the question cannot be asked.
    """
    request = question.request(size=1, weights=_ALL)
    prepared = searcher.prepare(target.name, request)
    if prepared.problems:
        raise SearchError(f"The query {question.id!r}: {' '.join(prepared.problems)}")
    plan = prepared.plan
    return MemoryLegs(
        keywords=_keywords(cluster, target, plan, stock),
        parts=_parts(plan, stock),
        says=_says(plan),
        allowed=_allowed(cluster, target, question, plan, stock),
        gains=_gains(question, stock),
    )


def _keywords(
    cluster: Cluster, target: Target, plan: Plan, stock: Stock
) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    if plan.keywords is None:
        return None
    answer = cluster.call("POST", path(target.name, "_search"), body=keywords_body(plan))
    rows = [hit for hit in answer["hits"]["hits"] if hit["_id"] in stock.places]
    places = np.array([stock.places[row["_id"]] for row in rows], np.int64)
    return places, np.array([row["_score"] or 0.0 for row in rows], np.float64)


def _parts(plan: Plan, stock: Stock) -> Floats | None:
    if plan.vector is None:
        return None
    parts = plan.vector.parts(stock.vectors)
    return np.stack([parts[name] for name in PARTS])


def _says(plan: Plan) -> tuple[bool, bool]:
    if plan.vector is None:
        return False, False
    return bool(plan.vector.weights.text), bool(plan.vector.weights.image)


def _allowed(
    cluster: Cluster, target: Target, question: Question, plan: Plan, stock: Stock
) -> NDArray[np.bool_]:
    if not question.filters:
        allowed = stock.has_vector.copy()
        allowed[[stock.places[name] for name in question.like if name in stock.places]] = False
        return allowed
    allowed = np.zeros(len(stock), bool)
    body = {"size": 10_000, "_source": False, "query": plan.passing}
    for hits in scrolled(cluster, target.name, body):
        allowed[[stock.places[hit["_id"]] for hit in hits if hit["_id"] in stock.places]] = True
    return allowed & stock.has_vector


def _gains(question: Question, stock: Stock) -> NDArray[np.float64]:
    gains = np.zeros(len(stock))
    for document, grade in question.grades.items():
        if document in stock.places:
            gains[stock.places[document]] = grade
    return gains
