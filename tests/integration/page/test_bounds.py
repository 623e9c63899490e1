"""What the page loads, shows and asks for where something is missing or not allowed."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from serving import Server, run_server, shelf_app
from shelf import Shelf, write
from visiting import Visit

from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.errors import EncodingError
from diptych.ingest.pictures import LocalPictures
from diptych.plugin.serve.key_file import create_key
from diptych.plugin.serve.keys import KeyRing

pytestmark = pytest.mark.integration


def test_everything_comes_from_this_server(visit: Visit, server: Server) -> None:
    """No font, script or picture of anybody else's; and the pictures are there."""
    picture = visit.page.locator(".hit img").first
    expect(picture).to_have_js_property("naturalWidth", 90)

    assert [] == [url for url in visit.addresses if not url.startswith(server.url)]


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
