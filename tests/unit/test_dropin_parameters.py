"""What is said beside a body: URL parameters, `ext.diptych`, and which parts are wanted."""

import base64

import pytest

from diptych.client import Json
from diptych.errors import UsageError
from diptych.query.blend import Blending
from diptych.query.dropin.acceptance import why_not
from diptych.query.dropin.parameters import sort_parameters
from diptych.query.dropin.shape import pick
from diptych.query.dropin.steering import Steering, take_steering


def test_parameters_go_where_they_mean_the_same() -> None:
    """Into the body, into the header of an `_msearch`, or beside it."""
    found = sort_parameters(
        {
            "size": "3",
            "from": "6",
            "explain": "",
            "timeout": "2s",
            "sort": "_score,price:desc,title",
            "track_total_hits": "100",
            "stored_fields": "a,b",
            "preference": "_local",
            "routing": "shop",
            "typed_keys": "true",
            "pretty": "",
        }
    )

    assert {
        "size": 3,
        "from": 6,
        "explain": True,
        "timeout": "2s",
        "sort": [
            {"_score": {"order": "desc"}},
            {"price": {"order": "desc"}},
            {"title": {"order": "asc"}},
        ],
        "track_total_hits": 100,
        "stored_fields": ["a", "b"],
    } == found.folded
    assert {"preference": "_local", "routing": "shop"} == found.header
    assert {"typed_keys": "true"} == found.beside
    assert found.unknown is None


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ({"_source": "false"}, False),
        ({"_source": "true"}, True),
        ({"_source": "title,price"}, {"includes": ["title", "price"]}),
        ({"_source_includes": "a"}, {"includes": ["a"]}),
        ({"_source": "true", "_source_excludes": "b"}, {"excludes": ["b"]}),
        (
            {"_source_includes": "a", "_source_excludes": "b"},
            {"includes": ["a"], "excludes": ["b"]},
        ),
    ],
)
def test_the_source_is_chosen_by_parameters(given: dict[str, str], source: object) -> None:
    """As `FetchSourceContext` of both engines reads them."""
    assert {"_source": source} == sort_parameters(given).folded


