"""What a person does on the judging page, in a real browser."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

CARD = "#hits .hit"
HOSTILE = "<img src=x onerror=document.title='taken'>"
#: Neither the words nor the filters of a query may be lost on the way.
QUERIES: list[dict[str, Any]] = [
    {"id": "1", "text": "red dress", "relevant": {"p0": 2, "gone": 1.5}},
    {"id": "2", "like": "p1", "not": "striped", "filters": {"price": {"lte": 15}}},
    {"id": "3", "image": "photos/red.png", "text": HOSTILE},
]


def load(page: Page, file: Path) -> None:
    """Choose a query set, and wait for the hits of its first query."""
    page.locator("#file").set_input_files(file)
    expect(page.locator("#loaded")).not_to_be_empty()
    settle(page)


def settle(page: Page) -> None:
    """Wait until there are hits to grade."""
    expect(page.locator("#empty")).to_be_hidden()
    page.wait_for_selector(CARD)


def card(page: Page, name: str) -> Locator:
    """The card of a document."""
    return page.locator(f'{CARD}[data-id="{name}"]')


def pressed(page: Page, name: str) -> Locator:
    """The button of the grade that a document has."""
    return card(page, name).locator("[aria-pressed=true]")


def ids(page: Page) -> list[str]:
    """Ids of the documents on the page, in their order."""
    return [
        name or "" for name in page.locator(CARD).evaluate_all("all => all.map(n => n.dataset.id)")
    ]


def download(page: Page, folder: Path) -> list[Any]:
    """The lines of the file that the page writes, kept as `judged.ndjson` in the folder."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the grades").click()
    download.value.save_as(folder / "judged.ndjson")
    lines = (folder / "judged.ndjson").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]
