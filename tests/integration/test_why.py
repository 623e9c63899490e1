"""`diptych why` says where a product stands in a search, and what keeps it out."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from shelf import Shelf

from diptych.errors import SearchError
from diptych.plugin.cli import diptych
from diptych.query.criteria import Filter, Range, Sort
from diptych.query.ranking.boosts import ValueBoost
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.query.why import Why

pytestmark = pytest.mark.integration

RED_DRESS = SearchRequest(text="red dress", size=200)


def _why(searcher: Searcher, shelf: Shelf, product: str, request: SearchRequest) -> Why:
    return searcher.why(shelf.index, product, request)


def test_ranks_and_scores_are_those_of_the_search(
    engine_searcher: Searcher, engine_shelf: Shelf
) -> None:
    """Of the hits, and of each leg alone."""
    no_vector = replace(RED_DRESS, weights={"text": 0, "image": 0})
    no_words = replace(RED_DRESS, weights={"keywords": 0})
    found, words, nearest = (
        engine_searcher.search(engine_shelf.index, request).hits
        for request in (RED_DRESS, no_vector, no_words)
    )
    place = 7
    product = found[place].id

    why = engine_searcher.why(engine_shelf.index, product, RED_DRESS)

    assert place + 1 == why.rank
    assert pytest.approx(found[place].score, abs=1e-4) == why.score
    assert why.keywords is not None
    assert why.nearest is not None
    own = {hit.id: hit.score for hit in words}[product]
    assert 1 + sum(hit.score > own for hit in words) == why.keywords.rank
    assert pytest.approx(own) == why.keywords.score
    assert [hit.id for hit in nearest].index(product) + 1 == why.nearest.rank
    assert pytest.approx({hit.id: hit.score for hit in nearest}[product], abs=1e-5) == (
        why.nearest.score
    )
    assert () == why.reasons


@pytest.mark.parametrize(
    ("product", "changes", "parts"),
    [
        (
            "p1",
            {"filters": (Filter("colour", "red"), Filter("colour", "pink"))},
            ["colour = red or pink", "it has blue"],
        ),
        (
            "p1",
            {"filters": (Range("price", gte=12, lt=20),)},
            ["price >= 12.0 and price < 20.0", "it has 11.0"],
        ),
        ("p0", {}, ["no vector yet", "diptych embed"]),
        ("p1", {"like": ("p1",)}, ["one of the products that the search names"]),
        ("p1", {"min_score": 0.99}, ["below the least score 0.99"]),
        ("p1", {"buried": ("p1",)}, ["buried"]),
        ("p1", {"pinned": ("p1",)}, ["pinned"]),
        ("p1", {"sort": (Sort("price"),)}, ["order of price"]),
        ("p296", {"boosts": (ValueBoost("colour", "red", 1.0),)}, []),
    ],
)
def test_what_keeps_a_product_out_is_named(
    searcher: Searcher, shelf: Shelf, product: str, changes: dict[str, object], parts: list[str]
) -> None:
    """With the value that decides."""
    why = _why(searcher, shelf, product, replace(RED_DRESS, **changes))  # type: ignore[arg-type]

    told = " ".join(why.reasons)
    assert [] == [part for part in parts if part not in told]


def test_a_collapsed_product_names_the_one_that_is_shown(searcher: Searcher, shelf: Shelf) -> None:
    """The best of its group."""
    request = replace(RED_DRESS, collapse="group_id")
    shown = {
        hit.source.get("group_id"): hit.id for hit in searcher.search(shelf.index, request).hits
    }
    everything = searcher.search(shelf.index, RED_DRESS).hits
    hidden = next(h for h in everything if h.id not in shown.values() and "group_id" in h.source)

    why = _why(searcher, shelf, hidden.id, request)

    assert why.rank is None
    assert f"the same group_id as {shown[hidden.source['group_id']]!r}" in why.reasons[0]


def test_a_product_without_the_words_says_so(searcher: Searcher, shelf: Shelf) -> None:
    """The vector may still have it."""
    product = next(
        name
        for name, source in shelf.sources.items()
        if name in shelf.vectors and "hat" not in f"{source['title']} {source['description']}"
    )

    why = _why(searcher, shelf, product, SearchRequest(text="hat"))

    assert why.keywords is not None
    assert (None, None) == (why.keywords.rank, why.keywords.score)
    assert "none of its text fields" in str(why.keywords.note)


def test_a_product_that_does_not_exist_is_one_sentence(searcher: Searcher, shelf: Shelf) -> None:
    """The first thing to check."""
    with pytest.raises(SearchError, match="no product 'nobody'"):
        _why(searcher, shelf, "nobody", RED_DRESS)


def test_the_command_tells_people_and_programs(shelf: Shelf, encoder_url: str) -> None:
    """A line for each ranking and a sentence for each reason; or JSON."""
    arguments = ["why", shelf.index, "p1", "red dress", "--filter", "colour=red"]
    options = ["--cluster-url", shelf.cluster.url, "--encoder-url", encoder_url]

    told = CliRunner().invoke(diptych, [*arguments, *options]).stdout
    data = json.loads(CliRunner().invoke(diptych, [*arguments, "--json", *options]).stdout)

    assert "hits      not ranked" == told.splitlines()[0]
    assert "The filter colour = red keeps it out: it has blue." == told.splitlines()[1]
    assert ["product", "keywords", "nearest", "rank", "score", "reasons"] == list(data)
