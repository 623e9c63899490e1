"""A request that cannot be searched is refused with a sentence before anything is sent."""

from typing import Any

import pytest

from diptych.errors import UsageError
from diptych.query.request import Filter, SearchRequest, parse_filter
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
        ({"text": "x", "size": 20, "from_": 181}, "Hits 182 to 201"),
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


def test_the_last_page_of_the_window_can_be_asked_for() -> None:
    """Hits 181 to 200 are ranked."""
    request = SearchRequest(text="x", size=20, from_=180)

    assert (180, 20) == (request.from_, request.size)


def test_blanks_around_words_do_not_count() -> None:
    """A search box sends what was typed, and blank words beside a photo are no words."""
    request = SearchRequest(text="  ", image=b"picture", not_text=" red ")

    assert (None, "red") == (request.words, request.avoid)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (SearchRequest(text="x"), FOR_TEXT),
        (SearchRequest(image=b"x"), FOR_IMAGE),
        (SearchRequest(text="x", image=b"x"), FOR_BOTH),
        (SearchRequest(like="1", text="x"), FOR_LIKE),
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


@pytest.mark.parametrize("text", ["red", "=red", ""])
def test_a_filter_without_a_field_is_refused(text: str) -> None:
    """The sentence shows the form."""
    with pytest.raises(UsageError, match="FIELD=VALUE"):
        parse_filter(text)
