"""What reaches the cluster through the drop-in address."""

import base64
import gzip
import json
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from diptych.client import Json
from diptych.contract import IndexContract
from diptych.encoding import ModelRef
from diptych.errors import NotInstalledError, UnavailableError, UsageError
from diptych.layout import product_layout
from diptych.mappings.target import Target
from diptych.plugin.serve.dropin.addresses import Kind, find_address
from diptych.plugin.serve.dropin.bodies import (
    decoded,
    read_bulk,
    read_json,
    read_msearch,
    write_bulk,
    write_msearch,
)
from diptych.plugin.serve.dropin.forwarding import passed_headers
from diptych.plugin.serve.dropin.media import lines_headers, takes_json
from diptych.plugin.serve.dropin.names import Names
from diptych.plugin.serve.dropin.refusing import RefusalError
from diptych.plugin.serve.dropin.verdicts import say
from diptych.query.dropin.answer import Verdict
from diptych.query.dropin.references import named_indexes

MODEL = ModelRef("fake", "1", 4)
SHOP = IndexContract(
    text_fields=("title",),
    image_field=None,
    text_model=MODEL,
    image_model=MODEL,
    layout=product_layout(text_dimension=4, image_dimension=4),
    pipeline="diptych-shop",
)
_NONE: Mapping[str, str] = MappingProxyType({})
VENDOR = "application/vnd.elasticsearch+json; compatible-with=9"


def _wrapped(query: bytes) -> Json:
    return {"wrapper": {"query": base64.b64encode(query).decode()}}


@pytest.mark.parametrize(
    "body",
    [
        {"query": {"terms": {"colour": {"index": "secret", "id": "1", "path": "c"}}}},
        {"query": {"terms": {"colour": {"index": "secret", "query": {}, "path": "c"}}}},
        {"query": {"geo_shape": {"at": {"indexed_shape": {"index": "secret", "id": "1"}}}}},
        {"query": {"percolate": {"field": "q", "index": "secret", "id": "1"}}},
        {"query": {"more_like_this": {"like": [{"_index": "secret", "_id": "1"}]}}},
        {"query": {"more_like_this": {"unlike": {"_index": "secret", "doc": {}}}}},
        {"query": {"pinned": {"docs": [{"_index": "secret", "_id": "1"}], "organic": {}}}},
        {"runtime_mappings": {"x": {"type": "lookup", "target_index": "secret"}}},
        {"aggs": {"a": {"filter": {"terms": {"c": {"index": "secret", "id": "1", "path": "c"}}}}}},
        {"query": _wrapped(b'{"terms": {"c": {"index": "secret", "id": "1", "path": "c"}}}')},
        {"query": _wrapped(json.dumps(_wrapped(b'{"a": {"index": "secret", "id": 1}}')).encode())},
    ],
)
def test_indexes_that_a_body_reads_from_are_found(body: Json) -> None:
    """Wherever they stand."""
    assert ["secret"] == list(named_indexes(body))


@pytest.mark.parametrize(
    "body",
    [
        {"query": {"term": {"index": "secret"}}},
        {"query": {"term": {"_index": "secret"}}},
        {"query": {"terms": {"index": ["secret"]}}},
        {"query": {"match": {"title": "index"}}},
    ],
)
def test_a_field_may_be_called_index(body: Json) -> None:
    """A value to compare with names nothing."""
    assert [] == list(named_indexes(body))


@pytest.mark.parametrize(
    "body",
    [
        {"query": _wrapped(b":)\n\x04smile")},
        {"query": {"wrapper": {"query": "%%%"}}},
        {"query": {"wrapper": 5}},
        json.loads("[" * 102 + "]" * 102),
    ],
)
def test_what_cannot_be_looked_into_is_refused(body: object) -> None:
    """It could name anything."""
    with pytest.raises(UsageError):
        list(named_indexes(body))


