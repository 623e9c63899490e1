"""Two profiles dealt into one answer on a real index, and who of them is recorded."""

from collections.abc import Iterator

import pytest
from recording import ids_of, recorded, run_recorder, search
from serving import run_server, shelf_app
from shelf import Shelf, own_shelf

from diptych.plugin.feedback.recorder import Recorder
from diptych.plugin.relevance.profile_store import write_profile
from diptych.query.profiles import Preference

pytestmark = pytest.mark.integration


@pytest.fixture
def shelf(cluster_url: str) -> Iterator[Shelf]:
    """60 products in an index of the test's own, so that its feedback is too."""
    with own_shelf(cluster_url, 60) as shelf:
        yield shelf


@pytest.fixture
def recorder(shelf: Shelf) -> Iterator[Recorder]:
    """Writes what the shelf's server is asked."""
    with run_recorder(shelf) as recorder:
        yield recorder


def two_profiles(shelf: Shelf) -> None:
    """`default` goes by the words, `sale` by the picture."""
    for name, weights in (
        ("default", {"keywords": 0.0, "text": 1.0, "image": 0.0}),
        ("sale", {"keywords": 0.0, "text": 0.0, "image": 1.0}),
    ):
        write_profile(shelf.cluster, shelf.index, name, {"words": Preference(weights)})


def test_two_profiles_are_compared_live(shelf: Shelf, recorder: Recorder) -> None:
    """Each hit belongs to the profile that brought it; clicks on one team win for it."""
    two_profiles(shelf)
    app = shelf_app(shelf, recorder=recorder, interleave="sale")
    with run_server(app) as server:
        answer = search(server, shelf, text="red dress", size=6)
        own = search(server, shelf, text="red dress", size=6, profile="sale")

    both = recorded(shelf, n=2, n_clicks=0)

    (dealt,) = [one for one in both if one.profile == "interleaved"]
    (plain,) = [one for one in both if one.profile == "sale"]
    assert {"default": 3, "sale": 3} == {
        name: list(dealt.teams.values()).count(name) for name in ("default", "sale")
    }
    assert set(dealt.ids) == dealt.teams.keys()
    assert not plain.teams
    assert answer["hits"] != own["hits"]


def test_pages_of_one_client_are_parts_of_one_deal(shelf: Shelf, recorder: Recorder) -> None:
    """No hit comes on two pages; a page that is asked for again, with facets, is the same."""
    two_profiles(shelf)
    app = shelf_app(shelf, recorder=recorder, interleave="sale")
    asked = {"text": "red dress", "client": "c1"}
    with run_server(app) as server:
        whole = search(server, shelf, size=15, **asked)
        pages = [search(server, shelf, size=5, **{"from": n}, **asked) for n in (0, 5, 10)]
        extra = {"facets": [{"field": "colour"}], "highlight": True, "explain": True}
        again = search(server, shelf, size=5, **{"from": 5}, **asked, **extra)

    ids = [id_ for page in pages for id_ in ids_of(page)]
    assert 15 == len(set(ids))
    assert ids_of(whole) == ids
    assert ids_of(pages[1]) == ids_of(again)
    shown = recorded(shelf, n=5, n_clicks=0)
    assert {"interleaved"} == {one.profile for one in shown}
    assert all(set(one.ids) == one.teams.keys() for one in shown)


def test_rankings_that_are_alike_are_not_dealt(shelf: Shelf, recorder: Recorder) -> None:
    """A profile that says nothing of this kind of search would win by a coin."""
    write_profile(shelf.cluster, shelf.index, "sale", {"photo": Preference({"image": 1.0})})
    app = shelf_app(shelf, recorder=recorder, interleave="sale")
    with run_server(app) as server:
        search(server, shelf, text="red dress")

    (shown,) = recorded(shelf, n=1, n_clicks=0)

    assert ("default", {}) == (shown.profile, shown.teams)


def test_coin_of_another_client_falls_otherwise(shelf: Shelf, recorder: Recorder) -> None:
    """Or one profile would stand first in every answer to a query that many ask."""
    two_profiles(shelf)
    app = shelf_app(shelf, recorder=recorder, interleave="sale")
    with run_server(app) as server:
        for number in range(20):
            search(server, shelf, text="red dress", size=6, client=f"c{number}")

    shown = recorded(shelf, n=20, n_clicks=0)

    assert {"default", "sale"} == {one.teams[one.ids[0]] for one in shown}
