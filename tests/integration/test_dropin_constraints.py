"""Every hit of the vectors meets the body's constraints, by an oracle written in plain Python."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from dropping_in import Both, by_id, dropin_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nodes import EngineCluster
from serving import run_server
from shelf import COLOURS, KINDS, Shelf, create_index, fused, make_contract, write

from diptych.client import Json, path
from diptych.encoding import Role
from diptych.testing import FakeEncoder

pytestmark = pytest.mark.integration

#: What the shopper typed, wherever a body searches for it.
TEXT = "red dress"
SIZES = ("S", "M", "L")


@pytest.fixture(scope="module")
def both(engine_cluster: EngineCluster) -> Iterator[Both]:
    """Sixty products with variants, behind each engine's node and behind Diptych."""
    index = f"test-wardrobe-{uuid.uuid4().hex[:8]}"
    shelf = _fill(engine_cluster, index)
    with run_server(dropin_app(shelf)) as server:
        yield Both(shelf, server)
    engine_cluster.cluster.call("DELETE", path(index))


def _fill(node: EngineCluster, index: str) -> Shelf:
    encoder = FakeEncoder()
    contract = make_contract(encoder)
    create_index(node.cluster, index, contract, engine=node.engine)
    variant = {"size": {"type": "keyword"}, "price": {"type": "float"}, "name": {"type": "text"}}
    nested = {"properties": {"variants": {"type": "nested", "properties": variant}}}
    node.cluster.call("PUT", path(index, "_mapping"), body=nested)
    sources = {f"p{i}": _product(i) for i in range(60)}
    titles = [source["title"] for source in sources.values()]
    text = encoder.encode_texts(titles, role=Role.DOCUMENT)
    words = encoder.encode_words(titles)
    rows = fused(contract, text, words, np.zeros(60, np.float32))
    vectors = {name: row for i, (name, row) in enumerate(zip(sources, rows, strict=True)) if i % 9}
    write(node.cluster, index, contract, sources, vectors)
    return Shelf(node.cluster, node.engine, index, contract, encoder, sources, vectors)


def _product(i: int) -> Json:
    product: Json = {
        "title": f"{COLOURS[i % 5]} {KINDS[i % 7]}",
        "brand": f"Maker {i % 4}",
        "colour": COLOURS[i % 6],
        "price": float(10 + i % 8),
        "in_stock": i % 3 > 0,
        "variants": [
            {"size": SIZES[(i + j) % 3], "price": float(i % 4 + 3 * j), "name": "red and blue"}
            for j in range(i % 3)
        ],
    }
    if i % 4:
        product["group_id"] = f"g{i % 10}"
    return product


# Bodies. Every clause below is one that the oracle can judge.

_EXACT: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from(COLOURS).map(lambda it: {"term": {"colour": it}}),
    st.lists(st.sampled_from(COLOURS), min_size=1, max_size=3).map(
        lambda it: {"terms": {"colour": it}}
    ),
    st.tuples(st.sampled_from(("gte", "gt", "lte", "lt")), st.integers(9, 18)).map(
        lambda it: {"range": {"price": {it[0]: it[1]}}}
    ),
    st.booleans().map(lambda it: {"term": {"in_stock": it}}),
    st.just({"exists": {"field": "group_id"}}),
    st.sampled_from("0123").map(lambda it: {"match": {"brand": it}}),
    st.sampled_from(COLOURS).map(lambda it: {"match": {"colour": it}}),
    st.sampled_from("bgrw").map(lambda it: {"prefix": {"colour": it}}),
    st.lists(st.integers(0, 59), max_size=20).map(
        lambda it: {"ids": {"values": [f"p{i}" for i in it]}}
    ),
    st.just({"match_all": {}}),
    st.just({"match_none": {}}),
)
_WORDS: st.SearchStrategy[Json] = st.sampled_from(
    [
        {"match": {"title": TEXT}},
        {"match": {"title": {"query": "Red  Dress", "operator": "and"}}},
        {"match_phrase": {"title": TEXT}},
        {"multi_match": {"query": TEXT, "fields": ["title^2", "description", "colour"]}},
        {"simple_query_string": {"query": TEXT, "fields": ["title"]}},
        {"query_string": {"query": TEXT, "default_field": "title"}},
    ]
)
_LEAF: st.SearchStrategy[Json] = st.one_of(_EXACT, _WORDS)


