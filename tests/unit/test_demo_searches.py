"""The demonstration's searches: enough is there to be found, and judging counts it."""

from pathlib import Path

import pytest
from PIL import Image

from diptych.errors import CatalogError
from diptych.plugin.demo.catalogue import make_products
from diptych.plugin.demo.collection import Facts
from diptych.plugin.demo.searches import DemoSearch, demo_searches, judge, write_photos

PRODUCTS = make_products()
TRUTH: dict[str, Facts] = {
    p.id: {**p.facts, "only_in_picture": list(p.only_in_picture)} for p in PRODUCTS
}
SEARCHES = demo_searches(TRUTH)
RED_DRESS = DemoSearch("Red dress", right={"kind": "dress", "colour": "red"}, text="red dress")
SMALL_TRUTH: dict[str, Facts] = {
    "a": {"kind": "dress", "colour": "red", "pattern": "dots"},
    "b": {"kind": "dress", "colour": "red", "pattern": "plain"},
    "c": {"kind": "coat", "colour": "red", "pattern": "plain"},
    "d": {"kind": "dress", "colour": "blue", "pattern": "plain"},
}


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: search.title)
def test_catalogue_has_enough_right_answers_for_each_search(search: DemoSearch) -> None:
    """Twice as many as are shown, and far fewer than all."""
    n_right = sum(search.is_right(facts) for facts in TRUTH.values())

    assert 10 <= n_right <= 60


def test_there_are_six_searches_of_six_kinds() -> None:
    """English, Chinese, photo, photo with text, like but not, and beyond keywords."""
    forms = [
        (bool(s.text), bool(s.photo), bool(s.like), bool(s.negative_text), s.needs_meaning)
        for s in SEARCHES
    ]

    assert "红色长款外套" == SEARCHES[1].text
    assert [
        (True, False, False, False, False),
        (True, False, False, False, False),
        (False, True, False, False, False),
        (True, True, False, False, False),
        (False, False, True, True, False),
        (True, False, False, False, True),
    ] == forms


def test_liked_product_leaves_its_pattern_to_the_picture() -> None:
    """The pattern to avoid is the one it has, and others of its pattern lie in the way."""
    search = SEARCHES[4]
    liked = TRUTH[search.like or ""]
    rivals = [f for f in TRUTH.values() if "cushion" == f["kind"] and "stripes" == f["pattern"]]

    assert ("cushion", "blue", "stripes") == (liked["kind"], liked["colour"], liked["pattern"])
    assert "pattern" in (liked["only_in_picture"] or ())
    assert not search.is_right(liked)
    assert 5 <= len(rivals)


def test_words_of_the_search_beyond_keywords_are_in_no_text() -> None:
    """Titles and descriptions hold neither of them."""
    words = (SEARCHES[5].text or "").split()
    text = " ".join(f"{p.wording.title} {p.wording.description}" for p in PRODUCTS).lower()

    assert 2 == len(words)
    assert [] == [word for word in words if word in text]


def test_filters_leave_what_is_right() -> None:
    """A filtered field has that value in every right product."""
    for search in SEARCHES:
        for field, value in search.filters.items():
            right = [p for p in PRODUCTS if search.is_right(TRUTH[p.id])]

            assert {value} == {p.record[field] for p in right}


def test_judge_marks_each_answer() -> None:
    """a and b are red dresses, c is no dress, d is blue, and x is unknown."""
    judged = judge(RED_DRESS, ["a", "c", "b", "x", "d"], SMALL_TRUTH)

    assert (True, False, True, False, False) == judged.marks
    assert 2 == judged.n_right
    assert not judged.is_passed


def test_judge_looks_at_the_first_five_alone() -> None:
    """Four right ones pass, wherever in the five they stand; a sixth does not count."""
    passed = judge(RED_DRESS, ["c", "a", "b", "a", "b", "a"], SMALL_TRUTH)
    failed = judge(RED_DRESS, ["c", "d", "a", "b", "a", "b"], SMALL_TRUTH)

    assert (4, True) == (passed.n_right, passed.is_passed)
    assert (3, False) == (failed.n_right, failed.is_passed)


def test_judge_takes_no_account_of_the_product_searched_from() -> None:
    """An engine may show it first; what must be avoided is wrong."""
    search = DemoSearch("Like a", right={"kind": "dress"}, wrong={"pattern": "dots"}, like="d")

    assert (True, False) == judge(search, ["d", "b", "a"], SMALL_TRUTH).marks


def test_no_answers_are_not_a_pass() -> None:
    """An empty page has nothing right."""
    assert not judge(RED_DRESS, [], SMALL_TRUTH).is_passed


def test_photos_are_written_by_name_and_stay_the_same(tmp_path: Path) -> None:
    """Two searches have one; drawing it again gives the same bytes."""
    paths = write_photos(tmp_path / "photos", SEARCHES)
    photo = SEARCHES[2].photo

    assert ["green-backpack", "yellow-handbag"] == sorted(paths)
    assert photo is not None
    assert paths["green-backpack"].read_bytes() == photo.jpeg()
    with Image.open(paths["green-backpack"]) as picture:
        assert "JPEG" == picture.format


def test_folder_for_photos_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """One sentence, with what to do."""
    (tmp_path / "file").touch()

    with pytest.raises(CatalogError, match=r"photos cannot be written to .*file"):
        write_photos(tmp_path / "file", SEARCHES)


def test_catalogue_without_the_product_to_search_from_is_refused() -> None:
    """A handful of products does not have what the searches need."""
    with pytest.raises(CatalogError, match="4 products is a blue striped cushion"):
        demo_searches(dict(list(TRUTH.items())[:4]))
