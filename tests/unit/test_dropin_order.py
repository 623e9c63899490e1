"""The order of blended hits, the searches that are sent, and what hits show."""

import numpy as np
import pytest

from diptych.client import Json
from diptych.layout import product_layout
from diptych.mappings.engine import OpenSearch
from diptych.query.blend import MIN_MAX
from diptych.query.dropin.hiding import hide_fields, shown_source
from diptych.query.dropin.legs import Page, own_leg, page_leg, tail_leg, vector_leg
from diptych.query.dropin.order import LegHits, near_hits, own_hits, rank, tie_orders
from diptych.query.vector import QueryVector
from diptych.query.weights import Weights

VECTOR = "diptych_vector"
WORDS: Json = {"match": {"title": "red"}}
BODY: Json = {
    "query": WORDS,
    "size": 5,
    "from": 10,
    "aggs": {"a": {}},
    "suggest": {"b": {}},
    "min_score": 1.0,
    "rescore": {"c": {}},
    "post_filter": {"term": {"d": 1}},
    "sort": ["_score", "price"],
    "highlight": {"fields": {"title": {}}},
    "explain": True,
    "version": True,
    "track_total_hits": True,
    "timeout": "2s",
    "_source": ["title"],
}


def _answer(*rows: Json) -> Json:
    return {"hits": {"hits": [{"_index": "i", **row} for row in rows]}}


def test_equal_scores_follow_the_tie_break() -> None:
    """Cheap ones first, those without a price last, then by id."""
    own = LegHits(
        dict.fromkeys("abcde", 1.0), {"a": [5], "b": [3], "c": [None], "d": [3], "e": [9]}, {}
    )

    ranking = rank(
        own, LegHits({}, {}, {}), shares=(1.0, 0.0), blending=MIN_MAX, sort=["_score", "price"]
    )

    assert ["b", "d", "a", "e", "c"] == [name for name, _ in ranking.hits]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (["_score", {"price": "desc"}], "eabdc"),
        (["_score", {"price": {"order": "asc", "missing": "_first"}}], "cbdae"),
        (["_score"], "abcde"),
        (None, "abcde"),
    ],
)
def test_a_tie_break_has_a_direction(sort: object, order: str) -> None:
    """Documents without a value come last, unless they are asked for first."""
    own = LegHits(
        dict.fromkeys("abcde", 1.0), {"a": [5], "b": [3], "c": [None], "d": [3], "e": [9]}, {}
    )

    ranking = rank(own, LegHits({}, {}, {}), shares=(1.0, 0.0), blending=MIN_MAX, sort=sort)

    assert order == "".join(name for name, _ in ranking.hits)


def test_a_tie_break_never_stands_before_the_score() -> None:
    """b is found by both legs."""
    own = LegHits({"a": 2.0, "b": 2.0}, {"a": [1], "b": [9]}, {})
    near = LegHits({"b": 0.5}, {"b": [9]}, {})

    ranking = rank(own, near, shares=(0.5, 0.5), blending=MIN_MAX, sort=["_score", "price"])

    assert [("b", 1.0), ("a", 0.5)] == ranking.hits


def test_sorts_are_read_in_all_forms() -> None:
    """A name, a name with an order, a name with options."""
    found = tie_orders(["_score", "a", {"b": "desc"}, {"c": {"missing": "_first"}}, {"_score": {}}])

    assert [(False, False), (True, False), (False, True), (True, False)] == [
        (it.is_descending, it.puts_missing_first) for it in found
    ]


def test_each_group_is_shown_once_by_its_best() -> None:
    """Documents without a value are one group, as they are to the engines."""
    body = {"collapse": {"field": "g"}}
    own = own_hits(
        _answer(
            {"_id": "a", "_score": 3.0, "fields": {"g": ["x"]}},
            {"_id": "b", "_score": 2.0},
            {"_id": "c", "_score": 1.0, "fields": {"g": ["y"]}},
        ),
        body,
    )
    near = near_hits(
        _answer(
            {"_id": "d", "_score": 2.0, "fields": {"g": ["y"]}},
            {"_id": "e", "_score": 1.5, "fields": {"g": ["x"]}},
            {"_id": "f", "_score": 1.2},
        ),
        body,
        engine=OpenSearch(),
        bias=0.0,
    )

    ranking = rank(own, near, shares=(0.4, 0.6), blending=MIN_MAX, sort=None)

    # d 0.6, a 0.4, e 0.225, b 0.2, f 0.0006, c 0.0004; the groups are y, x, x, none, none, y.
    assert ["d", "a", "b"] == [name for name, _ in ranking.hits]


def test_scores_of_the_vectors_are_weighted_cosines() -> None:
    """The engine's score is 1 + the inner product, which the bias lifted."""
    near = near_hits(_answer({"_id": "a", "_score": 2.5}), {}, engine=OpenSearch(), bias=1.0)

    assert {"a": 0.5} == near.scores


def test_the_own_leg_is_the_body_without_what_it_fetches() -> None:
    """Its first hits, and everything that describes the query as a whole."""
    leg = own_leg(BODY)

    assert (200, 0, False) == (leg["size"], leg["from"], leg["_source"])
    assert not {"highlight", "explain", "version"} & leg.keys()
    kept = ("query", "aggs", "suggest", "min_score", "rescore", "post_filter", "sort", "timeout")
    assert {name: BODY[name] for name in kept} == {name: leg[name] for name in kept}