@pytest.mark.parametrize(
    ("method", "path", "kind", "index", "sent"),
    [
        ("GET", "/", Kind.READ, None, "/"),
        ("POST", "/a/_search", Kind.SEARCH, "a", "/a/_search"),
        ("POST", "/a/_search/", Kind.SEARCH, "a", "/a/_search"),
        ("GET", "/a%2Cb/_search", Kind.SEARCH, "a,b", "/a,b/_search"),
        ("POST", "/_msearch", Kind.MSEARCH, None, "/_msearch"),
        ("GET", "/a/_doc/x%2Fy%3F", Kind.READ, "a", "/a/_doc/x%2Fy%3F"),
        ("GET", "/a/_doc/%25", Kind.READ, "a", "/a/_doc/%25"),
        ("HEAD", "/a", Kind.READ, "a", "/a"),
        ("DELETE", "/_search/scroll", Kind.READ, None, "/_search/scroll"),
    ],
)
def test_addresses_that_are_served(
    method: str, path: str, kind: Kind, index: str | None, sent: str
) -> None:
    """Quoted anew, so that the cluster reads the parts as they were read here."""
    found = find_address(method, path, allows_writes=False)

    assert (kind, index, sent) == (found.kind, found.index, found.path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/a/_doc/.."),
        ("GET", "/a/_doc/%2e%2e"),
        ("GET", "/a/_doc/1/_search"),
        ("GET", "/a/../_search"),
        ("GET", "/_cat/indices"),
        ("GET", "/a/_mapping"),
        ("GET", "/a"),
        ("PUT", "/a"),
        ("POST", "/a/_search/template"),
        ("POST", "/_scripts/x"),
        ("PATCH", "/a/_search"),
        ("POST", "/a/_doc/1"),
        ("POST", "/_bulk"),
    ],
)
def test_addresses_that_are_not_served(method: str, path: str) -> None:
    """Everything that is not named."""
    with pytest.raises(RefusalError) as caught:
        find_address(method, path, allows_writes=False)

    assert 403 == caught.value.status


def test_writes_are_served_where_they_are_passed_on() -> None:
    """Documents alone, and no index is made or deleted."""
    assert Kind.WRITE is find_address("PUT", "/a/_doc/1", allows_writes=True).kind
    assert Kind.BULK is find_address("POST", "/_bulk", allows_writes=True).kind
    with pytest.raises(RefusalError):
        find_address("DELETE", "/a", allows_writes=True)


class _Aliases:
    """What names stand for.

    Args of the constructor:
        without: aliases of indexes that have no contract; any other name cannot be looked at now.
    """

    def __init__(
        self, shops: Mapping[str, str] = _NONE, *, without: Mapping[str, str] = _NONE
    ) -> None:
        """Alias -> index."""
        self._shops = shops
        self._without = without

    def target(self, index: str) -> Target:
        """The index behind an alias."""
        if index in self._without:
            raise NotInstalledError("There is no contract: install.")
        if index not in self._shops:
            raise UnavailableError("The cluster does not answer: start it.")
        return Target(index, self._shops[index], SHOP, {})

    def index_behind(self, name: str) -> str:
        """The same, without looking for a contract."""
        return self._without[name]


def test_an_index_has_the_name_that_is_served_and_its_own() -> None:
    """Hits name the index behind an alias, and clients read documents by that name."""
    names = Names(_Aliases({"products": "products-2"}), ["products", "offers"])

    assert ["products", "products", "offers"] == names.check("products-2,products,offers")
    assert ["offers"] == names.check(["offers"])


@pytest.mark.parametrize(
    "expression", ["", "_all", "*", "pro*", "a,products", "-products", "b", None]
)
def test_other_names_are_refused(expression: object) -> None:
    """Stars and exclusions included."""
    with pytest.raises(RefusalError) as caught:
        Names(_Aliases({"products": "products-2"}), ["products"]).check(expression)

    assert 403 == caught.value.status


@pytest.mark.parametrize("index", ["diptych-state", ".security", "diptych-dead-letters"])
def test_an_alias_of_a_reserved_index_is_not_served(index: str) -> None:
    """Also where it was moved there while the server runs."""
    with pytest.raises(RefusalError):
        Names(_Aliases(without={"shop": index}), ["shop"]).check("shop")


