"""How the demonstration judges its searches."""

import pytest

from diptych.errors import SearchError
from diptych.plugin.demo.searches import DemoSearch, JudgedSearch
from diptych.plugin.demo.showing import Shown, check

SEARCH = DemoSearch("In English", right={"kind": "dress"}, text="dress")
MEANING = DemoSearch("Other words", right={"kind": "dress"}, text="gown", needs_meaning=True)


def judged(n_right: int) -> JudgedSearch:
    """Five answers, the first of them right."""
    return JudgedSearch(tuple(place < n_right for place in range(5)), n_required=4)


def test_tour_passes_when_every_search_has_enough_right_answers() -> None:
    """Four of five are enough."""
    check([Shown(SEARCH, judged(4), 0), Shown(MEANING, judged(5), 0)])


def test_search_that_finds_too_little_fails_the_tour() -> None:
    """The sentence names the search and its figures."""
    with pytest.raises(SearchError, match=r"1 of 2 .*'In English' \(3 of the first 5 are right"):
        check([Shown(SEARCH, judged(3), 0), Shown(MEANING, judged(5), 0)])


def test_search_by_meaning_fails_where_keywords_find_something() -> None:
    """Otherwise the demonstration would show less than it says."""
    with pytest.raises(SearchError, match="where keywords alone find 2"):
        check([Shown(MEANING, judged(5), 2)])
