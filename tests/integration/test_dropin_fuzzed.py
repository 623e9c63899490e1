"""Whatever is sent to the drop-in address, the answer is an answer."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from dropping_in import Both, dropin_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import run_server
from shelf import Shelf

from diptych.client import Json
from diptych.plugin.serve.dropin.refusing import KIND

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]

WORDS: Json = {"match": {"title": "red dress"}}
#: A body with a bit of everything, some of which is replaced by anything.
BODY: Json = {
    "query": {
        "bool": {
            "must": [WORDS, {"nested": {"path": "v", "query": WORDS, "ignore_unmapped": True}}],
            "should": [{"dis_max": {"queries": [WORDS, {"term": {"colour": "red"}}]}}],
            "filter": {"terms": {"colour": ["red", "blue"]}},
            "must_not": [{"range": {"price": {"gte": 12}}}],
            "minimum_should_match": "50%",
        }
    },
    "post_filter": {"function_score": {"query": WORDS, "functions": []}},
    "sort": ["_score", {"price": {"order": "desc", "missing": "_last"}}],
    "collapse": {"field": "group_id"},
    "highlight": {"fields": {"title": {}}},
    "aggs": {"colours": {"terms": {"field": "colour"}}},
    "suggest": {"s": {"text": "drss", "term": {"field": "title"}}},
    "_source": {"includes": ["title"], "excludes": ["price"]},
    "fields": ["colour"],
    "docvalue_fields": ["price"],
    "size": 5,
    "from": 1,
    "explain": True,
    "track_total_hits": True,
    "ext": {
        "diptych": {
            "weights": {"image": 1},
            "not": {"text": "blue"},
            "like": "p1",
            "blending": {"method": "rrf"},
        }
    },
}
_NAMES = st.sampled_from(["query", "match", "title", "bool", "_score", "diptych", "index", "id"])
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 300), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(_NAMES, st.text()), inner)
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def both(shelf: Shelf) -> Iterator[Both]:
    """The shelf behind its node and behind Diptych."""
    with run_server(dropin_app(shelf)) as server:
        yield Both(shelf, server)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a body and a key in it."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


@st.composite
def _bodies(draw: st.DrawFn) -> Any:
    body = copy.deepcopy(BODY)
    for name in draw(st.sets(st.sampled_from(sorted(body)))) - {"query"}:
        del body[name]
    for _ in range(draw(st.integers(0, 2))):
        places = list(_places(body))
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        holder[key] = draw(_VALUES)
    return body


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=_bodies())
def test_a_body_is_refused_where_the_cluster_refuses_it(both: Both, body: Json) -> None:
    """And nowhere else, as long as `ext.diptych` can be used; so no error is one of ours."""
    sent = json.dumps(body).encode()

    status, answer, _ = both.server.ask(f"/{both.shelf.index}/_search", sent)

    if status == 400 and answer["error"]["type"] == KIND:
        return
    assert (_direct_status(both, body), json.dumps(body)) == (status, json.dumps(body))


def _direct_status(both: Both, body: Json) -> int:
    stripped = {name: value for name, value in body.items() if name != "ext"}
    others = body.get("ext")
    if isinstance(others, dict) and set(others) - {"diptych"}:
        stripped["ext"] = {name: value for name, value in others.items() if name != "diptych"}
    elif not isinstance(others, dict | None):
        stripped["ext"] = others
    url = f"{both.shelf.cluster.url}/{both.shelf.index}/_search"
    headers = {"content-type": "application/json"}
    answer = both.server.pool.request("POST", url, body=json.dumps(stripped), headers=headers)
    return answer.status


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=_VALUES)
def test_any_json_is_answered(both: Both, body: Any) -> None:
    """Whatever it is."""
    sent = json.dumps(body).encode()

    status, answer, _ = both.server.ask(f"/{both.shelf.index}/_search", sent)

    assert status < 500
    assert isinstance(answer, dict)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
    parts=st.lists(
        st.one_of(
            st.sampled_from(["_search", "_msearch", "_doc", "_mget", "_count", "_bulk", "..", "%"]),
            st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=6),
        ),
        max_size=4,
    ),
    query=st.sampled_from(["", "?size=x", "?index=a", "?source={", "?sort=:&_source=&routing="]),
    body=st.one_of(st.binary(max_size=40), st.just(b""), st.just(b'{"docs":[{"_id":1}]}\n{}\n')),
    is_served=st.booleans(),
)
def test_no_request_is_an_error_of_ours(
    both: Both, method: str, parts: list[str], query: str, body: bytes, is_served: bool
) -> None:
    """Nor does any address reach what is not served."""
    safe = [part.replace("?", "").replace("#", "") for part in parts]
    path = "/".join([both.shelf.index, *safe] if is_served else safe)

    answer = both.server.pool.request(
        method,
        f"{both.server.url}/{path}{query}",
        body=body,
        headers={"content-type": "application/json", "accept": "application/json"},
    )

    assert answer.status < 500
    if method == "DELETE" and answer.status == 200:
        assert path.startswith("_search")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(st.one_of(_bodies(), _VALUES), max_size=4))
def test_no_lines_are_an_error_of_ours(both: Both, lines: list[Any]) -> None:
    """Several searches, headers among them."""
    sent = b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    status, answer, _ = both.server.ask(
        f"/{both.shelf.index}/_msearch", sent, headers={"content-type": "application/x-ndjson"}
    )

    assert status < 500, answer
