"""The second stage: first hits in a new order, and what happens where it fails."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from diptych.errors import EncodingError, UnavailableError, UsageError
from diptych.query.request import SearchRequest
from diptych.query.reranking import reranked
from diptych.query.response import Explanation, Hit, SearchResponse
from diptych.vectors import Floats

#: The first stage's order is d0, d1, d2, ..; the cross-encoder likes later ones better.
N = 260


class Stage:
    """A first stage that answers any page, and notes what it was asked."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.asked: list[tuple[int, int]] = []

    def __call__(self, request: SearchRequest) -> SearchResponse:
        """The page of d0, d1, .. that is asked for."""
        self.asked.append((request.from_, request.size))
        why = Explanation({"keywords": 1.0}, {"keywords": 3.0}) if request.explain else None
        hits = tuple(
            Hit(f"d{i}", 1 - i / N, {}, explain=why)
            for i in range(request.from_, min(request.from_ + request.size, N))
        )
        return SearchResponse(hits, N, took_ms=1.0, encode_ms=0.0)


class Backwards:
    """Likes a document the more, the higher its number."""

    def scores(
        self, query: str, documents: Sequence[str], *, timeout_s: float | None = None
    ) -> Floats:
        """The number in each document's words."""
        return np.array([float(words.split()[-1]) for words in documents], np.float32)


class Failing:
    """Cannot answer."""

    def __init__(self, error: Exception) -> None:
        """Fails with this."""
        self._error = error

    def scores(
        self, query: str, documents: Sequence[str], *, timeout_s: float | None = None
    ) -> Floats:
        """Raises."""
        raise self._error


def words(ids: Sequence[str], timeout_s: float | None) -> Mapping[str, str]:
    """Words of each document."""
    return {id_: f"number {id_.removeprefix('d')}" for id_ in ids}


def ids(response: SearchResponse) -> list[str]:
    """Ids of the hits, in order."""
    return [hit.id for hit in response.hits]


REQUEST = SearchRequest(text="number", size=3, rerank=5)


def test_first_hits_are_ordered_anew() -> None:
    """Of five, the last three; the first stage is asked once, five deep."""
    stage = Stage()

    assert ["d4", "d3", "d2"] == ids(reranked(stage, REQUEST, Backwards(), words))
    assert [(0, 5)] == stage.asked


def test_pages_go_on_where_the_last_one_ended() -> None:
    """The rest of the five, then what follows in the first stage's order; nothing twice."""
    second = reranked(Stage(), replace(REQUEST, from_=3), Backwards(), words)
    third = reranked(Stage(), replace(REQUEST, from_=6), Backwards(), words)

    assert (["d1", "d0", "d5"], ["d6", "d7", "d8"]) == (ids(second), ids(third))


def test_page_that_ends_beyond_the_window_is_full() -> None:
    """Hits 150 to 250 with 200 reranked: 50 of those, then the first stage's own."""
    request = SearchRequest(text="number", size=100, from_=150, rerank=200)
    found = ids(reranked(Stage(), request, Backwards(), words))

    assert [f"d{i}" for i in range(49, -1, -1)] == found[:50]
    assert [f"d{i}" for i in range(200, 250)] == found[50:]


def test_pinned_products_keep_their_places() -> None:
    """What a shop puts first stays first."""
    request = replace(REQUEST, pinned=("d0",))

    assert ["d0", "d4", "d3"] == ids(reranked(Stage(), request, Backwards(), words))


@pytest.mark.parametrize("error", [EncodingError("It is broken."), UnavailableError("Too slow.")])
def test_order_stays_where_reranking_fails(error: Exception) -> None:
    """The answer is the first stage's, and says why."""
    found = reranked(Stage(), REQUEST, Failing(error), words)

    assert ["d0", "d1", "d2"] == ids(found)
    assert f"The hits were not reranked. {error}" == found.degraded_reason


def test_missing_reranker_is_told() -> None:
    """With what to do."""
    found = reranked(Stage(), REQUEST, None, words)

    assert "name one with --rerank-model" in str(found.degraded_reason)


def test_explanation_names_the_cross_encoders_score() -> None:
    """Beside the parts of the first stage's score, which the hit keeps."""
    found = reranked(Stage(), replace(REQUEST, explain=True), Backwards(), words)

    (first, *_) = found.hits
    assert first.explain is not None
    assert {"keywords": 3.0, "rerank": 4.0} == dict(first.explain.raw)
    assert 1 - 4 / N == first.score


@pytest.mark.parametrize("n", [-1, 201])
def test_number_that_cannot_be_reranked_is_refused(n: int) -> None:
    """The window has 200."""
    with pytest.raises(UsageError, match=f"The first {n} hits cannot be reranked"):
        SearchRequest(text="x", rerank=n)


def test_reading_the_words_is_part_of_the_time_budget() -> None:
    """It waits no longer than what is left, and the cross-encoder has the rest."""
    waited: list[float | None] = []

    def slow(ids: Sequence[str], timeout_s: float | None) -> Mapping[str, str]:
        waited.append(timeout_s)
        raise UnavailableError("The cluster does not answer in time.")

    request = SearchRequest(text="x", rerank=5, size=5, timeout_s=2.0)
    found = reranked(Stage(), request, Backwards(), slow)

    (left_s,) = waited
    assert left_s is not None
    assert 0 < left_s <= 2.0
    assert ["d0", "d1", "d2", "d3", "d4"] == ids(found)
    assert "not reranked" in str(found.degraded_reason)
