"""A filter becomes a clause of the field's type, or a sentence."""

import pytest

from diptych.client import Json
from diptych.errors import UsageError
from diptych.mappings.index import IMAGE_MAPPING, TEXT_MAPPING, own_properties
from diptych.query.criteria import Filter, Range, Value
from diptych.query.filters import filter_clauses

PROPERTIES: Json = {
    "title": TEXT_MAPPING,
    "body": {"type": "text"},
    "colour": {"type": "keyword"},
    "hue": {"type": "alias", "path": "colour"},
    "price": {"type": "float"},
    "stock": {"type": "integer"},
    "sold": {"type": "boolean"},
    "since": {"type": "date"},
    "until": {"type": "date", "format": "dd.MM.yyyy"},
    "address": {"type": "ip"},
    "image": IMAGE_MAPPING,
    "maker": {"properties": {"name": {"type": "keyword"}}},
    "sizes": {"type": "nested", "properties": {"eu": {"type": "keyword"}}},
    **own_properties("diptych_vector", {"type": "knn_vector", "dimension": 8}),
}


@pytest.mark.parametrize(
    ("field", "value", "clause"),
    [
        ("title", "Red dress", {"terms": {"title.keyword": ["Red dress"]}}),
        ("title.keyword", "Red dress", {"terms": {"title.keyword": ["Red dress"]}}),
        ("colour", "red", {"terms": {"colour": ["red"]}}),
        ("hue", "red", {"terms": {"colour": ["red"]}}),
        ("price", "9.5", {"terms": {"price": [9.5]}}),
        ("stock", "3", {"terms": {"stock": [3]}}),
        ("sold", "True", {"terms": {"sold": [True]}}),
        ("sold", False, {"terms": {"sold": [False]}}),
        ("stock", 3, {"terms": {"stock": [3]}}),
        ("price", 9.5, {"terms": {"price": [9.5]}}),
        ("address", "10.0.0.0/8", {"terms": {"address": ["10.0.0.0/8"]}}),
        ("since", "2026-01-31T10:00:00Z", {"terms": {"since": ["2026-01-31T10:00:00Z"]}}),
        ("since", "2026-01||+1M/d", {"terms": {"since": ["2026-01||+1M/d"]}}),
        ("since", "now-30d", {"terms": {"since": ["now-30d"]}}),
        ("since", 1767225600000, {"terms": {"since": ["1767225600000"]}}),
        ("until", "31.01.2026", {"terms": {"until": ["31.01.2026"]}}),
        ("colour", True, {"terms": {"colour": ["true"]}}),
        ("maker.name", "Ada", {"terms": {"maker.name": ["Ada"]}}),
    ],
)
def test_a_value_takes_the_type_of_its_field(field: str, value: Value, clause: Json) -> None:
    """Free text is compared whole, by its keyword subfield."""
    assert [clause] == filter_clauses([Filter(field, value)], PROPERTIES)


def test_values_of_one_field_are_alternatives_and_fields_must_all_hold() -> None:
    """Red or blue, and in stock."""
    filters = [Filter("colour", "red"), Filter("stock", "1"), Filter("colour", "blue")]

    clauses = filter_clauses(filters, PROPERTIES)

    assert [{"terms": {"colour": ["red", "blue"]}}, {"terms": {"stock": [1]}}] == clauses


def test_a_range_lies_beside_the_values() -> None:
    """Red, at least 10 and less than 50, since a day."""
    filters: list[Filter | Range] = [
        Range("price", gte="10", lt=50),
        Filter("colour", "red"),
        Range("since", gt="2026-01-01"),
    ]

    clauses = filter_clauses(filters, PROPERTIES)

    assert [
        {"terms": {"colour": ["red"]}},
        {"range": {"price": {"gte": 10.0, "lt": 50.0}}},
        {"range": {"since": {"gt": "2026-01-01"}}},
    ] == clauses


def test_true_or_false_has_no_range() -> None:
    """The sentence says so before the cluster does."""
    with pytest.raises(UsageError, match="'sold' is true or false"):
        filter_clauses([Range("sold", gte=True)], PROPERTIES)


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        (
            "shade",
            "red",
            "no field 'shade': name one of address, colour, maker.name, price, since, sold, stock, title",
        ),
        ("body", "red", "free text"),
        ("maker", "Ada", r"'maker' \(object\)"),
        ("sizes.eu", "38", "no single exact value"),
        ("image", "a.jpg", "not indexed"),
        ("price", "cheap", "price is a number"),
        ("price", "nan", "price is a number"),
        ("stock", "1.5", "stock is a whole number"),
        ("stock", 10**30, "stock is a whole number from -2,147,483,648 to 2,147,483,647"),
        ("price", 1e300, "price is a number of at most"),
        ("since", "soon", "since is a date"),
        ("since", "2026-02-30", "since is a date"),
        ("since", "now-x", "since is a date"),
        ("address", "here", "address is an address"),
        ("sold", "maybe", "sold is true or false"),
        ("diptych.state", "ready", "Diptych's own"),
        ("diptych_vector", "1", "Diptych's own"),
    ],
)
def test_a_filter_that_cannot_match_is_refused(field: str, value: Value, part: str) -> None:
    """The sentence says why, and which fields there are."""
    with pytest.raises(UsageError, match=part):
        filter_clauses([Filter(field, value)], PROPERTIES)
