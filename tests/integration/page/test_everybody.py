"""The page by keyboard alone, by ear, on a phone, in another language."""

import pytest
from playwright.sync_api import Browser, expect
from serving import Server
from visiting import Visit

pytestmark = pytest.mark.integration

#: Roles of what a person can use.
CONTROLS = {
    *("button", "checkbox", "combobox", "link", "option", "searchbox", "slider", "spinbutton"),
    *("tab", "textbox", "DisclosureTriangle", "listbox", "menuitem", "radio"),
}


def test_the_language_follows_the_browser_and_the_button(browser: Browser, server: Server) -> None:
    """Chinese for a Chinese browser, until the other is chosen, which is remembered."""
    visit = Visit(browser, server.url, locale="zh-CN")
    expect(visit.page.get_by_role("button", name="搜索", exact=True)).to_be_visible()
    expect(visit.page.get_by_role("status")).to_contain_text("找到 60 件")

    visit.page.get_by_role("button", name="English").click()
    visit.page.reload()

    expect(visit.page.get_by_role("button", name="Search", exact=True)).to_be_visible()
    assert "en" == visit.page.locator("html").get_attribute("lang")
    visit.context.close()


def test_a_search_without_a_mouse(visit: Visit) -> None:
    """Slash, words, a suggestion, a product's sheet, and back to where one was."""
    page = visit.page
    box = page.get_by_role("combobox", name="Words to search for")

    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("red sh")
    offered = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(offered).to_have_text(["red shirt"])
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    with page.expect_response("**/search"):
        page.keyboard.press("Enter")
    visit.settle()
    opener = page.get_by_role("button", name="Details of red shirt").first
    for _ in range(80):
        page.keyboard.press("Tab")
        if opener.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="red shirt")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_first_stop_leads_past_the_controls(visit: Visit) -> None:
    """Who reads by keyboard or by ear need not pass every slider."""
    visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_role("link", name="Skip to the results")).to_be_focused()

    visit.page.keyboard.press("Enter")

    assert visit.page.evaluate("location.hash") == "#results"


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_control_has_a_role_and_a_name(browser: Browser, server: Server, locale: str) -> None:
    """In the browser's own accessibility tree, with everything opened."""
    visit = Visit(browser, f"{server.url}/?text=red+dress", locale=locale)
    visit.page.wait_for_selector(".stack")
    visit.page.locator("#request summary").click()
    visit.page.locator("#text").fill("red")
    visit.page.wait_for_selector("#suggestions li")

    tree = visit.context.new_cdp_session(visit.page).send("Accessibility.getFullAXTree")

    nodes = [node for node in tree["nodes"] if not node["ignored"]]
    controls = [node for node in nodes if node["role"]["value"] in CONTROLS]
    unnamed = [node for node in controls if not node.get("name", {}).get("value", "").strip()]
    roles = {node["role"]["value"] for node in controls}
    assert {"button", "slider", "checkbox", "combobox", "tab", "option", "spinbutton"} <= roles
    levels = [node["properties"] for node in nodes if node["role"]["value"] == "heading"]
    first = [p["value"]["value"] for p in levels[0] if p["name"] == "level"]
    assert [1] == first
    assert [] == unnamed
    visit.context.close()


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways_on_a_phone(browser: Browser, server: Server, width: int) -> None:
    """With controls, a sheet and the request open; and the controls wait behind one button."""
    viewport = {"width": width, "height": 700}
    visit = Visit(browser, f"{server.url}/?text=red+dress", viewport=viewport, has_touch=True)
    page = visit.page
    page.wait_for_selector(".stack")
    expect(page.get_by_role("slider", name="Keywords")).to_be_hidden()

    widths = [page.evaluate("document.documentElement.scrollWidth")]
    page.locator("#controls summary").tap()
    page.locator("#request summary").tap()
    expect(page.get_by_role("slider", name="Keywords")).to_be_visible()
    widths.append(page.evaluate("document.documentElement.scrollWidth"))
    page.locator(".open").first.tap()
    widths.append(page.evaluate("document.querySelector('dialog').scrollWidth"))

    assert [] == [found for found in widths if found > width]
    visit.context.close()


def test_a_phone_that_is_turned_shows_the_controls(browser: Browser, server: Server) -> None:
    """Where there is room for them, they are there."""
    visit = Visit(browser, server.url, viewport={"width": 500, "height": 900})
    expect(visit.page.get_by_role("slider", name="Diversity")).to_be_hidden()

    visit.page.set_viewport_size({"width": 1100, "height": 500})

    expect(visit.page.get_by_role("slider", name="Diversity")).to_be_visible()
    visit.context.close()