def test_a_name_that_begins_with_a_dot_is_not_served() -> None:
    """It is the system's, whatever it holds."""
    with pytest.raises(RefusalError):
        Names(_Aliases({".shop": "shop"}), [".shop"]).check(".shop")


def test_an_index_that_lost_its_contract_is_served_on() -> None:
    """Its searches are forwarded."""
    assert ["shop"] == Names(_Aliases(without={"shop": "shop-1"}), ["shop"]).check("shop")


def test_parts_of_the_path_are_no_parameters() -> None:
    """The engines would take them from there."""
    with pytest.raises(RefusalError, match="'index'"):
        Names(_Aliases(), []).check_params({"index": "secret"})


def test_lines_are_written_as_they_were_read() -> None:
    """So that no line is a header to the cluster that was a body here."""
    found = read_msearch(b'\n{"size": 1}\n{"index":"a"}\n{"size":  2}\n')

    assert [({}, b'{"size": 1}'), ({"index": "a"}, b'{"size":  2}')] == found
    assert b'{}\n{"size": 1}\n{"index":"a"}\n{"size":  2}\n' == write_msearch(found)


def test_actions_are_written_as_they_were_read() -> None:
    """Blank lines between them are nothing; a document follows all but a delete."""
    lines = b'{"delete": {"_id": "1"}}\n\n{"index": {}}\n{"delete": {"_id": "2"}}\n'

    found = list(read_bulk(lines))

    assert [
        ("delete", {"_id": "1"}, None),
        ("index", {}, b'{"delete": {"_id": "2"}}'),
    ] == found
    assert b'{"delete":{"_id":"1"}}\n{"index":{}}\n{"delete": {"_id": "2"}}\n' == write_bulk(found)


@pytest.mark.parametrize("text", [b"{", b"nul", b'{"a": 1} {"b": 2}', b"{'a': 1}", b"\xff", b"[1,"])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    """Also where an engine would read it."""
    with pytest.raises(RefusalError, match="cannot be read as JSON"):
        read_json(text)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"a: 1", {"content-type": "application/yaml"}, 415),
        (b"{}", {}, 415),
        (b"{}", {"content-type": "application/json", "content-encoding": "br"}, 415),
        (b"{}", {"content-type": "application/json", "content-encoding": "gzip"}, 400),
        (
            gzip.compress(b"{}") + b"more",
            {"content-type": "application/json", "content-encoding": "gzip"},
            413,
        ),
        (
            gzip.compress(bytes(101 * 1024 * 1024)),
            {"content-type": "application/json", "content-encoding": "gzip"},
            413,
        ),
    ],
)
def test_a_body_in_another_form_is_refused(
    body: bytes, headers: dict[str, str], status: int
) -> None:
    """And one that grows too large when it is unpacked."""
    with pytest.raises(RefusalError) as caught:
        decoded(body, headers)

    assert status == caught.value.status


def test_only_the_callers_own_credentials_go_on() -> None:
    """No cookie, no key of ours, no forwarded address."""
    given = {
        "authorization": "Basic x",
        "x-api-key": "ours",
        "cookie": "a=b",
        "host": "h",
        "content-type": VENDOR,
        "x-forwarded-for": "1.2.3.4",
    }

    assert {"authorization": "Basic x", "content-type": VENDOR} == passed_headers(given)


def test_the_cluster_is_spoken_to_in_the_callers_version() -> None:
    """Also where only the answer's form is named."""
    lines = "application/vnd.elasticsearch+x-ndjson; compatible-with=9"

    for name in ("content-type", "accept"):
        found = lines_headers({name: VENDOR})
        assert (lines, VENDOR) == (found["content-type"], found["accept"])
    assert "application/x-ndjson" == lines_headers({})["content-type"]
    assert not takes_json({"accept": "application/yaml"})


def test_a_verdict_fits_into_a_header() -> None:
    """Whatever the reason holds."""
    found = say([Verdict('odd "红"\nname', "down"), Verdict()])

    assert 'mixed; hybrid="1"; reason="odd \'\\u7ea2\' name"' == found["x-diptych"]
    assert "down" == found["x-diptych-degraded"]
    assert {"x-diptych": "hybrid"} == say([Verdict()])
