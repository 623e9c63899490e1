"""A small shop with pictures, its server, and Chromium."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from judging import QUERIES
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright
from serving import Server, run_server, shelf_app
from shelf import Shelf, run_shelf, write
from visiting import Visit

from diptych.client import Cluster
from diptych.ingest.pictures import LocalPictures
from diptych.settings import load_settings

N_PRODUCTS = 60


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


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """A visit on a wide screen; it must end without a complaint of the browser."""
    visit = Visit(browser, server.url)
    visit.page.wait_for_selector(".hit")
    yield visit
    visit.context.close()
    assert [] == visit.complaints


@pytest.fixture
def judging(browser: Browser, server: Server) -> Iterator[Visit]:
    """A visit to the judging page; it must end without a complaint of the browser."""
    visit = Visit(browser, f"{server.url}/judge")
    expect(visit.page.locator("#empty")).to_contain_text("Load a query set")
    yield visit
    visit.context.close()
    assert [] == visit.complaints


@pytest.fixture
def query_set(tmp_path: Path) -> Path:
    """Three queries as `diptych eval` reads them, and the photo of the third."""
    file = tmp_path / "queries.ndjson"
    file.write_text("".join(f"{json.dumps(query)}\n" for query in QUERIES), "utf-8")
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (80, 80), "red").save(tmp_path / "photos/red.png")
    return file
