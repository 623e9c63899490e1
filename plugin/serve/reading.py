"""From the JSON of the simple call to a `SearchRequest`, within what the caller may see."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence

from diptych.errors import UsageError
from diptych.plugin.serve.models import (
    BlendingBody,
    BoostBody,
    Bounds,
    Counted,
    Page,
    SearchBody,
    SimilarBody,
    Value,
)
from diptych.query.blend import Blending
from diptych.query.criteria import Facet, Filter, Range, Sort
from diptych.query.ranking.boosts import Boost, DecayBoost, SaturationBoost, ValueBoost
from diptych.query.request import SearchRequest
from diptych.query.source import covers


def search_request(body: SearchBody, *, allowed: Sequence[str], timeout_s: float) -> SearchRequest:
    """The request that a body of `/search` means.

    Args:
        allowed: fields that the caller may see and use, `*` allowed; none means all.
        timeout_s: the time budget.

    Raises:
        UsageError: a value that cannot be used, or a field that is not the caller's.
    """
    return _request(
        body,
        text=body.text,
        image=_picture(body.image, "image"),
        like=_ids(body.like),
        allowed=allowed,
        timeout_s=timeout_s,
    )


def similar_request(
    product: str, body: SimilarBody, *, allowed: Sequence[str], timeout_s: float
) -> SearchRequest:
    """The request that a body of `/similar/{id}` means; raises what `search_request` raises."""
    return _request(
        body, text=None, image=None, like=(product,), allowed=allowed, timeout_s=timeout_s
    )


def _request(
    body: SimilarBody,
    *,
    text: str | None,
    image: bytes | None,
    like: tuple[str, ...],
    allowed: Sequence[str],
    timeout_s: float,
) -> SearchRequest:
    _check_fields(body, allowed)
    return SearchRequest(
        text=text,
        image=image,
        like=like,
        not_text=body.not_.text,
        not_image=_picture(body.not_.image, "not.image"),
        not_like=_ids(body.not_.like),
        prefer=tuple(body.prefer),
        avoid=tuple(body.avoid),
        filters=tuple(read_filters(body.filters)),
        facets=tuple(_facet(facet) for facet in body.facets),
        sort=tuple(_sort(name) for name in body.sort),
        size=body.size,
        from_=body.from_,
        weights=body.weights.model_dump(exclude_none=True),
        profile=body.profile,
        blending=_blending(body.blending),
        collapse=body.collapse,
        diversity=body.diversity,
        boosts=tuple(_boost(boost) for boost in body.boosts),
        rerank=body.rerank,
        pinned=tuple(body.pinned),
        buried=tuple(body.buried),
        min_score=body.min_score,
        highlight=body.highlight,
        explain=body.explain,
        source_fields=tuple(body.fields) or tuple(allowed),
        timeout_s=timeout_s,
    )


def _check_fields(body: Page, allowed: Sequence[str]) -> None:
    """A field that may not be seen may not be counted, filtered or sorted by either."""
    for name in _named_fields(body) if allowed else ():
        if not covers(allowed, name):
            raise UsageError(
                f"The field {name!r} is not for this key: use some of {', '.join(allowed)}."
            )


def _named_fields(body: Page) -> Iterator[str]:
    yield from body.fields
    yield from body.filters
    yield from (facet if isinstance(facet, str) else facet.field for facet in body.facets)
    yield from (name.removeprefix("-") for name in body.sort)
    yield from (boost.field for boost in body.boosts)
    yield from [body.collapse] if body.collapse is not None else []


def _picture(text: str | None, where: str) -> bytes | None:
    if text is None:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as err:
        raise UsageError(f"The picture in {where} is not base64: encode the file's bytes.") from err
    if not data:
        raise UsageError(f"The picture in {where} is empty: send a file, or leave it out.")
    return data


def _ids(ids: str | Sequence[str] | None) -> tuple[str, ...]:
    if ids is None:
        return ()
    return (ids,) if isinstance(ids, str) else tuple(ids)


def read_filters(
    filters: Mapping[str, Value | list[Value] | Bounds],
) -> Iterator[Filter | Range]:
    """The filters of a body: field -> value, alternatives, or a range.

    Raises:
        UsageError: a field without a value, or a range that cannot be used.
    """
    for field, wanted in filters.items():
        if isinstance(wanted, Bounds):
            yield Range(field, gte=wanted.gte, gt=wanted.gt, lte=wanted.lte, lt=wanted.lt)
        elif isinstance(wanted, list):
            yield from _alternatives(field, wanted)
        else:
            yield Filter(field, wanted)


def _alternatives(field: str, values: Sequence[Value]) -> Iterator[Filter]:
    if not values:
        raise UsageError(f"The filter {field!r} has no value: name one, or leave it out.")
    yield from (Filter(field, value) for value in values)


def _facet(facet: str | Counted) -> Facet:
    return Facet(facet) if isinstance(facet, str) else Facet(facet.field, facet.size)


def _sort(name: str) -> Sort:
    return Sort(name.removeprefix("-"), name.startswith("-"))


def _blending(body: str | BlendingBody | None) -> Blending | None:
    if body is None:
        return None
    if isinstance(body, str):
        return Blending(body)  # type: ignore[arg-type]
    rank_constant = Blending().rank_constant if body.rank_constant is None else body.rank_constant
    if body.bounds is None:
        return Blending(body.method, rank_constant)
    if [2, 2] != [len(bound) for bound in body.bounds]:
        raise UsageError(
            "The bounds of a blending cannot be read: write [[lowest, highest], [lowest, highest]]."
        )
    (low_words, high_words), (low, high) = body.bounds
    return Blending(body.method, rank_constant, ((low_words, high_words), (low, high)))


def _boost(body: BoostBody) -> Boost:
    forms = [form for form in ("value", "decay", "pivot") if getattr(body, form) is not None]
    if len(forms) != 1:
        raise UsageError(
            f"The boost by {body.field!r} has {' and '.join(forms) or 'no form'}: give one of "
            "value, decay and pivot."
        )
    if body.decay is not None:
        how = body.decay
        return DecayBoost(
            body.field, how.origin, how.scale, body.weight, decay=how.decay, shape=how.shape
        )
    if body.pivot is not None:
        return SaturationBoost(body.field, body.pivot, body.weight)
    assert body.value is not None
    return ValueBoost(body.field, body.value, body.weight)
