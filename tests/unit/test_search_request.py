"""A request that cannot be searched is refused with a sentence before anything is sent."""

from typing import Any

import pytest

from diptych.errors import UsageError
from diptych.query.criteria import Facet, Filter, Range, Sort, parse_facet, parse_filter, parse_sort
from diptych.query.request import SearchRequest
from diptych.query.weights import (
    FOR_BOTH,
    FOR_IMAGE,
    FOR_LIKE,
    FOR_TEXT,
    Weights,
    parse_weights,
    resolve_weights,
)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({}, "nothing to search for"),
        ({"text": "  "}, "nothing to search for"),
        ({"text": "x" * 513}, "513 characters"),
        ({"text": "x", "not_text": "y" * 600}, "600 characters"),
        ({"text": "x\udcff"}, "not valid UTF-8"),
        ({"text": "x", "filters": (Filter("f", "\ud800"),)}, "not valid UTF-8"),
        ({"text": "x", "size": 0}, "size of 1 to 200"),
        ({"text": "x", "size": 201}, "size of 1 to 200"),
        ({"text": "x", "size": 20, "from_": 9_981}, "Hits 9,982 to 10,001"),
        ({"text": "x", "diversity": 1.1}, "diversity 1.1"),
        ({"text": "x", "min_score": float("nan")}, "least score nan"),
        ({"text": "x", "timeout_s": 0}, "budget of 0 s"),
        ({"like": ("a", "")}, "like holds an empty id"),
        ({"text": "x", "prefer": ("a",) * 101}, "prefer names 101 products"),
        ({"text": "x", "pinned": ("a", "b"), "buried": ("b",)}, "'b' is both pinned and buried"),
        ({"text": "x", "facets": (Facet("f", 0),)}, "facet 'f' cannot have 0 values"),
        ({"text": "x", "sort": (Sort("f"),), "diversity": 0.5}, "no room for diversity"),
        ({"text": "x", "sort": (Sort("f"),) * 101}, "101 sort"),
        ({"text": "x", "weights": {"colour": 1.0}}, "no weight 'colour'"),
        ({"text": "x", "weights": {"text": -1.0}}, "text=-1"),
        ({"text": "x", "weights": {"text": float("nan")}}, "text=nan"),
        ({"text": "x", "weights": {"text": 1e300}}, "text=1e\\+300"),
        ({"text": "x", "weights": {"keywords": 0, "text": 0, "image": 0}}, "All weights are 0"),
        ({"text": "x", "from_": -1}, "begin after -1 hits"),
        (
            {"text": "x", "weights": dict.fromkeys(("keywords", "text", "image", "agreement"), 0)},
            "All weights are 0",
        ),
    ],
)
def test_a_request_out_of_range_is_refused(arguments: dict[str, Any], part: str) -> None:
    """The sentence names the value and what to do."""
    with pytest.raises(UsageError, match=part):
        SearchRequest(**arguments)


def test_the_last_page_can_be_asked_for() -> None:
    """Hits 9,981 to 10,000 are within what the engines page through."""
    request = SearchRequest(text="x", size=20, from_=9_980)

    assert (9_980, 20) == (request.from_, request.size)


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(not_text="stripes"),
        SearchRequest(not_image=b"picture"),
        SearchRequest(not_like=("a",)),
        SearchRequest(prefer=("a",)),
        SearchRequest(filters=(Filter("f", "x"),), weights={"keywords": 0}),
        SearchRequest(sort=(Sort("price"),)),
    ],
)
def test_a_request_may_say_only_what_is_not_wanted_or_only_filter(request_: SearchRequest) -> None:
    """A shop's category page has no words, and a shopper may begin with what they dislike."""
    assert request_.says_something or request_.browses


def test_blanks_around_words_do_not_count() -> None:
    """A search box sends what was typed, and blank words beside a photo are no words."""
    request = SearchRequest(text="  ", image=b"picture", not_text=" red ")

    assert (None, "red") == (request.words, request.unwanted_words)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (SearchRequest(text="x"), FOR_TEXT),
        (SearchRequest(image=b"x"), FOR_IMAGE),
        (SearchRequest(text="x", image=b"x"), FOR_BOTH),
        (SearchRequest(like=("1",), text="x"), FOR_LIKE),
    ],
)
def test_each_kind_of_search_has_its_weights(request_: SearchRequest, expected: Weights) -> None:
    """Nobody has to know weights to search."""
    assert expected == request_.resolved_weights


def test_a_weight_left_out_keeps_its_default() -> None:
    """`image=2` changes the image's weight alone."""
    weights = resolve_weights(parse_weights("image=2"), Weights(0.1, 0.2, 0.3, 0.4))

    assert Weights(0.1, 0.2, 2.0, 0.4) == weights


@pytest.mark.parametrize("text", ["", "text", "text=", "text=much", "text=1,,", "look=1"])
def test_weights_that_cannot_be_read_are_refused(text: str) -> None:
    """No weight is guessed."""
    with pytest.raises(UsageError):
        parse_weights(text)


def test_a_filter_is_a_field_and_a_value() -> None:
    """Everything after the first `=` is the value."""
    assert Filter("size", "a=b") == parse_filter("size = a=b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price >= 10", Range("price", gte="10")),
        ("price<9.5", Range("price", lt="9.5")),
        ("since>2026-01-01", Range("since", gt="2026-01-01")),
        ("stock<=3", Range("stock", lte="3")),
        ("name=a<b", Filter("name", "a<b")),
    ],
)
def test_a_filter_may_be_a_range(text: str, expected: Filter | Range) -> None:
    """The first sign in the text decides."""
    assert expected == parse_filter(text)


@pytest.mark.parametrize(
    ("bounds", "part"),
    [({}, "no bound"), ({"gt": 1, "gte": 1}, "both gte and gt"), ({"lt": 1, "lte": 1}, "both lte")],
)
def test_a_range_needs_one_bound_a_side(bounds: dict[str, float], part: str) -> None:
    """What contradicts itself is not guessed at."""
    with pytest.raises(UsageError, match=part):
        Range("price", **bounds)


def test_facets_and_sorts_are_short_to_write() -> None:
    """A number after a colon, a minus before the name."""
    assert (Facet("colour"), Facet("brand", 5)) == (parse_facet("colour"), parse_facet("brand:5"))
    assert (Sort("price"), Sort("price", True)) == (parse_sort("price"), parse_sort("-price"))


@pytest.mark.parametrize("text", ["red", "=red", "", "<5"])
def test_a_filter_without_a_field_is_refused(text: str) -> None:
    """The sentence shows the form."""
    with pytest.raises(UsageError, match="FIELD=VALUE"):
        parse_filter(text)
