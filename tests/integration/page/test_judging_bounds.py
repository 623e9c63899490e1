"""What the judging page does with broken files, strange names, and a server or browser that refuses."""

import json
from pathlib import Path

import pytest
from judging import HOSTILE, card, download, load, settle
from playwright.sync_api import Browser, expect
from serving import Server, run_server, shelf_app
from shelf import Shelf, write
from visiting import Visit

from diptych.plugin.relevance.query_files import read_questions
from diptych.plugin.serve.key_file import create_key
from diptych.plugin.serve.keys import KeyRing

pytestmark = pytest.mark.integration


def test_a_browser_that_keeps_nothing_is_said_so(
    judging: Visit, query_set: Path, tmp_path: Path
) -> None:
    """And the grades can be downloaded all the same."""
    page = judging.page
    page.evaluate("void (Storage.prototype.setItem = () => { throw new Error('full'); })")
    load(page, query_set)
    card(page, "p0").focus()

    page.keyboard.press("1")

    expect(page.get_by_role("alert")).to_contain_text("does not keep the grades")
    assert {"p0": 1, "gone": 1.5} == download(page, tmp_path)[0]["relevant"]


def test_grades_of_an_id_that_stood_for_another_query_are_kept_and_said(
    judging: Visit, query_set: Path, tmp_path: Path
) -> None:
    """Most query sets count from 1."""
    page = judging.page
    load(page, query_set)
    page.locator("#setup summary").click()
    page.get_by_role("button", name="Take all queries off").click()
    other = tmp_path / "other.ndjson"
    other.write_text('{"id": "1", "text": "blue hat"}\n', "utf-8")

    load(page, other)

    expect(page.locator("#loaded")).to_contain_text("1 stood for another query")
    assert {"p0": 2, "gone": 1.5} == download(page, tmp_path)[0]["relevant"]


def test_strange_signs_come_through(judging: Visit, tmp_path: Path) -> None:
    """Line ends of Unicode, and names that mean something to JavaScript."""
    query = {"id": "__proto__", "text": "red\u2028dress\x85", "relevant": {"__proto__": 1, "7": 0}}
    file = tmp_path / "strange.ndjson"
    file.write_text(f"\ufeff{json.dumps(query)}\r\n", "utf-8")
    load(judging.page, file)

    lines = download(judging.page, tmp_path)
    questions = read_questions(tmp_path / "judged.ndjson")

    assert [query] == lines
    assert ("red\u2028dress\x85", {"__proto__": 1.0, "7": 0.0}) == (
        questions[0].text,
        questions[0].grades,
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "2", "text": ', "Line 3 is no query: it is not JSON."),
        ("[]", "Line 3 is no query: it is not an object"),
        ('{"id": 2, "text": "a"}', "Line 3 is no query: give it an id"),
        ('{"id": "2"}', "Line 3 is no query: it asks for nothing"),
        ('{"id": "1", "text": "a"}', "Line 3 is no query: its id 1 stands in line 1 too."),
        ('{"id": "2", "text": "a", "filters": {"price": []}}', "the filter price has no value"),
        ('{"id": "2", "text": "a", "relevant": {"p1": -1}}', "the grade of p1 has to be a number"),
    ],
)
def test_a_broken_line_is_named(judging: Visit, tmp_path: Path, line: str, reason: str) -> None:
    """With its number as an editor counts, and nothing of the file is loaded."""
    file = tmp_path / "broken.ndjson"
    file.write_text(f'{{"id": "1", "text": "red dress"}}\n\n{line}\n', "utf-8")

    judging.page.locator("#file").set_input_files(file)

    expect(judging.page.get_by_role("alert")).to_contain_text(reason)
    expect(judging.page.get_by_role("alert")).to_contain_text("Nothing of the file was loaded.")
    expect(judging.page.locator("#asked-box")).to_be_hidden()


def test_titles_and_queries_are_text(judging: Visit, shop: Shelf) -> None:
    """Markup in them is shown as it is written."""
    kept = {name: {**shop.sources[name], "image": "red.png"} for name in ("p0",)}
    hostile = {"p0": {**kept["p0"], "title": f"red dress {HOSTILE}"}}
    write(shop.cluster, shop.index, shop.contract, hostile, shop.vectors)
    page = judging.page

    page.get_by_role("textbox", name="Words").fill(f"red dress {HOSTILE}")
    page.get_by_role("button", name="Add").click()
    settle(page)
    title = card(page, "p0").get_by_role("heading")
    shown, asked = title.inner_text(), page.locator("#asked").inner_text()
    write(shop.cluster, shop.index, shop.contract, kept, shop.vectors)

    assert (f"red dress {HOSTILE}", f"red dress {HOSTILE}") == (shown, asked)
    assert "taken" != page.title()


def test_a_server_that_went_away_is_said_so(judging: Visit, query_set: Path) -> None:
    """And asked again by a button."""
    page = judging.page
    page.route("**/search", lambda route: route.abort())
    page.locator("#file").set_input_files(query_set)
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    judging.complaints.clear()

    page.unroute("**/search")
    page.get_by_role("button", name="Ask again").click()
    settle(page)

    expect(page.locator("#notice")).to_be_hidden()


def test_a_refused_key_is_said_so(browser: Browser, shop: Shelf, tmp_path: Path) -> None:
    """And the right one opens the page."""
    secret = create_key(tmp_path / "keys.json", "judges")
    with run_server(shelf_app(shop, keys=KeyRing(tmp_path / "keys.json"))) as server:
        visit = Visit(browser, f"{server.url}/judge")
        for key in ("wrong", secret):
            visit.page.get_by_label("This server asks for a key.").fill(key)
            visit.page.get_by_role("button", name="Use it").click()
            if key == "wrong":
                expect(visit.page.get_by_role("alert")).to_contain_text("refuses this key")
        visit.page.get_by_role("textbox", name="Words").fill("red dress")
        visit.page.get_by_role("button", name="Add").click()
        settle(visit.page)

        expect(visit.page.locator("#notice")).to_be_hidden()
        visit.context.close()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_control_has_a_name(
    browser: Browser, server: Server, query_set: Path, locale: str
) -> None:
    """In the browser's own accessibility tree, on a narrow screen that nothing leaves."""
    viewport = {"width": 360, "height": 700}
    visit = Visit(browser, f"{server.url}/judge", locale=locale, viewport=viewport)
    expect(visit.page.locator("#empty")).to_be_visible()
    load(visit.page, query_set)
    visit.page.locator("#setup summary").click()

    tree = visit.context.new_cdp_session(visit.page).send("Accessibility.getFullAXTree")
    width = visit.page.evaluate("document.documentElement.scrollWidth")

    controls = [
        node
        for node in tree["nodes"]
        if not node["ignored"]
        and node["role"]["value"] in {"button", "combobox", "textbox", "link"}
    ]
    assert len(controls) > 20
    assert [] == [node for node in controls if not node["name"]["value"].strip()]
    assert 360 == width
    assert [] == visit.complaints
    visit.context.close()