def _without_none(body: Json) -> Json:
    return {name: value for name, value in body.items() if value not in (None, [])}


_LEAST = st.sampled_from([None, 0, 1, 2, "-1", "50%", "-40%", "100%"])


def _bool(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    clauses = st.lists(inner, max_size=3)
    parts = {"must": clauses, "should": clauses, "filter": clauses, "must_not": clauses}
    found = st.fixed_dictionaries({}, optional={**parts, "minimum_should_match": _LEAST})
    return found.map(lambda it: {"bool": _without_none(it)})


def _around(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    weighed = [{"filter": {"term": {"in_stock": True}}, "weight": 2}]
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda it: {"dis_max": {"queries": it}}),
        inner.map(lambda it: {"constant_score": {"filter": it}}),
        inner.map(lambda it: {"function_score": {"query": it, "functions": weighed}}),
        st.tuples(inner, inner).map(
            lambda it: {"boosting": {"positive": it[0], "negative": it[1], "negative_boost": 0.5}}
        ),
        _nested,
    )


def _compound(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.one_of(_bool(inner), _bool(inner), _around(inner))


_nested = st.builds(
    lambda must, should: {
        "nested": {"path": "variants", "query": {"bool": {"must": must, "should": should}}}
    },
    st.lists(
        st.one_of(
            st.sampled_from(SIZES).map(lambda it: {"term": {"variants.size": it}}),
            st.integers(0, 6).map(lambda it: {"range": {"variants.price": {"gte": it}}}),
        ),
        min_size=1,
        max_size=2,
    ),
    st.just([{"match": {"variants.name": TEXT}}]),
)
_INNER: st.SearchStrategy[Json] = st.one_of(_LEAF, _compound(_LEAF))


@st.composite
def _bodies(draw: st.DrawFn) -> Json:
    """A body that searches for the text, with random clauses around it, two levels deep."""
    query = draw(_compound(_INNER))
    if "bool" in query:
        where = draw(st.sampled_from(("must", "should")))
        query["bool"][where] = [draw(_WORDS), *query["bool"].get(where, [])]
    else:
        found = {"must": [draw(_WORDS)]}
        found.setdefault(draw(st.sampled_from(("must", "filter"))), []).append(query)
        query = {"bool": found}
    body: Json = {"query": query}
    if draw(st.integers(0, 4)) == 0:
        body["post_filter"] = draw(_EXACT)
    return body


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=_bodies())
def test_hits_of_the_vectors_meet_every_constraint(both: Both, body: Json) -> None:
    """All that do and have a vector are found, for the index is smaller than the window.

    A property: whatever the body, what it finds by itself is found as well.
    """
    own = set(by_id(both.direct({**body, "size": 100})))
    allowed = {
        name
        for name in both.shelf.vectors
        if _holds(body["query"], name, both.shelf.sources[name])
        and _holds(body.get("post_filter", {"match_all": {}}), name, both.shelf.sources[name])
    }

    hits = by_id(both.hybrid({**body, "size": 200}))

    assert own | allowed == set(hits), json.dumps(body)


def test_inner_hits_come_with_the_page(both: Both) -> None:
    """Those of the body's own query, for every hit that has some."""
    nested = {"path": "variants", "query": {"match": {"variants.name": "red"}}, "inner_hits": {}}
    body = {"query": {"bool": {"should": [{"match": {"title": "red"}}, {"nested": nested}]}}}
    direct = by_id(both.direct({**body, "size": 60}))

    hits = by_id(both.hybrid({**body, "size": 60}))

    assert 40 == sum(bool(hit["inner_hits"]["variants"]["hits"]["hits"]) for hit in hits.values())
    for name in direct:
        assert direct[name].get("inner_hits") == hits[name].get("inner_hits")


