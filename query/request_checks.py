"""What a request must be before anything is sent; each refusal is one sentence."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from diptych.errors import UsageError
from diptych.query.criteria import Facet, Filter, Range
from diptych.query.page import WINDOW, check_page
from diptych.query.ranking.diversity import check_diversity
from diptych.query.weights import check_any, check_weights

if TYPE_CHECKING:
    from diptych.query.request import SearchRequest

#: A shopper's words are short; what is longer is a paste, and costs the cluster a clause a word.
MAX_TEXT_CHARACTERS = 512
#: No keyword is longer: Lucene takes 32,766 bytes.
MAX_VALUE_CHARACTERS = 8_000
#: Products that one list of a request may name: each costs a read.
MAX_IDS = 100
#: Values of one facet; the engines refuse 65,536 and more in all.
MAX_FACET_VALUES = 1_000
#: Filters, facets, sorts and boosts of one request, each: every one costs the cluster a clause.
MAX_CLAUSES = 100


def check_request(request: "SearchRequest") -> None:
    """Pass if the request can be searched.

    Raises:
        UsageError: nothing to search for, or a value out of its range.
    """
    if not (request.says_something or request.browses):
        raise UsageError("There is nothing to search for: give words, a picture or a product.")
    _check_texts(request)
    _check_ids(request)
    check_weights(request.weights)
    if request.says_something:
        check_any(request.resolved_weights)
    check_page(request.size, request.from_)
    _check_clauses(request)
    _check_numbers(request)
    _check_order(request)


def _check_texts(request: "SearchRequest") -> None:
    for name, text in (("text", request.text), ("text to avoid", request.not_text)):
        if text is not None and len(text) > MAX_TEXT_CHARACTERS:
            raise UsageError(
                f"The {name} has {len(text)} characters: use at most {MAX_TEXT_CHARACTERS}."
            )
        _check_unicode(name, (text or "",))
    _check_unicode("field name", _field_names(request))
    values = _filter_texts(request.filters)
    _check_unicode("value of a filter", values)
    longest = max(map(len, values), default=0)
    if longest > MAX_VALUE_CHARACTERS:
        raise UsageError(
            f"A value of a filter has {longest:,} characters: use at most {MAX_VALUE_CHARACTERS:,}."
        )


def _field_names(request: "SearchRequest") -> list[str]:
    named = (*request.filters, *request.facets, *request.sort, *request.boosts)
    names = [*(item.field for item in named), *request.source_fields]
    return [*names, *([request.collapse] if request.collapse else [])]


def _filter_texts(filters: Iterable[Filter | Range]) -> list[str]:
    values: list[object] = []
    for item in filters:
        values += [item.value] if isinstance(item, Filter) else item.bounds.values()
    return [value for value in values if isinstance(value, str)]


def _check_ids(request: "SearchRequest") -> None:
    for name in ("like", "not_like", "prefer", "avoid", "pinned", "buried"):
        ids: Sequence[str] = getattr(request, name)
        if len(ids) > MAX_IDS:
            raise UsageError(f"The list {name} names {len(ids)} products: name at most {MAX_IDS}.")
        if not all(ids):
            raise UsageError(f"The list {name} holds an empty id: leave it out.")
        _check_unicode("product id", ids)
    both = set(request.pinned) & set(request.buried)
    if both:
        raise UsageError(
            f"The product {min(both)!r} is both pinned and buried: keep it in one of the lists."
        )


def _check_clauses(request: "SearchRequest") -> None:
    for name in ("filters", "facets", "sort", "boosts"):
        n_clauses = len(getattr(request, name))
        if n_clauses > MAX_CLAUSES:
            raise UsageError(f"There are {n_clauses} {name}: use at most {MAX_CLAUSES}.")
    for facet in request.facets:
        _check_facet(facet)


def _check_facet(facet: Facet) -> None:
    if not 1 <= facet.size <= MAX_FACET_VALUES:
        raise UsageError(
            f"The facet {facet.field!r} cannot have {facet.size} values: use a size of 1 to "
            f"{MAX_FACET_VALUES:,}."
        )


def _check_numbers(request: "SearchRequest") -> None:
    check_diversity(request.diversity)
    if request.min_score is not None and not math.isfinite(request.min_score):
        raise UsageError(f"The least score {request.min_score:g} cannot be used: use a number.")
    if request.timeout_s is not None and not 0 < request.timeout_s < math.inf:
        raise UsageError(
            f"A time budget of {request.timeout_s:g} s cannot be kept: use more than 0."
        )


def _check_order(request: "SearchRequest") -> None:
    if not 0 <= request.rerank <= WINDOW:
        raise UsageError(
            f"The first {request.rerank} hits cannot be reranked: use a number from 0 to {WINDOW}."
        )
    if request.sort and request.rerank:
        raise UsageError("Hits in the order of a field cannot be reranked: leave out one of both.")
    if request.sort and (request.diversity or request.buried):
        other = "diversity" if request.diversity else "buried products"
        raise UsageError(
            f"Hits in the order of a field leave no room for {other}: leave out sort or {other}."
        )


def _check_unicode(name: str, texts: Iterable[str]) -> None:
    for text in texts:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as err:
            raise UsageError(f"The {name} {text!r} is not valid UTF-8: type it again.") from err
