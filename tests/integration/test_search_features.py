"""The simple search on each engine: what it finds, counts, orders, moves, marks and explains."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from shelf import Shelf

from diptych.client import Json
from diptych.encoding import Role
from diptych.layout import AGREEMENT, IMAGE, TEXT
from diptych.query.blend import METHODS, Blending
from diptych.query.criteria import Facet, Filter, Range, Sort
from diptych.query.ranking.boosts import DecayBoost, SaturationBoost, ValueBoost
from diptych.query.request import SearchRequest
from diptych.query.response import SearchResponse
from diptych.query.searcher import Searcher

pytestmark = pytest.mark.integration

Search = Callable[[SearchRequest], SearchResponse]


@pytest.fixture
def search(engine_searcher: Searcher, engine_shelf: Shelf) -> Search:
    """Searches the shelf of one engine."""
    return lambda request: engine_searcher.search(engine_shelf.index, request)


def _ids(response: SearchResponse) -> list[str]:
    return [hit.id for hit in response.hits]


def _walk(search: Search, request: SearchRequest, size: int = 67) -> list[str]:
    """The ids on all pages, in order."""
    found: list[str] = []
    while page := _ids(search(replace(request, size=size, from_=len(found)))):
        found += page
    return found


def _passing(shelf: Shelf, passes: Callable[[Json], bool]) -> set[str]:
    return {name for name, source in shelf.sources.items() if passes(source)}


def test_the_vector_legs_scores_are_the_weighted_cosines(
    search: Search, engine_shelf: Shelf
) -> None:
    """0.5 * text + 0.3 * image + 0.2 * agreement, worked out from the stored blocks."""
    weights = {"keywords": 0.0, "text": 0.5, "image": 0.3, "agreement": 0.2}

    response = search(SearchRequest(text="red dress", weights=weights, size=50))

    text = engine_shelf.encoder.encode_texts(["red dress"], role=Role.QUERY)[0]
    words = engine_shelf.encoder.encode_words(["red dress"])[0]
    layout = engine_shelf.contract.layout
    expected = {
        name: 0.5 * float(text @ row[layout[TEXT].span])
        + 0.3 * float(words @ row[layout[IMAGE].span])
        + 0.2 * float(row[layout[AGREEMENT].span][0])
        for name, row in engine_shelf.vectors.items()
    }
    best = sorted(expected.values(), reverse=True)[:50]
    assert pytest.approx(best, abs=1e-5) == [hit.score for hit in response.hits]
    assert pytest.approx(best, abs=1e-5) == [expected[name] for name in _ids(response)]


def test_blended_scores_are_those_of_both_legs(search: Search, engine_shelf: Shelf) -> None:
    """Min-max of the scores that each leg gives alone, a fifth words and four fifths vector."""
    no_words = {"keywords": 0.0}
    words = search(SearchRequest(text="red dress", weights={"text": 0, "image": 0}, size=200))
    nearest = search(SearchRequest(text="red dress", weights=no_words, size=200))

    response = search(SearchRequest(text="red dress", size=20))

    shares: defaultdict[str, float] = defaultdict(float)
    for leg, share in ((words, 1 / 6), (nearest, 5 / 6)):
        scores = np.array([hit.score for hit in leg.hits])
        scaled = (scores - scores.min()) / (scores.max() - scores.min())
        for hit, score in zip(leg.hits, scaled, strict=True):
            shares[hit.id] += share * (score or 0.001)
    best = sorted(shares.values(), reverse=True)[:20]
    assert pytest.approx(best, abs=1e-4) == [hit.score for hit in response.hits]


def test_filters_and_ranges_hold_for_every_hit(search: Search, engine_shelf: Shelf) -> None:
    """Whichever leg found it, and all that pass are found where nothing is said."""
    filters = (
        Filter("colour", "red"),
        Filter("colour", "blue"),
        Filter("in_stock", True),
        Range("price", gte=11, lt=15),
        Range("released", gt="2026-02-15"),
    )
    passing = _passing(
        engine_shelf,
        lambda source: (
            source["colour"] in {"red", "blue"}
            and source["in_stock"]
            and 11 <= source["price"] < 15
            and source["released"] > "2026-02-15"
        ),
    )

    said = search(SearchRequest(text="red dress", filters=filters, size=200))
    listed = search(SearchRequest(filters=filters, size=200))

    assert passing >= set(_ids(said))
    assert len(passing) > 10
    assert passing == set(_ids(listed))
    assert len(passing) == listed.total


def test_facets_count_what_the_total_counts(search: Search, engine_shelf: Shelf) -> None:
    """Each value with its type, the most frequent first, as many as asked for."""
    filters = (Range("price", lt=12),)
    facets = (Facet("colour", 3), Facet("in_stock"), Facet("brand"), Facet("released", 1))
    passing = _passing(engine_shelf, lambda source: source["price"] < 12)
    stock = Counter(engine_shelf.sources[name]["in_stock"] for name in passing)

    listed = search(SearchRequest(filters=filters, facets=facets))
    said = search(SearchRequest(text="dress", filters=filters, facets=facets))

    assert stock == {value.value: value.count for value in listed.facets["in_stock"]}
    assert 3 == len(listed.facets["colour"])
    assert {f"Maker {i}" for i in range(5)} == {v.value for v in listed.facets["brand"]}
    assert str(listed.facets["released"][0].value).startswith("2026-")
    assert said.total == sum(value.count for value in said.facets["in_stock"])


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(text="red dress"),
        SearchRequest(text="red dress", explain=True),
        SearchRequest(text="red dress", weights={"keywords": 0}),
        SearchRequest(text="red dress", weights={"text": 0, "image": 0}),
        SearchRequest(text="red dress", sort=(Sort("price"),)),
        SearchRequest(text="red dress", collapse="group_id", pinned=("p1",)),
        SearchRequest(text="red dress", sort=(Sort("price"),), collapse="group_id"),
        SearchRequest(filters=(Range("price", gte=0),)),
        SearchRequest(filters=(Range("price", gte=0),), collapse="group_id"),
        SearchRequest(text="red dress", diversity=0.5, buried=("p1",), pinned=("p3", "p2")),
    ],
    ids=lambda request: "",
)
def test_pages_leave_nothing_out_and_show_nothing_twice(
    search: Search, engine_shelf: Shelf, request_: SearchRequest
) -> None:
    """However the hits are ordered, walking all pages shows each once, up to the total."""
    total = search(request_).total

    walked = _walk(search, request_)

    assert len(walked) == len(set(walked))
    if request_.collapse is None:
        assert total == len(walked)
        return
    groups = [engine_shelf.sources[name].get("group_id") for name in walked]
    shown = [group for group in groups if group is not None]
    assert len(shown) == len(set(shown))
    if request_.says_something:
        return
    sources = engine_shelf.sources.values()
    assert {source["group_id"] for source in sources if "group_id" in source} == set(shown)
    assert groups.count(None) == sum("group_id" not in source for source in sources)


def test_a_field_orders_the_hits(search: Search, engine_shelf: Shelf) -> None:
    """Cheapest first, and the newest among those; over all pages."""
    order = (Sort("price"), Sort("released", descending=True))

    walked = _walk(
        search, SearchRequest(text="red dress", sort=order, filters=(Range("stock", gt=0),))
    )

    sources = [engine_shelf.sources[name] for name in walked]
    assert len(sources) > 100
    keys = [(source["price"], -int(source["released"][5:7])) for source in sources]
    assert sorted(keys) == keys


def test_a_shop_has_the_last_word(search: Search, engine_shelf: Shelf) -> None:
    """Pinned first in the given order, even unfound, but never against a filter; buried last."""
    filters = (Filter("colour", "red"), Filter("colour", "blue"))
    plain = search(SearchRequest(text="red dress", filters=filters, size=5))
    first = _ids(plain)[0]
    far = "p294"
    assert far not in _ids(plain)
    request = SearchRequest(
        text="red dress", filters=filters, pinned=("p2", far, "nobody"), buried=(first,), size=200
    )

    response = search(request)

    assert "green" == engine_shelf.sources["p2"]["colour"]
    assert far == _ids(response)[0]
    assert first == _ids(response)[-1]
    assert plain.total == response.total


def test_a_boost_adds_what_it_says(search: Search) -> None:
    """The score is the blended one and the boosts, and the explanation names each."""
    boosts = (
        ValueBoost("brand", "Maker 3", weight=2.0),
        DecayBoost("released", origin="2026-06-01", scale="60d", weight=0.5),
        SaturationBoost("stock", pivot=1, weight=0.25),
    )

    response = search(SearchRequest(text="red dress", boosts=boosts, explain=True, size=200))

    makers = [hit.source["brand"] for hit in response.hits]
    n_first = makers.count("Maker 3")
    assert ["Maker 3"] * n_first == makers[:n_first]
    for hit in response.hits:
        assert hit.explain is not None
        parts = hit.explain.parts
        assert pytest.approx(hit.score, abs=1e-3) == sum(parts.values())
        stock = hit.source["stock"]
        assert pytest.approx(0.25 * stock / (stock + 1)) == parts["boost:stock"]
        assert (2.0 if hit.source["brand"] == "Maker 3" else 0.0) == parts["boost:brand=Maker 3"]
        assert 0 < parts["boost:released"] <= 0.5


def test_a_listing_is_led_by_its_boosts(search: Search, engine_shelf: Shelf) -> None:
    """Also by products that are not among the first written."""
    last = max(engine_shelf.sources, key=lambda name: int(name[1:]))
    colour = engine_shelf.sources[last]["colour"]
    boosts = (
        ValueBoost("colour", colour, weight=1.0),
        DecayBoost("price", origin=16, scale=1, weight=1.0),
        SaturationBoost("stock", pivot=1, weight=1.0),
    )

    response = search(SearchRequest(boosts=boosts, size=5))

    best = max(
        float(source["colour"] == colour)
        + 0.5 ** ((source["price"] - 16) ** 2)
        + source["stock"] / (source["stock"] + 1)
        for source in engine_shelf.sources.values()
    )
    assert pytest.approx(best) == response.hits[0].score
    assert len(engine_shelf.sources) == response.total


@pytest.mark.parametrize("method", [method for method in METHODS if method != "bounds"])
def test_every_blending_explains_its_scores(search: Search, method: str) -> None:
    """The parts add up, within a thousandth."""
    blending = Blending(method)  # type: ignore[arg-type]

    response = search(SearchRequest(text="red dress", blending=blending, explain=True, size=200))

    assert "red dress" == response.hits[0].source["title"]
    for hit in response.hits:
        assert hit.explain is not None
        assert pytest.approx(hit.score, abs=1e-3) == sum(hit.explain.parts.values())


def test_a_low_score_is_no_hit(search: Search) -> None:
    """What is left is what the total and the facets count."""
    everything = search(SearchRequest(text="red dress", size=200))
    least = everything.hits[29].score - 1e-4
    request = SearchRequest(text="red dress", min_score=least, facets=(Facet("in_stock"),))

    response = search(request)
    by_price = search(replace(request, sort=(Sort("price"),), size=200))

    assert 30 == response.total == sum(value.count for value in response.facets["in_stock"])
    assert {hit.id for hit in everything.hits[:30]} == set(_ids(by_price))
    assert [hit.source["price"] for hit in by_price.hits] == sorted(
        hit.source["price"] for hit in by_price.hits
    )
    assert all(hit.score >= least for hit in by_price.hits)


def test_diversity_shows_other_kinds_sooner(search: Search) -> None:
    """The same window, with more titles on the first page."""
    request = SearchRequest(text="red dress", size=10)

    plain, diverse = search(request), search(replace(request, diversity=0.8))

    def titles(response: SearchResponse) -> int:
        return len({hit.source["title"] for hit in response.hits})

    assert titles(diverse) > titles(plain)
    assert _ids(plain)[0] == _ids(diverse)[0]


def test_matches_are_marked_and_told(search: Search) -> None:
    """Passages are HTML with the words in `<em>`; an explanation names the words."""
    response = search(SearchRequest(text="red dress", highlight=True, explain=True, size=3))

    assert [{"title": ["<em>red</em> <em>dress</em>"]}] * 3 == [
        {"title": (hit.highlight or {})["title"]} for hit in response.hits
    ]
    for hit in response.hits:
        assert hit.explain is not None
        assert {"red", "dress"} <= set(hit.explain.terms)


def test_a_product_without_the_words_has_nothing_marked(search: Search) -> None:
    """The vector found it."""
    response = search(SearchRequest(text="boots", like=("p1",), highlight=True, size=5))

    unmarked = [hit for hit in response.hits if "boots" not in str(hit.source)]
    assert unmarked
    assert [{}] * len(unmarked) == [hit.highlight for hit in unmarked]
