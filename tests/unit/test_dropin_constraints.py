"""What a query demands of a document beside the shopper's text, by bodies worked out by hand."""

import base64

import pytest

from diptych.client import Json
from diptych.query.dropin.clauses import InseparableError, TextFields
from diptych.query.dropin.constraints import constraints

FIELDS = TextFields(
    names=frozenset(("title", "title.english", "description", "brand")),
    searched=frozenset(("title", "title.english", "description")),
)
TITLE: Json = {"match": {"title": "Red dress"}}
DESCRIPTION: Json = {"match": {"description": {"query": "red  dress", "operator": "and"}}}
STOCK: Json = {"term": {"in_stock": True}}
CHEAP: Json = {"range": {"price": {"lt": 50}}}
ACME: Json = {"match": {"brand": "Acme"}}
NEVER: Json = {"match_none": {}}


def _some(*clauses: Json, least: int = 1) -> Json:
    return {"bool": {"should": list(clauses), "minimum_should_match": least}}


def _demand(query: Json | None, text: str | None = "red dress") -> Json | None:
    return constraints(query, text=text, fields=FIELDS)


@pytest.mark.parametrize(
    "query",
    [
        None,
        TITLE,
        DESCRIPTION,
        {"match_all": {}},
        {"match_phrase": {"title": {"query": "red dress", "slop": 2}}},
        {"match_phrase_prefix": {"title": "red dress"}},
        {"match_bool_prefix": {"title": "RED DRESS"}},
        {"multi_match": {"query": "red dress", "fields": ["title^3", "sku"]}},
        {"multi_match": {"query": "red dress"}},
        {"multi_match": {"query": "red dress", "fields": ["tit*"], "type": "cross_fields"}},
        {"combined_fields": {"query": "red dress", "fields": ["title", "description"]}},
        {"simple_query_string": {"query": "red dress", "fields": ["title"]}},
        {"query_string": {"query": "red dress", "default_field": "title"}},
        {"match": {"title": ""}},
        {"bool": {}},
        {"bool": {"minimum_should_match": 1}},
        {"bool": {"must": TITLE, "should": [STOCK, CHEAP]}},
        {"bool": {"should": [TITLE, DESCRIPTION]}},
        {"bool": {"should": [TITLE, STOCK]}},
        {"bool": {"should": [TITLE, STOCK], "minimum_should_match": "-1"}},
        {"bool": {"should": [TITLE, DESCRIPTION, STOCK], "minimum_should_match": "70%"}},
        {"dis_max": {"queries": [TITLE, STOCK], "tie_breaker": 0.3}},
        {"function_score": {"query": TITLE, "functions": [{"filter": STOCK, "weight": 2}]}},
        {"function_score": {"functions": [{"filter": STOCK, "weight": 2}]}},
        {"script_score": {"query": TITLE, "script": {"source": "_score"}}},
        {"boosting": {"positive": TITLE, "negative": STOCK, "negative_boost": 0.5}},
        {"nested": {"path": "variants", "query": TITLE}},
    ],
)
def test_text_alone_demands_nothing(query: Json | None) -> None:
    """Clauses that may match, or only change the score, demand nothing either."""
    assert _demand(query) is None


