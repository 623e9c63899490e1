"""The page of a search that was ranked here: known hits first, the rest of the first leg after.

Pages past the window go on with the first leg, less what the window holds, and end with what else
the vector leg had among its candidates: nothing is left out and nothing comes twice while the index
does not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.client import Json
from diptych.errors import DiptychError
from diptych.query.bodies import (
    count_body,
    following_query,
    found_query,
    page_body,
    rest_body,
    rest_ids_body,
)
from diptych.query.clauses import with_ids
from diptych.query.conversation import Conversation
from diptych.query.legs import Legs, gaps
from diptych.query.plan import Plan
from diptych.query.ranking.candidates import Candidate
from diptych.query.ranking.collapse import collapse
from diptych.query.request import SearchRequest
from diptych.query.scoring import Scoring
from diptych.query.standing import Standing, collapse_keys


@dataclass(frozen=True, slots=True)
class Page:
    """`known` are the hits on the page whose ids are known, `rest` is the search for the others."""

    known: tuple[Candidate, ...]
    rest: Json | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows of a page in order, the answer that counted, and the number of documents."""

    rows: list[Json]
    counted: Json
    total: int
    problems: tuple[str, ...]


def lay_page(
    talk: Conversation,
    legs: Legs,
    scoring: Scoring,
    standing: Standing,
    plan: Plan,
    request: SearchRequest,
) -> Page:
    """Which hits are on the page."""
    head, query = _list(legs, standing, plan, request)
    known = [*scoring.scores, *legs.pinned] if not request.sort else [one.id for one in head]
    end = request.from_ + request.size
    if query is not None and request.collapse and end > len(head):
        # The engines' own collapsing makes one group of all products without a value.
        rows = talk.search(rest_ids_body(plan, query, known=known))["hits"]["hits"]
        keys = {**collapse_keys(legs, request.collapse), **_keys(plan, rows, request.collapse)}
        rest = (Candidate(row["_id"], scoring.scores.get(row["_id"], 0.0)) for row in rows)
        head, query = collapse([*head, *rest], keys), None
    on_page = tuple(head[request.from_ : end])
    if query is None or len(on_page) == request.size:
        return Page(on_page, None)
    start = max(0, request.from_ - len(head))
    body = rest_body(plan, query, known=known, size=request.size - len(on_page), from_=start)
    return Page(on_page, body)


def _list(
    legs: Legs, standing: Standing, plan: Plan, request: SearchRequest
) -> tuple[list[Candidate], Json | None]:
    """The hits whose order is known, and the query that finds those after them."""
    if request.sort:
        pinned = [one for one in standing.order if one.id in legs.pinned]
        return pinned, _counted_query(legs, standing, plan, request)
    if request.min_score is not None:
        return list(standing.order), None
    return list(standing.order), following_query(plan)


def _counted_query(
    legs: Legs, standing: Standing, plan: Plan, request: SearchRequest
) -> Json | None:
    """What the total counts, where it was not counted together with the legs.

    Sorted by a field, the candidates past the window would stand among its hits, so they do not
    count.
    """
    if request.min_score is not None:
        return with_ids([one.id for one in standing.kept])
    if request.sort:
        return found_query(plan, with_ids(list(legs.nearest)) if legs.nearest else None)
    return None


def read_page(
    talk: Conversation,
    page: Page,
    legs: Legs,
    standing: Standing,
    plan: Plan,
    request: SearchRequest,
) -> Shown:
    """What is shown of the page, and how many documents there are."""
    bodies = {}
    if page.known:
        bodies["known"] = page_body(plan, [one.id for one in page.known])
    if page.rest is not None:
        bodies["rest"] = page.rest
    counted_query = _counted_query(legs, standing, plan, request)
    if counted_query is not None:
        bodies["counted"] = count_body(plan, counted_query)
    answers = dict(zip(bodies, _all(talk, list(bodies.values())), strict=True))
    found = {row["_id"]: row for row in _rows(answers, "known")}
    rows = [found[one.id] for one in page.known if one.id in found]
    counted = answers.get("counted", legs.counted) or {}
    return Shown(
        rows=[*rows, *_rows(answers, "rest")],
        counted=counted,
        total=counted["hits"]["total"]["value"],
        problems=tuple(problem for answer in answers.values() for problem in gaps(answer)),
    )


def _all(talk: Conversation, bodies: Sequence[Json]) -> list[Json]:
    answers = []
    for answer in talk.searches(*bodies) if bodies else ():
        if isinstance(answer, DiptychError):
            raise answer
        answers.append(answer)
    return answers


def _rows(answers: dict[str, Json], name: str) -> list[Json]:
    rows: list[Json] = answers[name]["hits"]["hits"] if name in answers else []
    return rows


def _keys(plan: Plan, rows: Sequence[Json], field: str) -> dict[str, object]:
    return {name: values.get(field) for name, values in plan.values.read(rows).items()}
