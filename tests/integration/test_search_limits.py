"""Searching a real index without an encoder, with bad input, and without showing too much."""

from dataclasses import replace

import pytest
from shelf import Shelf

from diptych.client import to_json
from diptych.errors import (
    ContractError,
    ImageError,
    MissingIndexError,
    UsageError,
)
from diptych.mappings.engine import OpenSearch
from diptych.query.criteria import Facet
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.testing import FakeEncoder

pytestmark = pytest.mark.integration

PHOTO = b"picture of a hat"


def test_another_model_is_refused(shelf: Shelf) -> None:
    """Its vectors would mean something else, so this is no reason to degrade."""
    searcher = Searcher(shelf.cluster, OpenSearch(), FakeEncoder(revision="2"))

    with pytest.raises(ContractError, match="revision 2"):
        searcher.search(shelf.index, SearchRequest(text="red dress"))


def test_bytes_that_are_no_picture_are_refused(searcher: Searcher, shelf: Shelf) -> None:
    """The sentence is the decoder's."""
    with pytest.raises(ImageError, match="not a picture"):
        searcher.search(shelf.index, SearchRequest(image=b"hello"))


def test_an_index_that_does_not_exist_is_refused(searcher: Searcher) -> None:
    """The sentence names it."""
    with pytest.raises(MissingIndexError, match="test-nowhere"):
        searcher.search("test-nowhere", SearchRequest(text="red"))


@pytest.mark.parametrize("explain", [False, True])
@pytest.mark.parametrize("request_", [SearchRequest(text="red dress"), SearchRequest(like=("p1",))])
def test_vectors_and_hidden_fields_are_never_answered(
    shelf: Shelf, request_: SearchRequest, *, explain: bool
) -> None:
    """Neither by default nor when they are asked for; `cost` is not among the fields to show."""
    allowed = ["title", "dip*", "p*"]
    searcher = Searcher(shelf.cluster, OpenSearch(), shelf.encoder, source_fields=allowed)
    everything = replace(request_, explain=explain)
    some = replace(everything, source_fields=("diptych*", "price"))

    shown, asked = (searcher.search(shelf.index, request) for request in (everything, some))

    assert [{"title", "price"}] * 10 == [set(hit.source) for hit in shown.hits]
    assert [{"price"}] * 10 == [set(hit.source) for hit in asked.hits]
    assert len(to_json(shown.to_json())) < 6_000


def test_a_field_that_may_not_be_shown_is_refused(shelf: Shelf) -> None:
    """The operator's list is the limit of the caller's."""
    searcher = Searcher(shelf.cluster, OpenSearch(), shelf.encoder, source_fields=["title"])

    with pytest.raises(UsageError, match="'cost' may not be shown"):
        searcher.search(shelf.index, SearchRequest(text="red", source_fields=("cost",)))


def test_values_of_a_field_that_may_not_be_shown_are_not_counted(shelf: Shelf) -> None:
    """A facet would show them."""
    searcher = Searcher(shelf.cluster, OpenSearch(), shelf.encoder, source_fields=["title"])

    with pytest.raises(UsageError, match="'cost' may not be shown"):
        searcher.search(shelf.index, SearchRequest(text="red", facets=(Facet("cost"),)))


def test_words_that_may_not_be_shown_are_not_marked(shelf: Shelf) -> None:
    """Neither as a passage nor as a matched term."""
    searcher = Searcher(shelf.cluster, OpenSearch(), shelf.encoder, source_fields=["price"])

    response = searcher.search(
        shelf.index, SearchRequest(text="red dress", highlight=True, explain=True)
    )

    assert {()} == {hit.explain.terms for hit in response.hits if hit.explain}
    assert [{}] * 10 == [hit.highlight for hit in response.hits]


def test_words_are_never_an_operator(searcher: Searcher, shelf: Shelf) -> None:
    """What would be syntax in a query string finds nothing by keyword and breaks nothing."""
    request = SearchRequest(text='colour:red OR +cost:[0 TO *] "', weights={"keywords": 1})

    assert searcher.search(shelf.index, request).hits


def test_pages_join_without_a_seam(searcher: Searcher, shelf: Shelf) -> None:
    """Two pages of 5 are the page of 10."""
    request = SearchRequest(text="red dress")

    first, second, both = (
        [
            hit.id
            for hit in searcher.search(shelf.index, replace(request, size=size, from_=from_)).hits
        ]
        for size, from_ in ((5, 0), (5, 5), (10, 0))
    )

    assert both == first + second
