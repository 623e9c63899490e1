"""The page at `/` in a real browser: what a shopper does, with the mouse and without."""

import base64
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from serving import Server, run_server, shelf_app
from shelf import Shelf, run_shelf, write

from diptych.client import Cluster
from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.errors import EncodingError
from diptych.ingest.pictures import LocalPictures
from diptych.plugin.serve.key_file import create_key
from diptych.plugin.serve.keys import KeyRing
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

N_PRODUCTS = 60
#: Roles of what a person can use.
CONTROLS = {
    *("button", "checkbox", "combobox", "link", "option", "searchbox", "slider", "spinbutton"),
    *("tab", "textbox", "DisclosureTriangle", "listbox", "menuitem", "radio"),
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture for each colour."""
    folder = tmp_path_factory.mktemp("pictures")
    for colour in ("red", "blue", "green", "black", "white", "pink"):
        Image.new("RGB", (90, 60), colour).save(folder / f"{colour}.png")
    return folder


@pytest.fixture(scope="module")
def shop(cluster_url: str, pictures: Path) -> Iterator[Shelf]:
    """60 products with pictures; read by all tests, written by none."""
    cluster = Cluster(load_settings(cluster_url=cluster_url))
    with run_shelf(cluster, N_PRODUCTS) as shelf:
        sources = {
            name: {**source, "image": f"{source['colour']}.png"}
            for name, source in shelf.sources.items()
        }
        write(cluster, shelf.index, shelf.contract, sources, shelf.vectors)
        yield shelf
    cluster.close()


@pytest.fixture(scope="module")
def server(shop: Shelf, pictures: Path) -> Iterator[Server]:
    """The page over the shop."""
    with run_server(shelf_app(shop, pictures=LocalPictures([pictures]))) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of this machine."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no Chromium on this machine: install the package chromium")
    # Chromium's sandbox needs another user than root.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


class Visit:
    """A page that is looked at, and the searches that it sent."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        """Open the address in a profile of its own."""
        self.context = browser.new_context(**{"locale": "en-GB", **context})
        self.page: Page = self.context.new_page()
        self.searches: list[Any] = []
        self.addresses: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", self._note)
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(url)

    def _note(self, request: Request) -> None:
        self.addresses.append(request.url)
        if request.url.endswith("/search"):
            self.searches.append(json.loads(request.post_data or "{}"))

    def search(self, words: str) -> None:
        """Type the words, and wait for what they find."""
        self.page.get_by_role("combobox", name="Words to search for").fill(words)
        with self.page.expect_response("**/search"):
            self.page.get_by_role("button", name="Search", exact=True).click()
        self.settle()

    def settle(self) -> None:
        """Wait until the hits of the last search are shown."""
        expect(self.page.locator("#hits")).not_to_have_class("hits busy")

    @property
    def titles(self) -> list[str]:
        """What the cards say."""
        return self.page.locator(".hit h3").all_inner_texts()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """A visit on a wide screen; it must end without a complaint of the browser."""
    visit = Visit(browser, server.url)
    visit.page.wait_for_selector(".hit")
    yield visit
    visit.context.close()
    assert [] == visit.complaints


def test_everything_comes_from_this_server(visit: Visit, server: Server) -> None:
    """No font, script or picture of anybody else's; and the pictures are there."""
    picture = visit.page.locator(".hit img").first
    expect(picture).to_have_js_property("naturalWidth", 90)

    assert [] == [url for url in visit.addresses if not url.startswith(server.url)]


def test_words_find_products_and_the_count_is_announced(visit: Visit) -> None:
    """With the words marked, and the parts of each score in words."""
    visit.search("red dress")

    expect(visit.page.get_by_role("status")).to_contain_text("found in")
    assert "red dress" == visit.titles[0]
    assert ["red", "dress"] == visit.page.locator(".hit").first.locator("em").all_inner_texts()
    bar = visit.page.locator(".stack").first
    assert "Keywords" in (bar.get_attribute("aria-label") or "")


def test_a_photo_is_made_small_and_searched_by(visit: Visit) -> None:
    """At most 640 pixels a side, as a JPEG; removed by its cross."""
    file = io.BytesIO()
    Image.new("RGB", (1600, 800), "red").save(file, "PNG")
    photo = {"name": "photo.png", "mimeType": "image/png", "buffer": file.getvalue()}

    with visit.page.expect_response("**/search"):
        visit.page.locator("#photo-file").set_input_files(photo)  # type: ignore[arg-type]
    sent = Image.open(io.BytesIO(base64.b64decode(visit.searches[-1]["image"])))
    with visit.page.expect_response("**/search"):
        visit.page.get_by_role("button", name="Remove Photo").click()

    assert ("JPEG", (640, 320)) == (sent.format, sent.size)
    assert "image" not in visit.searches[-1]


def test_a_photo_can_be_dropped_or_pasted(visit: Visit) -> None:
    """Anywhere on the page."""
    bring = """kind => {
        const canvas = Object.assign(document.createElement("canvas"), {width: 8, height: 8});
        return new Promise(done => canvas.toBlob(blob => {
            const data = new DataTransfer();
            data.items.add(new File([blob], "photo.png", {type: "image/png"}));
            document.body.dispatchEvent(kind === "drop"
                ? new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})
                : new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
            done();
        }));
    }"""
    for kind in ("drop", "paste"):
        with visit.page.expect_response("**/search"):
            visit.page.evaluate(bring, kind)
        expect(visit.page.get_by_role("button", name="Remove Photo")).to_be_visible()
        with visit.page.expect_response("**/search"):
            visit.page.get_by_role("button", name="Remove Photo").click()

    assert [True, False] * 2 == ["image" in search for search in visit.searches[-4:]]


def test_a_file_that_is_no_picture_is_said_so(visit: Visit) -> None:
    """Nothing is sent."""
    n_before = len(visit.searches)
    text = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"}

    visit.page.locator("#photo-file").set_input_files(text)  # type: ignore[arg-type]

    expect(visit.page.get_by_role("alert")).to_contain_text("not a picture")
    assert n_before == len(visit.searches)


def test_a_facet_narrows_and_its_other_values_stay(visit: Visit) -> None:
    """Two values of one field are alternatives."""
    colours = visit.page.get_by_role("group", name="Colour")

    for colour in ("red", "blue"):
        with visit.page.expect_response("**/search"):
            colours.get_by_role("checkbox", name=colour).check()
        visit.settle()

    assert {"colour": ["red", "blue"]} == visit.searches[-1]["filters"]
    assert {"red", "blue"} == {title.split()[0] for title in visit.titles}
    expect(colours.get_by_role("checkbox", name="green")).to_be_visible()


def test_a_range_narrows(visit: Visit) -> None:
    """By numbers typed in."""
    with visit.page.expect_response("**/search"):
        visit.page.get_by_role("spinbutton", name="Price, at least").fill("15.5")

    assert {"price": {"gte": 15.5}} == visit.searches[-1]["filters"]


def test_what_is_typed_stays_while_answers_come_in(visit: Visit) -> None:
    """A bound keeps its place and its focus, and an emptied one is no bound."""
    least = visit.page.get_by_role("spinbutton", name="Price, at least")
    least.focus()

    for digits in ("1", "2"):
        with visit.page.expect_response("**/search"):
            visit.page.keyboard.type(digits)
        visit.settle()
    typed = visit.searches[-1]["filters"]
    with visit.page.expect_response("**/search"):
        least.fill("")

    assert {"price": {"gte": 12}} == typed
    assert "filters" not in visit.searches[-1]
    expect(least).to_be_focused()


def test_a_slider_changes_the_weights_at_once(visit: Visit) -> None:
    """By the arrow keys; reset brings the defaults back."""
    visit.search("red dress")
    slider = visit.page.get_by_role("slider", name="Keywords")

    with visit.page.expect_response("**/search"):
        slider.press("ArrowRight")
    moved = visit.searches[-1]["weights"]
    with visit.page.expect_response("**/search"):
        visit.page.get_by_role("button", name="Reset").click()

    assert {"keywords": 0.25, "text": 0.2, "image": 0.8, "agreement": 0} == moved
    assert "weights" not in visit.searches[-1]


def test_blending_diversity_and_order_are_sent(visit: Visit) -> None:
    """An order by a field leaves diversity out."""
    visit.search("red dress")
    page = visit.page

    with page.expect_response("**/search"):
        page.get_by_role("combobox", name="Blending").select_option("rrf")
    with page.expect_response("**/search"):
        page.get_by_role("slider", name="Diversity").press("End")
    ranked = visit.searches[-1]
    with page.expect_response("**/search"):
        page.get_by_role("combobox", name="Sort by").select_option("-price")

    assert ("rrf", 1) == (ranked["blending"], ranked["diversity"])
    assert ["-price"] == visit.searches[-1]["sort"]
    assert "diversity" not in visit.searches[-1]


def test_more_and_less_like_a_product(visit: Visit) -> None:
    """The first begins anew with the product, the second pushes its kind away."""
    visit.search("red dress")
    first = visit.page.locator(".hit").first.get_attribute("data-id")

    with visit.page.expect_response("**/search"):
        visit.page.get_by_role("button", name="More like red dress").first.click()
    visit.settle()
    more = visit.searches[-1]
    other = visit.page.locator(".hit").first.get_attribute("data-id")
    with visit.page.expect_response("**/search"):
        visit.page.locator(".hit").first.get_by_role("button", name="Less like").click()

    assert [first] == more["like"]
    assert "text" not in more
    assert ([first], [other]) == (visit.searches[-1]["like"], visit.searches[-1]["not"]["like"])
    expect(visit.page.get_by_role("list", name="Searching by")).to_contain_text("red dress")


def test_pages_follow_one_another(visit: Visit) -> None:
    """60 products on three pages of 24."""
    first = visit.titles
    with visit.page.expect_response("**/search"):
        visit.page.get_by_role("button", name="Next").click()
    visit.settle()
    with visit.page.expect_response("**/search"):
        visit.page.get_by_role("button", name="Next").click()
    visit.settle()

    assert (24, 12) == (len(first), len(visit.titles))
    expect(visit.page.get_by_role("button", name="Next")).to_be_disabled()
    expect(visit.page.get_by_text("49–60")).to_be_visible()


def test_the_request_can_be_copied(visit: Visit) -> None:
    """As JSON what was sent, as curl, and as the cluster's own requests."""
    visit.search("red dress")
    page = visit.page

    page.get_by_text("The request, to copy").click()
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text('"text": "red dress"')
    shown = json.loads(panel.inner_text())
    page.get_by_role("tab", name="curl").click()
    expect(panel).to_contain_text("curl http")
    page.get_by_role("tab", name="DSL").click()

    expect(panel).to_contain_text("multi_match")
    assert visit.searches[-1] == shown


def test_the_address_brings_a_search_back(visit: Visit, browser: Browser) -> None:
    """Words and filters, for a bookmark or a friend."""
    visit.search("red dress")
    with visit.page.expect_response("**/search"):
        visit.page.get_by_role("checkbox", name="red").check()
    visit.settle()

    again = Visit(browser, visit.page.url)
    again.page.wait_for_selector(".hit")
    titles = again.titles
    again.context.close()

    assert visit.titles == titles


def test_an_address_that_was_tampered_with_is_read_as_far_as_it_goes(
    browser: Browser, server: Server
) -> None:
    """Words stay, nonsense is left out, and nothing of it becomes markup."""
    nonsense = "filters=5&ranges=[]&like={}&weights=x&page=-1&less=[{%22id%22:5}]&photo=1"
    visit = Visit(browser, f"{server.url}/?text=<img src=x onerror=alert(1)>&{nonsense}")
    visit.page.wait_for_selector(".hit, #empty:not([hidden])")

    asked = visit.searches[-1]
    visit.context.close()

    assert ("<img src=x onerror=alert(1)>", {"text", "facets", "size", "highlight", "explain"}) == (
        asked["text"],
        set(asked),
    )
    assert [] == visit.complaints


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
    expect(page.get_by_role("option", name="red shirt")).to_be_visible()
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


def test_a_degraded_answer_says_so(browser: Browser, shop: Shelf) -> None:
    """Words find by keyword while the models are away."""

    def no_encoder(contract: IndexContract) -> Encoder:
        raise EncodingError("The models are away: bring them back.")

    with run_server(shelf_app(shop, encoder_for=no_encoder)) as server:
        visit = Visit(browser, f"{server.url}/?text=red+dress")
        notice = visit.page.get_by_role("alert")

        expect(notice).to_contain_text("The models are away")
        assert "red dress" == visit.titles[0]
        visit.context.close()


def test_a_key_is_asked_for_once(
    browser: Browser, shop: Shelf, pictures: Path, tmp_path: Path
) -> None:
    """And sent with every request, pictures included."""
    secret = create_key(tmp_path / "keys.json", "shop")
    app = shelf_app(shop, keys=KeyRing(tmp_path / "keys.json"), pictures=LocalPictures([pictures]))
    with run_server(app) as server:
        visit = Visit(browser, server.url)
        visit.page.get_by_label("This server asks for a key.").fill(secret)
        visit.page.get_by_role("button", name="Use it").click()
        visit.page.wait_for_selector(".hit")

        picture = visit.page.locator(".hit img").first
        expect(picture).to_have_js_property("naturalWidth", 90)
        visit.context.close()


def test_a_picture_outside_the_roots_is_not_shown(shop: Shelf, server: Server) -> None:
    """404, whatever the path; and a thumbnail is a JPEG that no browser guesses about."""
    escaping = {"p0": {"image": "../../etc/hostname"}, "p1": {"image": "https://evil.example/a"}}
    index = shop.index
    sources = {name: {**shop.sources[name], **change} for name, change in escaping.items()}
    kept = {name: {**shop.sources[name], "image": "red.png"} for name in escaping}
    write(shop.cluster, index, shop.contract, sources, shop.vectors)

    answers = [
        server.pool.request("GET", f"{server.url}/indexes/{index}/picture/{name}")
        for name in ("p0", "p1", "nosuch", "p2")
    ]
    write(shop.cluster, index, shop.contract, kept, shop.vectors)

    assert [404, 404, 404, 200] == [answer.status for answer in answers]
    assert "nosniff" == answers[-1].headers["x-content-type-options"]
    assert b"\xff\xd8\xff" == answers[-1].data[:3]