def test_the_own_leg_fetches_no_inner_hits() -> None:
    """Two hundred times, for a page of ten."""
    nested = {"nested": {"path": "v", "query": WORDS, "inner_hits": {}}}

    leg = own_leg({"query": {"bool": {"must": [nested]}}})

    assert {"bool": {"must": [{"nested": {"path": "v", "query": WORDS}}]}} == leg["query"]


def test_the_vectors_leg_has_the_constraints_and_nothing_of_the_whole() -> None:
    """And the values that ties are broken by."""
    layout = product_layout(text_dimension=2, image_dimension=2)
    values = np.array([1, 0, 0, 1, 0, 1, 0, 0], np.float32)
    vector = QueryVector(values, 1.0, Weights(0.2, 1, 1, 0), layout)

    leg = vector_leg(
        {**BODY, "collapse": {"field": "g"}},
        vector,
        field=VECTOR,
        where={"term": {"d": 1}},
        engine=OpenSearch(),
    )

    assert {"term": {"d": 1}} == leg["query"]["knn"][VECTOR]["filter"]
    assert (["_score", "price"], "2s", ["g"]) == (
        leg["sort"],
        leg["timeout"],
        leg["docvalue_fields"],
    )
    assert not {"aggs", "suggest", "min_score", "rescore", "from", "collapse"} & leg.keys()


def test_the_page_fetches_as_the_body_asks() -> None:
    """Its query marks what matches, and keeps no hit off."""
    leg = page_leg(BODY, ["a", "b"], vector_field=VECTOR)

    assert {"bool": {"filter": [{"ids": {"values": ["a", "b"]}}], "should": [WORDS]}} == leg[
        "query"
    ]
    assert (2, True, True) == (leg["size"], leg["explain"], leg["version"])
    assert not {"aggs", "suggest", "min_score", "rescore", "post_filter", "sort"} & leg.keys()


def test_behind_the_window_the_own_query_goes_on() -> None:
    """Without what was blended."""
    leg = tail_leg(BODY, Page(3, 7), shown=["a"], groups=[None], vector_field=VECTOR)

    assert {"must": [WORDS], "must_not": [{"ids": {"values": ["a"]}}]} == leg["query"]["bool"]
    assert (3, 7, 1.0) == (leg["size"], leg["from"], leg["min_score"])
    assert not {"aggs", "suggest"} & leg.keys()


def test_behind_the_window_no_group_comes_again() -> None:
    """Nor the one of documents without a value."""
    body = {"collapse": {"field": "g"}}

    leg = tail_leg(body, Page(3, 0), shown=["a", "b"], groups=["x", None], vector_field=VECTOR)

    assert {
        "must": [{"match_all": {}}],
        "filter": [{"exists": {"field": "g"}}],
        "must_not": [{"terms": {"g": ["x"]}}],
    } == leg["query"]["bool"]


@pytest.mark.parametrize(
    ("body", "source"),
    [
        ({}, {"excludes": ["diptych", VECTOR]}),
        ({"_source": True}, {"excludes": ["diptych", VECTOR]}),
        ({"_source": False}, False),
        ({"_source": "title"}, {"includes": ["title"], "excludes": ["diptych", VECTOR]}),
        ({"_source": ["diptych.state"]}, {"includes": ["diptych.state"], "excludes": [VECTOR]}),
        (
            {"_source": {"include": "t*", "exclude": ["u"]}},
            {"includes": ["t*"], "excludes": ["u", "diptych", VECTOR]},
        ),
        (
            {"_source": {"excludes": "u", "exclude_vectors": False}},
            {"exclude_vectors": False, "excludes": ["u", "diptych", VECTOR]},
        ),
        ({"stored_fields": ["_source"]}, {"excludes": ["diptych", VECTOR]}),
    ],
)
def test_our_fields_stay_out_of_the_source(body: Json, source: object) -> None:
    """Unless they are named."""
    assert {"_source": source} == shown_source(body, vector_field=VECTOR)


def test_stored_fields_alone_bring_no_source() -> None:
    """As in the engines."""
    assert {} == shown_source({"stored_fields": ["a"]}, vector_field=VECTOR)


def test_our_fields_stay_out_of_the_fields() -> None:
    """Those that a star brought."""
    hit: Json = {"fields": {"title": ["a"], "diptych.state": ["ready"], VECTOR: [1.0]}}
    ours: Json = {"fields": {"diptych.state": ["ready"]}}

    hide_fields(hit, {"fields": ["*"]}, vector_field=VECTOR)
    hide_fields(ours, {"fields": ["*"]}, vector_field=VECTOR)

    assert {"fields": {"title": ["a"]}} == hit
    assert {} == ours


def test_fields_made_by_scripts_come_without_the_source() -> None:
    """As both engines have it, unless the body asks for the source too."""
    scripts: Json = {"query": WORDS, "script_fields": {"x": {"script": "1"}}}

    bare = page_leg(scripts, ["a"], vector_field=VECTOR)
    asked = page_leg({**scripts, "_source": True}, ["a"], vector_field=VECTOR)

    assert "_source" not in bare
    assert {"excludes": ["diptych", VECTOR]} == asked["_source"]
