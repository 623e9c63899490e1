"""A search that cannot use a part of itself answers with the rest, and says so."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import orjson
import pytest
from shelf import Shelf, create_index, make_contract, run_shelf, write

from diptych.client import Cluster, path
from diptych.encoding import EncodedImages, Encoder, ModelRef, Role
from diptych.errors import RefusedError, SearchError, UnavailableError
from diptych.mappings.engine import OpenSearch
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.settings import load_settings
from diptych.testing import FakeEncoder
from diptych.vectors import Floats

pytestmark = pytest.mark.integration

PHOTO = b"picture of a hat"


class DownEncoder:
    """An encoder service that does not answer."""

    def __init__(self, encoder: Encoder) -> None:
        """Its models are known from before."""
        self.text_model: ModelRef = encoder.text_model
        self.image_model: ModelRef = encoder.image_model

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """No answer."""
        raise UnavailableError("The encoder does not answer: start it.")

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """No answer."""
        raise UnavailableError("The encoder does not answer: start it.")

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """No answer."""
        raise UnavailableError("The encoder does not answer: start it.")


class SlowEncoder(FakeEncoder):
    """An encoder that nobody who is in a hurry gets an answer from."""

    waits_s: float | None = None

    def within(self, timeout_s: float) -> Encoder:
        """Remembers how long the caller would wait."""
        self.waits_s = timeout_s
        return DownEncoder(self)


class Lame(Cluster):
    """A cluster that fails where a part of a request holds certain bytes.

    It refuses to read the whole request, or, where `reads` says so, answers all but that part.
    """

    def __init__(self, url: str, sign: bytes, *, reads: bool) -> None:
        """See the class."""
        super().__init__(load_settings(cluster_url=url))
        self._sign = sign
        self._reads = reads

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        timeout_s: float | None = None,
    ) -> Any:
        """The real answer, with what fails made to fail."""
        sent = body if isinstance(body, bytes) else orjson.dumps(body, default=list)
        fails = self._sign in sent
        if fails and not (self._reads and path.endswith("_msearch")):
            raise RefusedError(f"The cluster refuses {method} (400 parsing_exception): unknown.")
        answer = super().call(
            method, path, body=body, params=params, accept=accept, timeout_s=timeout_s
        )
        if fails:
            for place, line in enumerate(sent.splitlines()[1::2]):
                if self._sign in line:
                    answer["responses"][place] = {"error": "it broke", "status": 400}
        return answer


@pytest.fixture(params=[False, True], ids=["refuses to read", "fails"])
def lame(
    request: pytest.FixtureRequest, engine_shelf: Shelf
) -> Iterator[Callable[[bytes], Cluster]]:
    """Makes the shelf's cluster fail at some bytes, in either way."""
    made: list[Cluster] = []

    def make(sign: bytes) -> Cluster:
        made.append(Lame(engine_shelf.cluster.url, sign, reads=request.param))
        return made[-1]

    yield make
    for cluster in made:
        cluster.close()


@pytest.mark.parametrize("explain", [False, True])
@pytest.mark.parametrize("is_down", [False, True])
def test_words_are_searched_by_keyword_without_an_encoder(
    engine_shelf: Shelf, *, is_down: bool, explain: bool
) -> None:
    """The answer has hits, and says that and why it is degraded."""
    encoder = DownEncoder(engine_shelf.encoder) if is_down else None
    searcher = Searcher(
        engine_shelf.cluster, engine_shelf.engine, encoder, encoder_problem="No torch here."
    )

    response = searcher.search(engine_shelf.index, SearchRequest(text="red dress", explain=explain))

    assert "red dress" == response.hits[0].source["title"]
    assert response.degraded
    assert ("The encoder does not answer" if is_down else "No torch") in str(
        response.degraded_reason
    )


