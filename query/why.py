"""Why a product is where it is in a search, or is not there at all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from diptych.client import Json
from diptych.errors import SearchError
from diptych.mappings.fields import OBJECT
from diptych.query.clauses import with_ids
from diptych.query.filters import filter_clauses
from diptych.query.leg_ranks import LegRank, keyword_rank, nearest_rank
from diptych.query.legs import LegError, Legs, ask_legs
from diptych.query.page import WINDOW
from diptych.query.run import Runner
from diptych.query.scoring import score_legs
from diptych.query.standing import Standing, collapse_keys
from diptych.vectors import Floats


@dataclass(frozen=True, slots=True)
class Why:
    """Where one product stands in one search.

    `keywords` and `nearest` are its places in the legs that take part. `rank` counts from 1 in the
    hits, None where it is not among those that are ranked; `score` is its score with boosts, None
    where no leg's window has it. `reasons` say what keeps it out, or moves it.
    """

    product: str
    keywords: LegRank | None
    nearest: LegRank | None
    rank: int | None
    score: float | None
    reasons: tuple[str, ...]

    def to_json(self) -> Json:
        """All of it by name."""
        return asdict(self)


def tell_why(runner: Runner, product: str) -> Why:
    """Why the product is where it is in the runner's search.

    Raises:
        SearchError: there is no such product, or a leg fails.
        DiptychError: whatever else the cluster refuses or cannot answer.
    """
    plan, request, talk = runner.plan, runner.request, runner.talk
    found = _read(runner, product)
    kept_out = _filters_against(runner, product)
    try:
        legs = ask_legs(talk, plan, request, engine=runner.engine, n_candidates=plan.n_nearest)
    except LegError as err:
        raise SearchError(f"The ranking by {err.leg} fails. {err}") from err
    standing = runner.stand(legs, score_legs(legs, plan, request))
    has_words = plan.keywords is not None and not plan.is_listing
    keywords = keyword_rank(talk, plan, product) if has_words and not kept_out else None
    nearest = None
    if plan.nearest is not None and not kept_out:
        nearest = nearest_rank(legs, plan, product, _vector(runner, found))
    order = [one.id for one in standing.order]
    score = next((one.score for one in standing.found if one.id == product), None)
    return Why(
        product=product,
        keywords=keywords,
        nearest=nearest,
        rank=order.index(product) + 1 if product in order and not request.sort else None,
        score=score,
        reasons=tuple(
            [*kept_out, *_state(runner, found)] or _reasons(runner, legs, standing, product, score)
        ),
    )


def _read(runner: Runner, product: str) -> Json:
    field = runner.target.contract.vector_field
    source = runner.engine.vector_source({"includes": [field, OBJECT]})
    body = {"size": 1, "_source": source, "query": with_ids([product])}
    rows = runner.talk.search(body)["hits"]["hits"]
    if not rows:
        raise SearchError(
            f"There is no product {product!r} in {runner.target.name!r}: check the id; a product "
            "written a moment ago is found after the index's next refresh."
        )
    found: Json = rows[0].get("_source", {})
    return found


def _vector(runner: Runner, found: Json) -> Floats | None:
    stored = found.get(runner.target.contract.vector_field)
    return None if stored is None else np.asarray(stored, np.float32)


def _state(runner: Runner, found: Json) -> list[str]:
    """Why it has no vector, where the search looks for one."""
    if runner.plan.nearest is None or _vector(runner, found) is not None:
        return []
    own: Mapping[str, object] = found.get(OBJECT) or {}
    if own.get("error"):
        return [f"It has no vector: {own['error']}"]
    return [f"It has no vector yet: run `diptych embed {runner.target.name} --wait`."]


def _filters_against(runner: Runner, product: str) -> list[str]:
    """The filters that the product does not pass, with what it has instead."""
    request = runner.request
    if product in (*request.like, *request.not_like):
        return ["It is one of the products that the search names, and those are left out."]
    clauses = filter_clauses(request.filters, runner.target.properties)
    named = [
        {"bool": {"filter": [clause], "_name": str(place)}} for place, clause in enumerate(clauses)
    ]
    if not named:
        return []
    fields = [next(iter(next(iter(clause.values())))) for clause in clauses]
    body = {
        "size": 1,
        "_source": False,
        "docvalue_fields": sorted(set(fields)),
        "query": {"bool": {"filter": [with_ids([product])], "should": named}},
    }
    row = runner.talk.search(body)["hits"]["hits"][0]
    passed = set(row.get("matched_queries", ()))
    return [
        f"The filter {_say(clause)} keeps it out: it has {_values(row, field)}."
        for place, (clause, field) in enumerate(zip(clauses, fields, strict=True))
        if str(place) not in passed
    ]


def _say(clause: Json) -> str:
    kind, inner = next(iter(clause.items()))
    field, wanted = next(iter(inner.items()))
    if kind == "terms":
        return f"{field} = {' or '.join(map(str, wanted))}"
    signs = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
    return " and ".join(f"{field} {signs[name]} {bound}" for name, bound in wanted.items())


def _values(row: Json, field: str) -> str:
    values = row.get("fields", {}).get(field)
    return ", ".join(map(str, values)) if values else "no value there"


def _reasons(
    runner: Runner, legs: Legs, standing: Standing, product: str, score: float | None
) -> list[str]:
    """What moved a product that passes, or what else keeps it out."""
    request = runner.request
    if product in request.pinned:
        return ["It is pinned, so it stands among the first."]
    if score is None:
        return [_outside(runner, legs, product)]
    if request.min_score is not None and score < request.min_score:
        return [f"Its score {score:.3f} is below the least score {request.min_score:g}."]
    if product not in {one.id for one in standing.order}:
        return [_collapsed(legs, standing, product, request.collapse or "")]
    if request.sort:
        return [f"The hits stand in the order of {request.sort[0].field}, not of the score."]
    return ["It is buried, so it stands among the last."] if product in request.buried else []


def _outside(runner: Runner, legs: Legs, product: str) -> str:
    if runner.plan.is_listing:
        return f"It is not among the first {WINDOW} of the list, and is shown after them."
    if product in legs.candidates:
        return f"Neither ranking has it in its window of {WINDOW}: it is shown after the window."
    return (
        f"Neither ranking has it in its window of {WINDOW}: it is shown after the window where the "
        "words find it, and else not at all."
    )


def _collapsed(legs: Legs, standing: Standing, product: str, field: str) -> str:
    keys = collapse_keys(legs, field)
    for one in standing.order:
        if keys.get(one.id) == keys.get(product):
            return f"It has the same {field} as {one.id!r}, which is shown in its place."
    return f"Another product with its {field} is shown in its place."
