"""Whatever a browser sends, the answer is one that was promised, and the cluster sees no trick."""

import base64
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import Server, run_server, shelf_app
from shelf import COLOURS, KINDS, Shelf

from diptych.client import Cluster, to_json
from diptych.mappings.engine import detect_engine
from diptych.plugin.serve.app import make_app
from diptych.plugin.serve.gate import Gate
from diptych.plugin.serve.service import Service
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

FIELDS = ("colour", "brand", "price", "stock", "in_stock", "title", "nosuch")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Ways to say something else than data to a cluster.
TRICKS = {
    *("script", "scripts", "script_score", "script_fields", "runtime_mappings", "template"),
    *("query_string", "simple_query_string", "regexp", "wildcard", "intervals", "wrapper"),
    *("url", "percolate", "more_like_this", "geo_shape", "pipeline", "stored_fields"),
}
quick = settings(
    max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def server(shelf: Shelf) -> Iterator[Server]:
    """Open to everybody on this machine."""
    with run_server(shelf_app(shelf)) as server:
        yield server


@pytest.mark.parametrize("is_grounded", [False, True], ids=["as generated", "about this index"])
def test_every_answer_is_one_that_is_described(
    server: Server, shelf: Shelf, is_grounded: bool
) -> None:
    """Generated requests, valid and not: no 5xx, and status, type and body as in OpenAPI.

    Grounded ones name the fields, products and pictures of this index, so that they get farther.
    """
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @given(case=operation.as_strategy())
        @quick
        def fuzz(case: schemathesis.Case[Any]) -> None:
            if "index" in case.path_parameters:
                case.path_parameters["index"] = shelf.index
            if is_grounded:
                _ground(case)
            case.call_and_validate(checks=CHECKS)

        fuzz()


def _ground(case: schemathesis.Case[Any]) -> None:
    if "id" in case.path_parameters:
        case.path_parameters["id"] = _one_of(
            case.path_parameters["id"], [f"p{i}" for i in range(9)]
        )
    if isinstance(case.body, dict):
        said = {} if "id" in case.path_parameters else {"text": "red dress"}
        case.body = said | {name: _grounded(name, value) for name, value in case.body.items()}


def _grounded(name: str, value: Any) -> Any:
    """The value with names of this index in the place of those made up."""
    if name in {"text", "like", "prefer", "avoid", "pinned", "buried"}:
        made_up = value if isinstance(value, list) else [value]
        names = KINDS + COLOURS if name == "text" else [f"p{i}" for i in range(300)]
        found = [_one_of(one, names) for one in made_up]
        return found if isinstance(value, list) else found[0]
    if name in {"field", "collapse"}:
        return _one_of(value, FIELDS)
    if name in {"fields", "sort", "facets"} and isinstance(value, list):
        return [_grounded("field", one) if isinstance(one, str) else _inside(one) for one in value]
    if name == "filters" and isinstance(value, dict):
        return {_one_of(field, FIELDS): wanted for field, wanted in value.items()}
    if name == "image":
        return base64.b64encode(b"picture" + repr(value).encode()).decode()
    if isinstance(value, list):
        return [_inside(one) for one in value]
    return _inside(value)


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _grounded(name, inner) for name, inner in value.items()}
    return value


def _one_of(value: Any, names: tuple[str, ...] | list[str]) -> str:
    return names[zlib.crc32(repr(value).encode()) % len(names)]


class _Recording(Cluster):
    """A cluster that remembers every body it was sent."""

    def __init__(self, url: str) -> None:
        super().__init__(load_settings(cluster_url=url))
        self.sent: list[Any] = []

    def call(self, method: str, path: str, *, body: object = None, **rest: Any) -> Any:
        sent = body if isinstance(body, bytes) else to_json(body)
        self.sent += [orjson.loads(line) for line in sent.splitlines() if line]
        return super().call(method, path, body=body, **rest)


@pytest.fixture(scope="module")
def recorded(shelf: Shelf) -> Iterator[tuple[Server, _Recording]]:
    """A server, and what it sends to the cluster."""
    cluster = _Recording(shelf.cluster.url)
    service = Service(cluster, detect_engine(cluster), [shelf.index], lambda _: shelf.encoder)
    with run_server(make_app(service, Gate([shelf.index]))) as server:
        yield server, cluster
    cluster.close()


#: Words of a shopper who would like to be more than that; each bears the mark.
MARK = "zq7"
words = st.sampled_from(
    [
        MARK,
        f'"}}}}, "script": {{"source": "{MARK}"}}',
        f'{{"script_score": {{"script": "{MARK}"}}}}',
        f"title:{MARK}* AND NOT _exists_:x~2",
        f"{{{{#toJson}}}}{MARK}{{{{/toJson}}}}",
        f"http://{MARK}.example/",
        f"_id:* || {MARK}",
    ]
) | st.text(max_size=20).map(lambda text: MARK + text)
names = st.sampled_from(["colour", "price", "in_stock", "title"]) | words
bounds = st.dictionaries(st.sampled_from(["gte", "lt"]), words, min_size=1)
optional = {
    "not": st.fixed_dictionaries({}, optional={"text": words, "like": words}),
    "like": words,
    "prefer": st.lists(words, max_size=2),
    "filters": st.dictionaries(names, words | st.lists(words, max_size=2) | bounds, max_size=2),
    "facets": st.lists(names, max_size=2),
    "sort": st.lists(names, max_size=2),
    "collapse": names,
    "pinned": st.lists(words, max_size=2),
    "boosts": st.lists(
        st.fixed_dictionaries({"field": names, "value": words, "weight": st.just(1)})
    ),
    "highlight": st.booleans(),
    "explain": st.booleans(),
    "fields": st.lists(names, max_size=2),
}


@given(text=words, further=st.fixed_dictionaries({}, optional=optional))
@settings(quick, max_examples=60)
def test_nothing_that_a_shopper_writes_is_more_than_a_value(
    recorded: tuple[Server, _Recording], shelf: Shelf, text: str, further: Mapping[str, Any]
) -> None:
    """No script, no query language; and nothing of the shopper's is a key of a body."""
    server, cluster = recorded
    cluster.sent.clear()

    status, _, _ = server.ask(f"/indexes/{shelf.index}/search", {"text": text, **further})
    server.ask(f"/indexes/{shelf.index}/suggest", {"text": text})

    keys = {key for body in cluster.sent for key in _keys(body)}
    assert status < 500
    assert [] == [key for key in keys if MARK in key]
    assert set() == keys & TRICKS


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)
