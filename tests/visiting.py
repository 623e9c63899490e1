"""A shopper's visit to the page, in a real browser."""

import json
from typing import Any

from playwright.sync_api import Browser, Page, Request, expect


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
