"""Searching a real index: blending, filters, explain, likeness, degrading."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from shelf import Shelf

from diptych.client import Cluster
from diptych.errors import (
    SearchError,
)
from diptych.mappings.engine import OpenSearch
from diptych.query.budget import Budget
from diptych.query.conversation import Conversation
from diptych.query.criteria import Facet, Filter
from diptych.query.native import blends_alike
from diptych.query.request import SearchRequest
from diptych.query.response import Hit, SearchResponse
from diptych.query.run import Runner
from diptych.query.searcher import Searcher
from diptych.testing import FakeEncoder

pytestmark = pytest.mark.integration

PHOTO = b"picture of a hat"


def _ids(response: SearchResponse) -> list[str]:
    return [hit.id for hit in response.hits]


def _runner(searcher: Searcher, shelf: Shelf, request: SearchRequest) -> Runner:
    prepared = searcher.prepare(shelf.index, request)
    assert prepared.view.blends_natively
    assert blends_alike(prepared.plan, request)
    talk = Conversation(shelf.cluster, shelf.index, budget=Budget(None))
    return Runner(talk, OpenSearch(), prepared.view.target, request, prepared.plan, may_blend=True)


REQUESTS = [
    SearchRequest(text="red dress", size=200),
    SearchRequest(text="blue", size=200, weights={"keywords": 3.0}),
    SearchRequest(text="green coat", not_text="wool", size=200, weights={"image": 0.0}),
    SearchRequest(text="hat", image=PHOTO, size=200),
    SearchRequest(text="boots bag", like=("p5",), size=200),
    SearchRequest(text="red dress", size=200, weights={"agreement": 0.3, "text": 1.0}),
    SearchRequest(text="zeppelin", size=200),
    SearchRequest(text="white scarf", filters=(Filter("stock", "1"),), size=200),
    SearchRequest(text="pink", filters=(Filter("colour", "none"),), size=200),
    SearchRequest(text="skirt", from_=40, size=30),
    SearchRequest(text="red dress", size=200, facets=(Facet("colour"), Facet("in_stock", 1))),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_the_engine_blends_as_we_do(
    searcher: Searcher, shelf: Shelf, request_: SearchRequest
) -> None:
    """Native `hybrid` and client-side blending give the same scores to the same documents."""
    runner = _runner(searcher, shelf, request_)

    native, ours = runner.native(), runner.ranked()
    assert native is not None

    assert ours.total == native.total
    assert ours.facets == native.facets
    # Equal scores may change places: the engine breaks ties in its own order.
    assert pytest.approx([hit.score for hit in ours.hits], abs=1e-5) == [
        hit.score for hit in native.hits
    ]
    if request_.size == 200:
        natively = {hit.id: hit.score for hit in native.hits}
        kept = _above_last(ours.hits)
        assert pytest.approx(kept, abs=1e-5) == {name: natively[name] for name in kept}


def test_the_engine_marks_words_as_we_do(searcher: Searcher, shelf: Shelf) -> None:
    """`hybrid` takes the words to mark from the same clause."""
    runner = _runner(searcher, shelf, SearchRequest(text="red dress", size=5, highlight=True))

    native, ours = runner.native(), runner.ranked()
    assert native is not None

    marked = [(hit.id, hit.highlight) for hit in native.hits]
    assert marked == [(hit.id, hit.highlight) for hit in ours.hits]
    assert "<em>red</em>" in str(marked)


def _above_last(hits: Sequence[Hit]) -> dict[str, float]:
    """Scores of all hits but those that tie with the last, which the page's edge may cut."""
    last = min((hit.score for hit in hits), default=0.0)
    return {hit.id: hit.score for hit in hits if hit.score > last + 1e-5}


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(text="red dress"),
        SearchRequest(text="red dress", explain=True),
        SearchRequest(text="red dress", weights={"text": 0, "image": 0, "agreement": 0}),
        SearchRequest(like=("p1",)),
        SearchRequest(image=PHOTO),
    ],
    ids=["native", "blended", "keywords", "like", "photo"],
)
def test_filters_hold_in_both_legs(
    searcher: Searcher, shelf: Shelf, request_: SearchRequest
) -> None:
    """Every hit is red or blue and in stock, whichever leg it came from; and there are enough."""
    filters = (Filter("colour", "red"), Filter("colour", "blue"), Filter("in_stock", "true"))

    response = searcher.search(shelf.index, replace(request_, filters=filters, size=40))

    kept = {(hit.source["colour"], hit.source["in_stock"]) for hit in response.hits}
    assert kept <= {("red", True), ("blue", True)}
    assert len(response.hits) >= 25


