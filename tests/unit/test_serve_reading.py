"""The JSON of the simple call: what it means, and what it refuses."""

import base64
from typing import Any

import pytest
from pydantic import ValidationError

from diptych.errors import UsageError
from diptych.plugin.serve.models import SearchBody, SimilarBody
from diptych.plugin.serve.reading import search_request, similar_request
from diptych.query.blend import Blending
from diptych.query.criteria import Facet, Filter, Range, Sort
from diptych.query.ranking.boosts import DecayBoost, SaturationBoost, ValueBoost
from diptych.query.request import SearchRequest

PICTURE = base64.b64encode(b"picture").decode()


def _read(body: dict[str, Any], *allowed: str) -> SearchRequest:
    return search_request(SearchBody.model_validate(body), allowed=allowed, timeout_s=5.0)


def test_everything_that_can_be_said_is_understood() -> None:
    """One body with all fields, and the request that a Python caller would make."""
    body = {
        "text": "dress",
        "image": PICTURE,
        "like": "p1",
        "not": {"text": "red", "image": PICTURE, "like": ["p2"]},
        "prefer": ["p3"],
        "avoid": ["p4"],
        "filters": {"colour": ["red", "blue"], "price": {"gte": 10, "lt": 50.5}, "stock": True},
        "facets": ["colour", {"field": "brand", "size": 5}],
        "size": 20,
        "from": 40,
        "weights": {"text": 0.5, "keywords": 0},
        "blending": {"method": "rrf", "rank_constant": 20},
        "collapse": "group",
        "diversity": 0.3,
        "boosts": [
            {"field": "brand", "value": "Acme", "weight": 0.2},
            {"field": "new", "decay": {"origin": "2026-01-01", "scale": "30d"}, "weight": 0.1},
            {"field": "popularity", "pivot": 100, "weight": 0.1},
        ],
        "pinned": ["p5"],
        "buried": ["p6"],
        "min_score": 0.1,
        "highlight": True,
        "explain": True,
        "fields": ["title"],
    }
    expected = SearchRequest(
        text="dress",
        image=b"picture",
        like=("p1",),
        not_text="red",
        not_image=b"picture",
        not_like=("p2",),
        prefer=("p3",),
        avoid=("p4",),
        filters=(
            Filter("colour", "red"),
            Filter("colour", "blue"),
            Range("price", gte=10, lt=50.5),
            Filter("stock", True),
        ),
        facets=(Facet("colour"), Facet("brand", 5)),
        size=20,
        from_=40,
        weights={"text": 0.5, "keywords": 0.0},
        blending=Blending("rrf", 20),
        collapse="group",
        diversity=0.3,
        boosts=(
            ValueBoost("brand", "Acme", 0.2),
            DecayBoost("new", "2026-01-01", "30d", 0.1),
            SaturationBoost("popularity", 100, 0.1),
        ),
        pinned=("p5",),
        buried=("p6",),
        min_score=0.1,
        highlight=True,
        explain=True,
        source_fields=("title",),
        timeout_s=5.0,
    )

    assert expected == _read(body)


def test_an_optional_field_that_is_null_is_left_out() -> None:
    """Every field alike, at every depth, for programs write what they have no value for so."""
    nulls = dict.fromkeys(SearchBody.model_json_schema()["properties"])
    body = {
        "weights": {"text": 0.5, "image": None},
        "facets": [{"field": "brand", "size": None}],
        "boosts": [
            {"field": "new", "weight": 1, "decay": {"origin": 1, "scale": 2, "shape": None}},
        ],
    }
    expected = SearchRequest(
        text="dress",
        weights={"text": 0.5},
        facets=(Facet("brand"),),
        boosts=(DecayBoost("new", 1, 2, 1),),
        timeout_s=5.0,
    )

    assert SearchRequest(text="dress", timeout_s=5.0) == _read(nulls | {"text": "dress"})
    assert expected == _read({"text": "dress", **body})