def test_a_photo_without_an_encoder_is_an_error_with_the_remedy(shelf: Shelf) -> None:
    """There is nothing else to search by."""
    searcher = Searcher(shelf.cluster, OpenSearch(), None)

    with pytest.raises(SearchError, match="--encoder-url"):
        searcher.search(shelf.index, SearchRequest(image=PHOTO))


def test_an_encoder_that_is_too_slow_is_done_without(shelf: Shelf) -> None:
    """It gets half of the time, and the keywords answer in the rest."""
    encoder = SlowEncoder()
    searcher = Searcher(shelf.cluster, OpenSearch(), encoder)

    response = searcher.search(shelf.index, SearchRequest(text="red dress", timeout_s=8.0))

    assert 4.0 == encoder.waits_s
    assert "The encoder does not answer: start it." == response.degraded_reason
    assert "red dress" == response.hits[0].source["title"]


@pytest.mark.parametrize("keywords", [0.0, 1.0])
@pytest.mark.parametrize("explain", [False, True])
def test_a_cluster_that_cannot_compare_vectors_answers_by_keyword(
    engine_shelf: Shelf, lame: Callable[[bytes], Cluster], *, explain: bool, keywords: float
) -> None:
    """As where the k-NN plugin is missing; even where keywords were to count nothing."""
    searcher = Searcher(lame(b'"knn"'), engine_shelf.engine, engine_shelf.encoder)
    request = SearchRequest(text="red dress", explain=explain, weights={"keywords": keywords})

    response = searcher.search(engine_shelf.index, request)

    assert "red dress" == response.hits[0].source["title"]
    assert "The search by vector was left out." in str(response.degraded_reason)


def test_keywords_that_fail_leave_the_vectors(
    engine_shelf: Shelf, lame: Callable[[bytes], Cluster]
) -> None:
    """The reverse."""
    searcher = Searcher(lame(b'"red dress"'), engine_shelf.engine, engine_shelf.encoder)

    response = searcher.search(engine_shelf.index, SearchRequest(text="red dress", facets=()))

    assert "red dress" == response.hits[0].source["title"]
    assert "The search by keyword was left out." in str(response.degraded_reason)


def test_a_search_of_which_nothing_is_left_is_an_error(
    engine_shelf: Shelf, lame: Callable[[bytes], Cluster]
) -> None:
    """With one leg there is no other to answer."""
    searcher = Searcher(lame(b'"knn"'), engine_shelf.engine, engine_shelf.encoder)

    with pytest.raises(RefusedError):
        searcher.search(engine_shelf.index, SearchRequest(like=("p1",), diversity=0.5))


def test_an_index_without_vectors_is_searched_by_keyword(cluster: Cluster) -> None:
    """Between `install` and the first `embed`; the encoder is not even asked."""
    encoder = FakeEncoder()
    contract = make_contract(encoder)
    index = "test-unembedded"
    create_index(cluster, index, contract)
    write(cluster, index, contract, {"a": {"title": "red dress"}}, {})
    searcher = Searcher(cluster, OpenSearch(), DownEncoder(encoder))
    try:
        response = searcher.search(index, SearchRequest(text="dress"))
        with pytest.raises(SearchError, match="diptych embed test-unembedded"):
            searcher.search(index, SearchRequest(image=PHOTO))
    finally:
        cluster.call("DELETE", path(index))

    assert ["a"] == [hit.id for hit in response.hits]
    assert "No product of 'test-unembedded' has a vector yet" in str(response.degraded_reason)


def test_several_shards_are_blended_here(cluster: Cluster) -> None:
    """The engine's windows are per shard, so the scores would differ."""
    with run_shelf(cluster, 60, shards=2) as shelf:
        searcher = Searcher(cluster, OpenSearch(), shelf.encoder)
        prepared = searcher.prepare(shelf.index, SearchRequest(text="red dress"))
        response = searcher.search(shelf.index, SearchRequest(text="red dress"))

    assert not prepared.view.blends_natively
    assert "red dress" == response.hits[0].source["title"]
