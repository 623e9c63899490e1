"""The shopper's text is found where a query scores text."""

import pytest

from diptych.client import Json
from diptych.contract import IndexContract
from diptych.encoding import ModelRef
from diptych.layout import product_layout
from diptych.query.dropin.clauses import InseparableError, text_fields
from diptych.query.dropin.words import find_text

MODEL = ModelRef("fake", "1", 4)
CONTRACT = IndexContract(
    text_fields=("title", "maker.story"),
    image_field="image",
    text_model=MODEL,
    image_model=MODEL,
    layout=product_layout(text_dimension=4, image_dimension=4),
    pipeline="diptych-shop",
)
FIELDS = text_fields(
    CONTRACT,
    {
        "title": {
            "type": "text",
            "fields": {"english": {"type": "text"}, "raw": {"type": "keyword"}},
        },
        "name": {"type": "alias", "path": "title"},
        "brand": {"type": "text"},
        "typed": {"type": "search_as_you_type"},
        "sku": {"type": "keyword"},
        "price": {"type": "float"},
        "maker": {"properties": {"story": {"type": "text"}, "city": {"type": "text"}}},
    },
)


@pytest.mark.parametrize(
    "query",
    [
        {"match": {"title": "  Red Dress "}},
        {"match": {"title.english": {"query": "Red Dress"}}},
        {"match": {"name": "Red Dress"}},
        {"match": {"brand": "Red Dress"}},
        {"multi_match": {"query": "Red Dress", "fields": ["typed", "typed._2gram"]}},
        {"multi_match": {"query": "Red Dress", "fields": "maker.*"}},
        {"bool": {"must": [{"match": {"title": "Red Dress"}}, {"match": {"brand": "Acme"}}]}},
        {
            "bool": {
                "should": [{"match": {"title": "Red Dress"}}, {"match": {"brand": "red dress"}}]
            }
        },
        {"bool": {"must": {"match": {"title": "Red Dress"}}, "filter": {"match": {"title": "x"}}}},
        {"dis_max": {"queries": [{"match": {"title": "Red Dress"}}]}},
        {"function_score": {"query": {"match": {"title": "Red Dress"}}}},
        {"nested": {"path": "maker", "query": {"match": {"maker.story": "Red Dress"}}}},
        {"boosting": {"positive": {"match": {"title": "Red Dress"}}, "negative": {}}},
        {"bool": {"must": [{"match": {"title": "Red Dress"}}, {"match": {"price": "5"}}]}},
    ],
)
def test_the_text_is_found(query: Json) -> None:
    """As it was first written, without the blanks around it."""
    assert "Red Dress" == find_text(query, FIELDS)


@pytest.mark.parametrize(
    "query",
    [
        None,
        {"match_all": {}},
        {"match": {"sku": "Red Dress"}},
        {"match": {"title.raw": "Red Dress"}},
        {"match": {"titel": "Red Dress"}},
        {"match": {"title": " "}},
        {"multi_match": {"query": "5", "fields": ["price", "sku^2"]}},
        {"constant_score": {"filter": {"match": {"title": "Red Dress"}}}},
        {"bool": {"filter": [{"match": {"title": "Red Dress"}}]}},
        {"bool": {"must_not": [{"match": {"title": "Red Dress"}}]}},
    ],
)
def test_there_is_no_text(query: Json | None) -> None:
    """Exact fields, filters and blanks score no text."""
    assert find_text(query, FIELDS) is None


def test_two_texts_on_fields_of_the_vectors_are_too_many() -> None:
    """Which one is the shopper's cannot be known."""
    query = {"bool": {"should": [{"match": {"title": "red"}}, {"match": {"maker.story": "Acme"}}]}}

    with pytest.raises(InseparableError, match="several texts"):
        find_text(query, FIELDS)


@pytest.mark.parametrize(
    "text", ["red-dress", "t-shirt, size 5", "红色长款外套", "what's new", "a.b"]
)
@pytest.mark.parametrize("kind", ["simple_query_string", "query_string"])
def test_plain_words_have_no_operators(kind: str, text: str) -> None:
    """Hyphens and points within words are words."""
    assert text == find_text({kind: {"query": text, "fields": ["title"]}}, FIELDS)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("simple_query_string", "red | blue"),
        ("simple_query_string", "red -dress"),
        ("simple_query_string", '"red dress"'),
        ("simple_query_string", "dre*"),
        ("query_string", "red AND dress"),
        ("query_string", "NOT dress"),
        ("query_string", "colour:red"),
        ("query_string", "-dress"),
        ("query_string", "dress^2"),
        ("query_string", "[1 TO 5]"),
        ("query_string", "/dre.*/"),
    ],
)
def test_operators_stop_the_search_for_words(kind: str, text: str) -> None:
    """They may demand something, so the body is forwarded."""
    with pytest.raises(InseparableError, match="operators"):
        find_text({kind: {"query": text, "fields": ["title"]}}, FIELDS)