@pytest.mark.parametrize(
    ("given", "unknown"),
    [
        ({"q": "red"}, "q"),
        ({"scroll": "1m"}, "scroll"),
        ({"size": "-1"}, "size"),
        ({"size": "ten"}, "size"),
        ({"explain": "perhaps"}, "explain"),
        ({"size": "3", "search_pipeline": "x"}, "search_pipeline"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(given: dict[str, str], unknown: str) -> None:
    """The request is forwarded then."""
    assert unknown == sort_parameters(given).unknown


def test_steering_is_taken_out_of_the_body() -> None:
    """What `ext` says to others stays."""
    picture = base64.b64encode(b"picture").decode()
    said = {
        "text": " red ",
        "image": picture,
        "like": "p1",
        "not": {"text": "blue", "like": ["p2", "p3"]},
        "prefer": ["p4"],
        "weights": {"image": 2},
        "blending": "rrf",
    }

    body, steering = take_steering({"size": 1, "ext": {"diptych": said, "other": {}}})

    assert {"size": 1, "ext": {"other": {}}} == body
    assert (
        Steering(
            text="red",
            image=b"picture",
            like=("p1",),
            not_text="blue",
            not_like=("p2", "p3"),
            prefer=("p4",),
            weights={"image": 2},
            blending=Blending("rrf"),
        )
        == steering
    )


def test_a_body_without_steering_is_left_alone() -> None:
    """An empty one is taken out with its `ext`."""
    assert ({"size": 1}, None) == take_steering({"size": 1})
    assert ({}, Steering()) == take_steering({"ext": {"diptych": {}}})


def test_blending_has_parameters() -> None:
    """Fixed bounds for both legs."""
    said = {"method": "bounds", "bounds": [[0, 10], [-1, 1]]}

    _, steering = take_steering({"ext": {"diptych": {"blending": said}}})

    assert steering is not None
    assert Blending("bounds", bounds=((0.0, 10.0), (-1.0, 1.0))) == steering.blending


@pytest.mark.parametrize(
    "said",
    [
        None,
        "off",
        {"imgae": ""},
        {"text": 5},
        {"image": 5},
        {"like": {"id": 1}},
        {"weights": []},
        {"weights": {"image": "2"}},
        {"weights": {"image": True}},
        {"weights": {"image": 1e9}},
        {"not": "blue"},
        {"off": 1},
        {"blending": {"method": "bounds", "bounds": [1, 2]}},
        {"blending": {"rank_constant": "x"}},
        {"blending": {"method": ["rrf"]}},
    ],
)
def test_steering_that_cannot_be_used_is_refused(said: object) -> None:
    """Nothing of it is guessed."""
    with pytest.raises(UsageError, match=r"ext\.diptych|weight|blending"):
        take_steering({"ext": {"diptych": said}})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sort": "_score"},
        {"sort": ["_score", {"price": "asc"}]},
        {"sort": [{"_score": {"order": "desc"}}]},
        {"size": 10_000},
        {"collapse": {"field": "group_id"}},
        {"profile": False},
        {"rescore": {}, "suggest": {}, "aggs": {}, "highlight": {}, "min_score": 1},
    ],
)
def test_bodies_that_can_be_hybrid(body: Json) -> None:
    """Apart from their query."""
    assert why_not(body) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"sort": [{"_score": "asc"}]}, "not led by _score"),
        ({"sort": ["price"]}, "not led by _score"),
        ({"sort": [5]}, "not led by _score"),
        ({"size": 9_999, "from": 2}, "out of range"),
        ({"size": -1}, "out of range"),
        ({"size": "5"}, "not made of numbers"),
        ({"size": True}, "not made of numbers"),
        ({"knn": {}}, "by vectors already"),
        ({"retriever": {}}, "retriever"),
        ({"pit": {"id": "x"}}, "point in time"),
        ({"slice": {"id": 0, "max": 2}}, "slice"),
        ({"ext": {"other": {}}}, "others"),
        ({"something_new": 1}, "something_new"),
        ({"collapse": {"field": "a", "inner_hits": {}}}, "inner hits"),
        ({"collapse": "a"}, "no field"),
        ({"collapse": {}}, "no field"),
        ({"collapse": {"field": 5}}, "no field"),
        ({"stored_fields": "_none_"}, "no ids"),
        ({"collapse": None}, "null"),
    ],
)
def test_bodies_that_cannot_be_hybrid(body: Json, reason: str) -> None:
    """Each with its reason."""
    assert reason in str(why_not(body))


@pytest.mark.parametrize(
    ("wanted", "picked"),
    [
        ("took", {"took": 1}),
        ("hits.hits._id", {"hits": {"hits": [{"_id": "a"}, {"_id": "b"}]}}),
        ("hits.hits._source.*", {"hits": {"hits": [{"_source": {"x": 1}}]}}),
        ("**._id", {"hits": {"hits": [{"_id": "a"}, {"_id": "b"}]}}),
        ("h*.t*", {"hits": {"total": 2}}),
        ("-hits", {"took": 1}),
        ("hits,-hits.hits", {"hits": {"total": 2}}),
        ("nothing", {}),
        (
            " , ",
            {
                "took": 1,
                "hits": {"total": 2, "hits": [{"_id": "a", "_source": {"x": 1}}, {"_id": "b"}]},
            },
        ),
    ],
)
def test_parts_of_an_answer_are_picked(wanted: str, picked: Json) -> None:
    """By `filter_path`, as the engines' documentation describes it."""
    hits = [{"_id": "a", "_source": {"x": 1}}, {"_id": "b"}]

    assert picked == pick({"took": 1, "hits": {"total": 2, "hits": hits}}, wanted)
