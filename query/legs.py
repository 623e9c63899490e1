"""The legs of one search as the cluster answered them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from diptych.client import Json
from diptych.errors import DiptychError
from diptych.mappings.engine import Engine
from diptych.query.blend import Scores
from diptych.query.bodies import (
    count_body,
    found_query,
    keywords_body,
    nearest_body,
    pinned_body,
)
from diptych.query.conversation import Conversation
from diptych.query.page import WINDOW
from diptych.query.plan import Plan
from diptych.query.request import SearchRequest
from diptych.query.values import ValuesById

KEYWORDS, NEAREST, COUNTED, PINNED = "keywords", "nearest", "counted", "pinned"


class LegError(Exception):
    """One of two legs failed, and the other can answer alone."""

    def __init__(self, leg: str, reason: DiptychError) -> None:
        """Which leg, and why."""
        super().__init__(str(reason))
        self.leg = leg


@dataclass(frozen=True, slots=True)
class Legs:
    """Scores of each leg's window, best first; a leg that takes no part is empty.

    `nearest` has weighted cosines: the inner products without the bias. `candidates` are the ids
    that were read of the vector leg, `pinned` those of the request's that may be shown, and
    `values` what boosts and collapsing go by. `counted` is the answer that has the total and the
    facets; None where the total depends on scores or on the window.
    """

    keywords: Scores
    nearest: Scores
    candidates: tuple[str, ...]
    pinned: tuple[str, ...]
    values: ValuesById
    counted: Json | None
    problems: tuple[str, ...]


def ask_legs(
    talk: Conversation,
    plan: Plan,
    request: SearchRequest,
    *,
    engine: Engine,
    n_candidates: int = WINDOW,
) -> Legs:
    """Both legs, how many documents they find, and the pinned products, asked for at once.

    Args:
        n_candidates: how many ids of the vector leg to read.

    Raises:
        LegError: one leg of two failed.
        DiptychError: whatever else the cluster refuses or cannot answer.
    """
    bodies: dict[str, Json] = {}
    if plan.keywords is not None:
        bodies[KEYWORDS] = keywords_body(plan)
    if plan.nearest is not None:
        bodies[NEAREST] = nearest_body(plan, size=n_candidates)
    if plan.is_hybrid and not _counts_later(request):
        bodies[COUNTED] = count_body(plan, found_query(plan, plan.nearest))
    if request.pinned:
        bodies[PINNED] = pinned_body(plan, request.pinned)
    answers = _answers(talk, bodies)
    rows = {name: answer["hits"]["hits"] for name, answer in answers.items()}
    near = rows.get(NEAREST, [])
    return Legs(
        keywords={row["_id"]: row["_score"] or 0.0 for row in rows.get(KEYWORDS, [])},
        nearest={row["_id"]: own_score(row, plan, engine) for row in near[:WINDOW]},
        candidates=tuple([row["_id"] for row in near]),
        pinned=tuple(row["_id"] for row in rows.get(PINNED, [])),
        values=plan.values.read(chain.from_iterable(rows.values())),
        counted=answers.get(COUNTED)
        if plan.is_hybrid
        else answers.get(KEYWORDS, answers.get(NEAREST)),
        problems=tuple(problem for answer in answers.values() for problem in gaps(answer)),
    )


def _counts_later(request: SearchRequest) -> bool:
    """Whether the total depends on what the legs answer."""
    return request.min_score is not None or bool(request.sort)


def own_score(row: Json, plan: Plan, engine: Engine) -> float:
    """The weighted cosine behind a score of the vector leg."""
    bias = 0.0 if plan.vector is None else plan.vector.bias
    return engine.inner_product(row["_score"]) - bias


def gaps(answer: Json) -> list[str]:
    """What an answer says that it lacks: shards that failed or had no time."""
    shards = answer.get("_shards", {})
    if not shards.get("failed"):
        return []
    missing = f"{shards['failed']} of {shards['total']} shards did not answer"
    return [f"{missing}, so products are missing: look at the cluster's health."]


def _answers(talk: Conversation, bodies: Mapping[str, Json]) -> dict[str, Json]:
    given = dict(zip(bodies, talk.searches(*bodies.values()), strict=True))
    failed = {name: answer for name, answer in given.items() if isinstance(answer, DiptychError)}
    legs = {KEYWORDS, NEAREST} & bodies.keys()
    for name in (KEYWORDS, NEAREST):
        if name in failed and legs - failed.keys():
            raise LegError(name, failed[name])
    if failed:
        raise next(iter(failed.values()))
    return {name: answer for name, answer in given.items() if not isinstance(answer, DiptychError)}