@pytest.mark.parametrize(
    ("query", "demanded"),
    [
        (STOCK, STOCK),
        (ACME, ACME),
        ({"match": {"sku": "red dress"}}, {"match": {"sku": "red dress"}}),
        ({"match": {"title": 42}}, {"match": {"title": 42}}),
        ({"prefix": {"title": "red"}}, {"prefix": {"title": "red"}}),
        ({"bool": {"must": [TITLE, STOCK]}}, STOCK),
        ({"bool": {"must": [TITLE], "filter": STOCK}}, STOCK),
        ({"bool": {"must": TITLE, "filter": [TITLE]}}, TITLE),
        (
            {"bool": {"must": [TITLE, CHEAP], "filter": [STOCK], "must_not": [ACME]}},
            {"bool": {"filter": [CHEAP, STOCK], "must_not": [ACME]}},
        ),
        ({"bool": {"must": [TITLE], "must_not": TITLE}}, {"bool": {"must_not": [TITLE]}}),
        ({"bool": {"should": [STOCK, CHEAP]}}, _some(STOCK, CHEAP)),
        (
            {"bool": {"should": [STOCK, CHEAP], "minimum_should_match": 0}},
            _some(STOCK, CHEAP),
        ),
        (
            {"bool": {"must": TITLE, "should": [STOCK, CHEAP], "minimum_should_match": 1}},
            _some(STOCK, CHEAP),
        ),
        (
            {"bool": {"should": [TITLE, STOCK, CHEAP], "minimum_should_match": 2}},
            _some(STOCK, CHEAP),
        ),
        (
            {"bool": {"should": [TITLE, STOCK, CHEAP], "minimum_should_match": "-1"}},
            _some(STOCK, CHEAP),
        ),
        (
            {"bool": {"should": [TITLE, STOCK, CHEAP, ACME], "minimum_should_match": "75%"}},
            _some(STOCK, CHEAP, ACME, least=2),
        ),
        (
            {"bool": {"should": [TITLE, STOCK, CHEAP, ACME], "minimum_should_match": "-30%"}},
            _some(STOCK, CHEAP, ACME, least=2),
        ),
        ({"bool": {"should": [TITLE], "minimum_should_match": 2}}, NEVER),
        ({"bool": {"must": [TITLE], "minimum_should_match": 1}}, NEVER),
        (
            {"bool": {"must_not": [STOCK], "minimum_should_match": 1}},
            {"bool": {"must_not": [STOCK]}},
        ),
        ({"dis_max": {"queries": [STOCK, CHEAP]}}, _some(STOCK, CHEAP)),
        (
            {"function_score": {"query": {"bool": {"must": TITLE, "filter": STOCK}}}},
            STOCK,
        ),
        ({"boosting": {"positive": {"bool": {"must": [TITLE, STOCK]}}, "negative": ACME}}, STOCK),
        ({"constant_score": {"filter": TITLE}}, {"constant_score": {"filter": TITLE}}),
        (
            {"bool": {"must": [TITLE, {"constant_score": {"filter": STOCK, "boost": 2}}]}},
            {"constant_score": {"filter": STOCK, "boost": 2}},
        ),
        (
            {
                "nested": {
                    "path": "variants",
                    "query": {"bool": {"must": [TITLE, {"term": {"variants.size": "M"}}]}},
                    "inner_hits": {"size": 1},
                    "ignore_unmapped": True,
                }
            },
            {
                "nested": {
                    "path": "variants",
                    "ignore_unmapped": True,
                    "query": {"term": {"variants.size": "M"}},
                }
            },
        ),
        (
            {"bool": {"must": TITLE, "filter": {"nested": {"query": STOCK, "inner_hits": {}}}}},
            {"nested": {"query": STOCK}},
        ),
        (
            {"has_child": {"type": "offer", "query": CHEAP, "inner_hits": {}}},
            {"has_child": {"type": "offer", "query": CHEAP}},
        ),
        ({"bool": {"must": [{"bool": {"should": [TITLE, STOCK]}}, CHEAP]}}, CHEAP),
        (
            {"bool": {"should": [{"bool": {"must": [TITLE, STOCK]}}, CHEAP]}},
            _some(STOCK, CHEAP),
        ),
    ],
)
def test_what_does_not_score_text_is_demanded(query: Json, demanded: Json) -> None:
    """Wherever it stands, and as it was written, apart from what it fetches."""
    assert demanded == _demand(query)


@pytest.mark.parametrize(
    "query",
    [
        {"bool": {"should": [TITLE, STOCK, CHEAP], "minimum_should_match": "2<75%"}},
        {"bool": {"should": [TITLE], "minimum_should_match": 1.5}},
        {"bool": {"must_not": [STOCK], "adjust_pure_negative": False}},
        {"function_score": {"query": TITLE, "min_score": 2}},
        {"script_score": {"query": TITLE, "script": {}, "min_score": 2}},
        {"query_string": {"query": "title:red AND price:<5"}},
        {"simple_query_string": {"query": "red +dress", "fields": ["title"]}},
        {"span_term": {"title": "red dress"}},
        {"intervals": {"title": {"match": {"query": "a red dress"}}}},
        {"pinned": {"ids": ["1"], "organic": TITLE}},
        {"wrapper": {"query": base64.b64encode(b'{"match_all": {}}').decode()}},
        {"knn": {"vector": {"vector": [1.0], "k": 1}}},
        {"bool": {"must": [TITLE, {"hybrid": {"queries": [TITLE]}}]}},
        {"match": {"title": "a"}, "term": {"b": "c"}},
        {"bool": [TITLE]},
        [TITLE],
    ],
)
def test_what_cannot_be_separated_is_said(query: Json) -> None:
    """Nothing is guessed: such a body is forwarded."""
    with pytest.raises(InseparableError):
        _demand(query)


def test_without_a_text_every_clause_is_demanded() -> None:
    """A search by picture alone keeps all that the body asks for."""
    assert TITLE == _demand(TITLE, text=None)


def test_a_clause_that_is_not_looked_into_holds_as_it_is() -> None:
    """As long as the shopper's text is not within."""
    query = {"span_term": {"title": "blue"}}

    assert query == _demand(query)