def test_the_description_says_that_optional_fields_may_be_null() -> None:
    """Those that a request must have, and the values of a filter, may not."""
    schema = SearchBody.model_json_schema()
    facet = schema["$defs"]["Counted"]["properties"]

    assert [] == [n for n, form in schema["properties"].items() if not _may_be_null(form)]
    assert [False, True] == [_may_be_null(facet[name]) for name in ("field", "size")]
    assert not _may_be_null(schema["properties"]["filters"]["anyOf"][0]["additionalProperties"])


def _may_be_null(form: dict[str, Any]) -> bool:
    return {"type": "null"} in form.get("anyOf", [])


def test_a_minus_sorts_from_the_highest() -> None:
    """As in many addresses of the web."""
    assert (Sort("price"), Sort("rating", True)) == _read({"sort": ["price", "-rating"]}).sort


def test_similar_is_a_search_by_one_product() -> None:
    """With all that narrows and orders hits."""
    body = SimilarBody.model_validate({"size": 3, "not": {"text": "striped"}})

    read = similar_request("p1", body, allowed=(), timeout_s=5.0)

    assert SearchRequest(like=("p1",), not_text="striped", size=3, timeout_s=5.0) == read


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a", "query": {"match_all": {}}},
        {"text": "a", "script": "1"},
        {"text": "a", "filters": {"price": {"gte": 1, "script": "1"}}},
        {"text": 5},
        {"text": "a", "size": "10"},
        {"text": "a", "size": 201},
        {"text": "a", "diversity": float("nan")},
        {"text": "a", "filters": {"colour": {"terms": ["red"]}}},
        {"text": "a", "weights": {"bm25": 1}},
        {"text": "a" * 513},
        {"text": "a", "nosuch": None},
        {"text": "a", "filters": {"colour": None}},
        {"text": "a", "facets": [{"field": None}]},
        {"text": "a", "from_": 1},
    ],
)
def test_what_is_not_in_the_form_is_refused(body: dict[str, Any]) -> None:
    """Unknown fields, other types, values out of range, anything of a query language."""
    with pytest.raises(ValidationError):
        SearchBody.model_validate(body)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"image": "!"}, "The picture in image is not base64"),
        ({"text": "a", "not": {"image": ""}}, "The picture in not.image is empty"),
        ({"text": "a", "filters": {"colour": []}}, "The filter 'colour' has no value"),
        ({"text": "a", "filters": {"price": {}}}, "The range of 'price' has no bound"),
        ({}, "There is nothing to search for"),
        ({"text": "a", "blending": {"method": "bounds", "bounds": [[0]]}}, "The bounds of a blend"),
        ({"text": "a", "boosts": [{"field": "b", "weight": 1}]}, "The boost by 'b' has no form"),
        (
            {"text": "a", "boosts": [{"field": "b", "weight": 1, "value": 1, "pivot": 2}]},
            "The boost by 'b' has value and pivot",
        ),
    ],
)
def test_what_has_no_meaning_is_one_sentence(body: dict[str, Any], sentence: str) -> None:
    """What happened, and what to do."""
    with pytest.raises(UsageError, match=sentence):
        _read(body)


@pytest.mark.parametrize(
    "body",
    [
        {"fields": ["cost"]},
        {"fields": ["*"]},
        {"filters": {"cost": {"lt": 5}}},
        {"facets": ["cost"]},
        {"facets": [{"field": "cost"}]},
        {"sort": ["-cost"]},
        {"collapse": "cost"},
        {"boosts": [{"field": "cost", "weight": 1, "pivot": 2}]},
    ],
)
def test_a_field_that_is_not_shown_cannot_be_asked_about(body: dict[str, Any]) -> None:
    """Counts, orders and filters would tell its values too."""
    with pytest.raises(UsageError, match="is not for this key"):
        _read({"text": "a", **body}, "title", "price")


def test_a_caller_with_chosen_fields_sees_those() -> None:
    """Where the request names none."""
    assert ("title", "brand.*") == _read({"text": "a"}, "title", "brand.*").source_fields
