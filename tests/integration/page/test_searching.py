"""What a shopper does on the page, and what it sends."""

import base64
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from serving import run_server
from shelf import Shelf
from visiting import Visit

from diptych.client import path
from diptych.ingest.pictures import LocalPictures
from diptych.plugin.serve.app import make_app
from diptych.plugin.serve.gate import Gate
from diptych.plugin.serve.service import Service

pytestmark = pytest.mark.integration


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

    assert {"keywords": 0.25, "text": 0.15, "image": 0.85, "agreement": 0} == moved
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


def test_back_takes_back_one_step_and_forward_brings_it_again(visit: Visit) -> None:
    """After "More like" and a page turned: not the whole visit."""
    page = visit.page
    visit.search("red dress")
    found = visit.titles
    first = page.locator(".hit").first.get_attribute("data-id")
    for name in ("More like red dress", "Next"):
        with page.expect_response("**/search"):
            page.get_by_role("button", name=name).first.click()
        visit.settle()

    steps = [visit.searches[-1]]
    for step in (page.go_back, page.go_back, page.go_forward, page.go_back):
        with page.expect_response("**/search"):
            step()
        visit.settle()
        steps.append(visit.searches[-1])

    asked = [(step.get("text"), step.get("like"), step.get("from")) for step in steps]
    like, words = (None, [first], None), ("red dress", None, None)
    assert [(None, [first], 24), like, words, like, words] == asked
    assert found == visit.titles
    expect(page.get_by_role("combobox", name="Words to search for")).to_have_value("red dress")


def test_a_photo_comes_back_with_its_step(visit: Visit) -> None:
    """Though no address holds it."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    photo = {"name": "photo.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page = visit.page
    with page.expect_response("**/search"):
        page.locator("#photo-file").set_input_files(photo)  # type: ignore[arg-type]
    visit.settle()
    sent = visit.searches[-1]["image"]

    with page.expect_response("**/search"):
        page.get_by_role("button", name="More like").first.click()
    visit.settle()
    with page.expect_response("**/search"):
        page.go_back()

    assert [False, True] == ["image" in search for search in visit.searches[-2:]]
    assert sent == visit.searches[-1]["image"]


def test_back_returns_to_the_index_before(browser: Browser, shop: Shelf, pictures: Path) -> None:
    """With the words that were searched for there."""
    other = f"{shop.index}-too"
    shop.cluster.call("PUT", path(shop.index, "_alias", other))
    service = Service(
        shop.cluster,
        shop.engine,
        [shop.index, other],
        lambda _: shop.encoder,
        pictures=LocalPictures([pictures]),
    )
    with run_server(make_app(service, Gate(service.indexes))) as server:
        visit = Visit(browser, server.url)
        visit.page.wait_for_selector(".hit")
        visit.search("red dress")
        chooser = visit.page.locator("#index")

        with visit.page.expect_response("**/search"):
            chooser.select_option(other)
        visit.settle()
        there = visit.searches[-1]
        with visit.page.expect_response(f"**/{shop.index}/search"):
            visit.page.go_back()

        expect(chooser).to_have_value(shop.index)
        visit.settle()
        visit.context.close()

    assert "text" not in there
    assert "red dress" == visit.searches[-1]["text"]
    assert [] == visit.complaints


def test_moving_one_slider_is_one_step(visit: Visit) -> None:
    """However many weights it passed through."""
    visit.search("red dress")
    slider = visit.page.get_by_role("slider", name="Keywords")
    for _ in range(3):
        with visit.page.expect_response("**/search"):
            slider.press("ArrowRight")

    with visit.page.expect_response("**/search"):
        visit.page.go_back()

    assert "weights" in visit.searches[-2]
    assert "weights" not in visit.searches[-1]
    assert "red dress" == visit.searches[-1]["text"]


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
