"""The page at the end of the demonstration."""

import pytest
import urllib3
from shelf import Shelf

from diptych.errors import UnavailableError
from diptych.plugin.demo.page import ServedPage
from diptych.settings import Settings

pytestmark = pytest.mark.integration


def test_the_page_is_there_when_its_address_is_told(
    settings: Settings, shelf: Shelf, encoder_url: str
) -> None:
    """And gone when the demonstration ends."""
    page = ServedPage(settings.model_copy(update={"encoder_url": encoder_url}), shelf.index)
    try:
        page.wait()
        answer = urllib3.request("GET", page.url, headers={"accept": "text/html"}, retries=False)
    finally:
        page.stop()

    assert b"<title>Diptych</title>" in answer.data
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", page.url, retries=False)


def test_a_server_that_cannot_start_is_one_sentence(settings: Settings) -> None:
    """With the log to look at."""
    page = ServedPage(settings, "nosuch")

    with pytest.raises(
        UnavailableError, match=r"The serve that was started here ended .*serve\.log"
    ):
        page.wait()

    page.stop()
