"""A request that is not of its form is answered by what was most likely meant."""

import pytest
from pydantic import ValidationError

from diptych.client import Json
from diptych.plugin.serve.models import SearchBody
from diptych.plugin.serve.unreadable import say_unreadable

JSON = "application/json"


def _say(body: object) -> str:
    with pytest.raises(ValidationError) as caught:
        SearchBody.model_validate(body)
    problems = [{**one, "loc": ("body", *one["loc"])} for one in caught.value.errors()]
    return say_unreadable(problems, content_type=JSON)[0]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"txet": "red"}, "txet"),
        ({"weights": {"keyword": 1}}, "weights.keyword"),
        ({"filters": {"price": {"min": 3}}}, "filters.price.min"),
        ({"facets": [{"fild": "colour"}]}, "facets.0.fild"),
        ({"blending": {"method": "rrf", "k": 60}}, "blending.k"),
    ],
)
def test_a_wrong_name_is_told_with_its_place(body: Json, where: str) -> None:
    """Also where the value could have been of another form."""
    assert f"The request has an unknown field {where!r}." == _say(body)


def test_a_name_that_is_missing_is_told() -> None:
    """A boost has to say how much it counts."""
    assert "The request lacks the field 'boosts.0.weight'." == _say({"boosts": [{"field": "a"}]})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"sort": "price"}, "at sort (Input should be a valid list)"),
        ({"size": 500}, "at size (Input should be less than or equal to 200)"),
        ({"filters": {"price": None}}, "at filters.price (it has none of its forms)"),
        ({"filters": {"price": {"gte": {}}}}, "at filters.price.gte (it has none of its forms)"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(body: Json, said: str) -> None:
    """One form has one reason; several have none in common."""
    assert f"The request cannot be read {said}." == _say(body)


def test_a_body_that_is_sent_as_something_else_says_so() -> None:
    """curl's `-d` alone sends a form, whatever stands in it."""
    form = "application/x-www-form-urlencoded"
    problems = [{"type": "model_attributes_type", "loc": ("body",), "msg": "a dictionary"}]

    detail, fix = say_unreadable(problems, content_type=form)

    assert f"The request's body is sent as {form!r}." == detail
    assert "Send the header `content-type: application/json`." == fix


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ({"type": "json_invalid", "loc": ("body", 9), "msg": "x"}, "no JSON from character 9 on"),
        ({"type": "missing", "loc": ("body",), "msg": "Field required"}, "has no body"),
    ],
)
def test_a_body_that_is_no_json_says_so(problem: Json, said: str) -> None:
    """Broken, or not there at all."""
    assert said in say_unreadable([problem], content_type=JSON)[0]


def test_a_field_of_the_address_is_told_whatever_the_body() -> None:
    """A GET has no content type."""
    problem = {"type": "string_too_long", "loc": ("query", "text"), "msg": "too long"}

    assert (
        "The request cannot be read at query.text (too long)."
        == say_unreadable([problem], content_type="")[0]
    )