@pytest.mark.parametrize("request_", REQUESTS)
def test_explained_parts_add_up_to_the_score(
    searcher: Searcher, shelf: Shelf, request_: SearchRequest
) -> None:
    """Keywords, text, image, agreement and offset make the score, to a millionth."""
    response = searcher.search(shelf.index, replace(request_, explain=True))

    for hit in response.hits:
        assert hit.explain is not None
        assert pytest.approx(hit.score, abs=1e-6) == sum(hit.explain.parts.values())


def test_the_offset_is_the_same_for_all_but_the_last(searcher: Searcher, shelf: Shelf) -> None:
    """So the other parts alone say why one hit is ahead of another."""
    request = SearchRequest(text="red dress", explain=True, size=50)

    response = searcher.search(shelf.index, request)

    near = [hit.explain.parts for hit in response.hits if hit.explain and hit.explain.parts["text"]]
    assert len(near) >= 10
    offsets = [parts["offset"] for parts in near]
    assert pytest.approx(offsets[0], abs=1e-4) == min(offsets)
    assert pytest.approx(offsets[0], abs=1e-4) == max(offsets)


def test_raw_values_are_weighted_cosines(searcher: Searcher, shelf: Shelf) -> None:
    """The image's raw value is its weight times the cosine of the words and the stored picture."""
    request = SearchRequest(text="red dress", explain=True, weights={"image": 0.65})

    hit = searcher.search(shelf.index, request).hits[0]

    words = shelf.encoder.encode_words(["red dress"])[0]
    image = shelf.vectors[hit.id][shelf.contract.layout["image"].span]
    assert hit.explain is not None
    assert pytest.approx(0.65 * float(words @ image), abs=1e-5) == hit.explain.raw["image"]


def test_a_photo_finds_by_its_picture(cluster: Cluster, shelf: Shelf) -> None:
    """The score of a search by vector alone is the weighted cosine, without the bias."""
    encoder = FakeEncoder(aligned={PHOTO: "green bag"})
    request = SearchRequest(image=PHOTO, explain=True, weights={"agreement": 0, "image": 0.65})

    response = Searcher(cluster, OpenSearch(), encoder).search(shelf.index, request)

    assert "green bag" == response.hits[0].source["title"]
    words = encoder.encode_words(["green bag"])[0]
    image = shelf.vectors[response.hits[0].id][shelf.contract.layout["image"].span]
    assert pytest.approx(0.65 * float(words @ image), abs=1e-5) == response.hits[0].score


def test_like_finds_neighbours_but_not_itself(searcher: Searcher, shelf: Shelf) -> None:
    """p1 is a blue dress, and so are p49, p97, .. which come first."""
    response = searcher.search(shelf.index, SearchRequest(like=("p1",), size=3))

    assert "p1" not in _ids(response)
    assert ["blue dress"] * 3 == [hit.source["title"] for hit in response.hits]


def test_like_without_words_needs_no_encoder(shelf: Shelf) -> None:
    """The product's stored vector is all there is to ask."""
    response = Searcher(shelf.cluster, OpenSearch(), None).search(
        shelf.index, SearchRequest(like=("p1",))
    )

    assert not response.degraded
    assert response.hits


@pytest.mark.parametrize(
    ("product", "part"), [("nobody", "no product 'nobody'"), ("p0", "no vector yet")]
)
def test_like_something_without_a_vector_is_one_sentence(
    searcher: Searcher, shelf: Shelf, product: str, part: str
) -> None:
    """An unknown id, and a product that no worker has seen."""
    with pytest.raises(SearchError, match=part):
        searcher.search(shelf.index, SearchRequest(like=(product,)))


def test_what_is_not_wanted_moves_down(searcher: Searcher, shelf: Shelf) -> None:
    """Like a blue dress, but not `blue dress`: the other blue dresses leave the top."""
    request = SearchRequest(like=("p1",), size=5)

    like = searcher.search(shelf.index, request)
    unlike = searcher.search(shelf.index, replace(request, not_text="blue dress"))

    assert "blue dress" in {hit.source["title"] for hit in like.hits}
    assert "blue dress" not in {hit.source["title"] for hit in unlike.hits}
