"""What a person who grades hits does on the judging page, and what comes of it."""

from pathlib import Path

import pytest
from judging import CARD, QUERIES, card, download, ids, load, pressed, settle
from playwright.sync_api import expect
from shelf import Shelf
from visiting import Visit

from diptych.plugin.relevance.query_files import read_questions

pytestmark = pytest.mark.integration


def test_the_pages_lead_to_each_other(judging: Visit) -> None:
    """For whoever takes HTML, by a link on each."""
    judging.page.get_by_role("link", name="Search page").click()
    judging.page.wait_for_selector(".hit")
    judging.page.get_by_role("link", name="Grade answers").click()

    expect(judging.page.get_by_role("heading", level=1)).to_have_text("Grade answers")


def test_three_searches_make_one_pool(judging: Visit, shop: Shelf, query_set: Path) -> None:
    """Each hit once, in an order that is the same again and is not the order of the ranks."""
    load(judging.page, query_set)
    ways = [search.get("weights") for search in judging.searches]
    first = ids(judging.page)
    answer = judging.page.request.post(
        f"{judging.page.url.removesuffix('judge')}indexes/{shop.index}/search",
        data={"text": "red dress", "size": 10},
    ).json()
    judging.page.reload()
    settle(judging.page)

    alone = {"keywords": 1, "text": 0, "image": 0, "agreement": 0}
    assert [None, alone, {"keywords": 0}] == ways
    ranked = [hit["id"] for hit in answer["hits"]]
    assert set(ranked) <= set(first)
    assert len(set(first)) == len(first)
    assert ranked != [name for name in first if name in ranked]
    assert first == ids(judging.page)


def test_keys_grade_and_move(judging: Visit, query_set: Path) -> None:
    """A digit grades and goes on, Backspace clears, arrows, j and k move."""
    page = judging.page
    load(page, query_set)
    names = ids(page)
    fresh = next(name for name in names if name != "p0")
    expect(card(page, fresh)).to_be_focused()

    page.keyboard.press("3")
    page.keyboard.press("ArrowLeft")
    expect(pressed(page, fresh)).to_have_text("3")
    page.keyboard.press("Backspace")
    expect(pressed(page, fresh)).to_have_count(0)
    expect(card(page, fresh)).to_be_focused()
    page.keyboard.press("0")
    expect(card(page, names[names.index(fresh) + 1])).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")

    expect(card(page, names[names.index(fresh) + 1])).to_be_focused()
    expect(pressed(page, fresh)).to_have_text("0")
    expect(pressed(page, "p0")).to_have_text("2")
    expect(page.locator("#progress")).to_contain_text(f"2 of {len(names)} hits graded")
    expect(page.locator("#progress")).to_contain_text("0 of 3 queries done")
    expect(page.locator("#progress")).to_contain_text("1 grade of a document that was not found")


def test_all_graded_is_done_and_n_goes_on(judging: Visit, query_set: Path) -> None:
    """And p comes back."""
    page = judging.page
    load(page, query_set)

    for _ in ids(page):
        page.keyboard.press("1")
    expect(page.locator("#progress")).to_contain_text("1 of 3 queries done")
    page.keyboard.press("n")
    expect(page.locator("#asked-title")).to_have_text("Query 2 of 3")
    settle(page)
    expect(page.locator("#asked")).to_contain_text("striped")
    expect(page.locator("#asked")).to_contain_text("Price: ≤ 15")
    page.keyboard.press("p")

    expect(page.locator("#asked")).to_have_text("red dress")


def test_buttons_grade_too(judging: Visit) -> None:
    """A typed query, a click, and the same click again takes the grade away."""
    page = judging.page
    page.get_by_role("textbox", name="Words").fill("blue hat")
    page.get_by_role("button", name="Add").click()
    settle(page)
    button = page.locator(CARD).nth(1).get_by_role("button", name="Grade 2, Good")

    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()

    expect(button).to_have_attribute("aria-pressed", "false")
    assert {
        "text": "blue hat",
        "size": 10,
        "client": "judging-page",
        "profile": "default",
    } == judging.searches[0]


def test_grades_survive_a_reload_and_another_file(
    judging: Visit, query_set: Path, tmp_path: Path
) -> None:
    """What a person has graded comes before what a file says."""
    page = judging.page
    load(page, query_set)
    card(page, "p0").focus()
    page.keyboard.press("3")
    page.reload()
    settle(page)
    expect(pressed(page, "p0")).to_have_text("3")

    other = tmp_path / "other.ndjson"
    other.write_text('{"id": "1", "text": "red dress", "relevant": {"p0": 0, "p9": 1}}\n', "utf-8")
    page.locator("#setup summary").click()
    load(page, other)

    expect(pressed(page, "p0")).to_have_text("3")
    expect(page.locator("#asked-title")).to_have_text("Query 1 of 3")
    assert {"p0": 3, "gone": 1.5, "p9": 1} == download(page, tmp_path)[0]["relevant"]


def test_two_tabs_lose_nothing(judging: Visit, query_set: Path) -> None:
    """What one grades the other shows, and neither writes over it."""
    page = judging.page
    load(page, query_set)
    first, second = [name for name in ids(page) if name != "p0"][:2]
    other = judging.context.new_page()
    other.goto(page.url)
    settle(other)

    card(page, first).get_by_role("button", name="Grade 3").click()
    expect(pressed(other, first)).to_have_text("3")
    card(other, second).get_by_role("button", name="Grade 1").click()

    expect(pressed(page, second)).to_have_text("1")
    expect(pressed(page, first)).to_have_text("3")


def test_the_download_is_a_query_set(judging: Visit, query_set: Path, tmp_path: Path) -> None:
    """What was loaded, with the grades, zeros too; ungraded queries are left out."""
    page = judging.page
    load(page, query_set)
    page.keyboard.press("n")
    expect(page.locator("#asked-title")).to_have_text("Query 2 of 3")
    settle(page)
    graded = ids(page)[:2]
    page.keyboard.press("0")
    page.keyboard.press("2")

    lines = download(page, tmp_path)
    questions = read_questions(tmp_path / "judged.ndjson")

    expected = [QUERIES[0], {**QUERIES[1], "relevant": {graded[0]: 0, graded[1]: 2}}]
    assert expected == lines
    assert ["1", "2"] == [question.id for question in questions]
    assert {graded[0]: 0.0, graded[1]: 2.0} == questions[1].grades


def test_a_photo_is_matched_by_its_name(judging: Visit, query_set: Path) -> None:
    """Until it is chosen, it is asked for by name."""
    page = judging.page
    load(page, query_set)
    page.get_by_role("combobox", name="All queries").select_option("3")
    expect(page.get_by_role("alert")).to_contain_text("Choose the file red.png")

    page.locator("#photo-files").set_input_files(query_set.parent / "photos/red.png")
    load(page, query_set)
    page.get_by_role("combobox", name="All queries").select_option("3")
    settle(page)

    expect(page.get_by_role("img", name="Photo red.png")).to_be_visible()
    assert judging.searches[-1]["image"].startswith("/9j/")