# The oracle: the engine's query language as its reference describes it, with one exception: a
# clause that scores the shopper's text holds for every product.


def _holds(query: Json, name: str, source: Json, *, is_scored: bool = True) -> bool:
    """Whether a product may be found for a query; in a filter, the text counts as well."""
    kind, body = next(iter(query.items()))
    if kind == "bool":
        return _bool_holds(body, name, source, is_scored)
    if kind == "dis_max":
        return any(_holds(it, name, source, is_scored=is_scored) for it in body["queries"])
    if kind == "constant_score":
        return _holds(body["filter"], name, source, is_scored=False)
    if kind == "function_score":
        return _holds(body["query"], name, source, is_scored=is_scored)
    if kind == "boosting":
        return _holds(body["positive"], name, source, is_scored=is_scored)
    if kind == "nested":
        inner = body["query"]["bool"]["must"]
        return any(all(_of_variant(it, variant) for it in inner) for variant in source["variants"])
    if is_scored and TEXT in str(query).lower().replace("  ", " "):
        return True
    return _leaf_holds(kind, body, name, source)


def _bool_holds(body: Json, name: str, source: Json, is_scored: bool) -> bool:
    scored = [it for key in ("must",) for it in body.get(key, [])]
    should = body.get("should", [])
    required = [*scored, *body.get("filter", [])]
    n_matching = sum(_holds(it, name, source, is_scored=is_scored) for it in should)
    least = 0
    if should or required:
        least = max(_least(body.get("minimum_should_match"), len(should)), 1 if not required else 0)
    return (
        all(_holds(it, name, source, is_scored=is_scored) for it in scored)
        and all(_holds(it, name, source, is_scored=False) for it in body.get("filter", []))
        and not any(_holds(it, name, source, is_scored=False) for it in body.get("must_not", []))
        and n_matching >= least
    )


def _least(wanted: Any, n: int) -> int:
    """`minimum_should_match`, by the table of the engines' reference."""
    table = {None: 0, "-1": n - 1, "50%": n // 2, "-40%": n - 2 * n // 5, "100%": n}
    return int(max(table.get(wanted, wanted), 0))


def _of_variant(clause: Json, variant: Json) -> bool:
    kind, body = next(iter(clause.items()))
    if kind == "term":
        return bool(variant["size"] == body["variants.size"])
    return bool(variant["price"] >= body["variants.price"]["gte"])


def _leaf_holds(kind: str, body: Json, name: str, source: Json) -> bool:
    if kind in ("match_all", "match_none"):
        return kind == "match_all"
    if kind == "ids":
        return name in body["values"]
    if kind == "exists":
        return body["field"] in source
    if kind in ("multi_match", "simple_query_string", "query_string"):
        title = set(source["title"].split())
        is_colour = kind == "multi_match" and source["colour"] == TEXT
        return bool(title & set(TEXT.split())) or is_colour
    field, value = next(iter(body.items()))
    if kind == "range":
        sign, bound = next(iter(value.items()))
        price = source["price"]
        return bool(
            {
                "gte": price >= bound,
                "gt": price > bound,
                "lte": price <= bound,
                "lt": price < bound,
            }[sign]
        )
    if kind == "term":
        return bool(source[field] == value)
    if kind == "terms":
        return source[field] in value
    if kind == "prefix":
        return bool(source[field].startswith(value))
    return _match_holds(kind, field, value, source)


def _match_holds(kind: str, field: str, value: Any, source: Json) -> bool:
    if field == "colour":
        return bool(source["colour"] == value)
    found = source[field].lower().split()
    if kind == "match_phrase":
        return TEXT in " ".join(found)
    if isinstance(value, dict):
        return set(value["query"].lower().split()) <= set(found)
    return bool(set(value.lower().split()) & set(found))
