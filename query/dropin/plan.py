"""Whether a body becomes hybrid, and what it needs for that."""

from collections.abc import Callable
from dataclasses import dataclass

from diptych.client import Json
from diptych.errors import DiptychError, ImageError, UsageError
from diptych.mappings.target import Target
from diptych.query.asking import Asked
from diptych.query.blend import Blending
from diptych.query.dropin.acceptance import why_not
from diptych.query.dropin.clauses import InseparableError, TextFields, text_fields
from diptych.query.dropin.constraints import constraints, joined, verbatim
from diptych.query.dropin.legs import ids_clause
from diptych.query.dropin.steering import Steering
from diptych.query.dropin.words import find_text, normal, text_leaves
from diptych.query.profiles import with_profile
from diptych.query.request import SearchRequest
from diptych.query.request_checks import MAX_TEXT_CHARACTERS
from diptych.query.vector import QueryVector

#: Makes the query vector of a request to an index.
Ask = Callable[[Target, SearchRequest], Asked]


@dataclass(frozen=True, slots=True)
class Forward:
    """A body that goes on as it came; `degraded` says what could not be used of it, if anything."""

    reason: str
    degraded: str | None = None


@dataclass(frozen=True, slots=True)
class Hybrid:
    """A body with its second leg.

    `shares` are what the two legs count, `where` the constraints of the vectors' leg, `problem`
    what of `ext.diptych` could not be used.
    """

    body: Json
    target: Target
    vector: QueryVector
    shares: tuple[float, float]
    blending: Blending
    where: Json | None
    problem: str | None


def make_plan(
    body: Json,
    steering: Steering | None,
    *,
    target: Target,
    ask: Ask,
    timeout_s: float | None = None,
) -> Forward | Hybrid:
    """The plan of a body for one index.

    Args:
        body: with the URL parameters folded in, and without `ext.diptych`.
        timeout_s: time budget; models too slow for it are done without.

    Raises:
        UsageError: `ext.diptych` cannot be used.
        ImageError: its picture cannot be decoded.
    """
    steering = steering or Steering()
    if steering.is_off:
        return Forward("ext.diptych.off is set")
    reason = why_not(body)
    if reason is not None:
        return Forward(reason)
    fields = text_fields(target.contract, target.properties)
    try:
        text = _shoppers_text(body.get("query"), steering, fields)
        where = _where(body, text, fields, steering)
    except InseparableError as err:
        return Forward(str(err))
    words = steering.text or text
    if not words and not steering.says_something:
        return Forward("its query scores no text")
    if words and len(words) > MAX_TEXT_CHARACTERS:
        return Forward(f"its text has over {MAX_TEXT_CHARACTERS} characters")
    request = with_profile(_request(words, steering, timeout_s), target.profiles)
    return _ask(body, request, where, target=target, ask=ask)


def _shoppers_text(query: object, steering: Steering, fields: TextFields) -> str | None:
    """The text whose clauses demand nothing; `ext.diptych.text` may say which of several."""
    if steering.text is not None:
        said = {normal(leaf.text) for leaf in text_leaves(query, fields)}
        if normal(steering.text) in said:
            return steering.text
    return find_text(query, fields)


def _where(body: Json, text: str | None, fields: TextFields, steering: Steering) -> Json | None:
    """What every hit of the vectors' leg must be; products to resemble are known already."""
    demanded = [constraints(body.get("query"), text=text, fields=fields)]
    if body.get("post_filter") is not None:
        demanded.append(verbatim(body["post_filter"]))
    known = [*steering.like, *steering.not_like]
    return joined(demanded, [ids_clause(known)] if known else [])


def _request(words: str | None, steering: Steering, timeout_s: float | None) -> SearchRequest:
    """What to search for by vector. Without words, the body's own query orders nothing."""
    weights = steering.weights if words else {"keywords": 0.0, **steering.weights}
    return SearchRequest(
        text=words,
        image=steering.image,
        like=steering.like,
        not_text=steering.not_text,
        not_image=steering.not_image,
        not_like=steering.not_like,
        prefer=steering.prefer,
        avoid=steering.avoid,
        weights=weights,
        profile=steering.profile,
        blending=steering.blending,
        timeout_s=timeout_s,
    )


def _ask(
    body: Json,
    request: SearchRequest,
    where: Json | None,
    *,
    target: Target,
    ask: Ask,
) -> Forward | Hybrid:
    try:
        asked = ask(target, request)
    except (UsageError, ImageError):
        raise
    except DiptychError as err:
        return Forward("there is no query vector", str(err))
    if asked.vector is None:
        return Forward("nothing is left to look for by vector", asked.problem)
    shares = _shares(request.resolved_weights.keywords, asked.vector.weights.vector)
    blending = request.resolved_blending
    return Hybrid(body, target, asked.vector, shares, blending, where, asked.problem)


def _shares(keywords: float, vector: float) -> tuple[float, float]:
    total = keywords + vector
    return keywords / total, vector / total
