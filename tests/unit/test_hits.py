"""Hits as a table."""

from rich.console import Console
from shelf import make_contract

from diptych.plugin.hits import hits_table, plain, timing
from diptych.query.response import Explanation, Hit, SearchResponse
from diptych.testing import FakeEncoder


def _print(response: SearchResponse) -> str:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(hits_table(response, make_contract(FakeEncoder())))
    return capture.get()


def test_a_table_holds_the_title_and_short_fields() -> None:
    """Neither the id twice, nor the picture's path, nor what is long or a structure."""
    source = {
        "id": "p1",
        "title": "Red dress",
        "image": "a/b.jpg",
        "brand": "Ada",
        "story": "x" * 25,
        "sizes": {"eu": 38},
    }
    printed = _print(SearchResponse((Hit("p1", 0.5, source),), total=1, took_ms=3))

    header = printed.splitlines()[1]
    names = [name.strip() for name in header.strip("┃").split("┃")]
    assert ["#", "id", "score", "title", "brand"] == names
    assert "0.500" in printed


def test_an_explained_score_has_a_column_for_each_part() -> None:
    """A part that a hit lacks, as without a vector, is left blank."""
    hits = (
        Hit("a", 0.5, {"title": "A"}, explain=Explanation({"keywords": 0.125, "text": 0.375})),
        Hit("b", 0.25, {"title": "B"}, explain=Explanation({"keywords": 0.25})),
    )

    printed = _print(SearchResponse(hits, total=2, took_ms=3))

    assert "0.375" in printed
    assert ["keywords", "text"] == printed.splitlines()[1].replace("┃", " ").split()[-2:]


def test_hostile_text_does_not_steer_the_terminal() -> None:
    """Escape sequences and markup of a product are shown as text."""
    assert " [31m[bold]red" == plain("\x1b[31m[bold]red").plain


def test_timing_tells_the_share_of_the_encoder() -> None:
    """The total is grouped by thousands."""
    response = SearchResponse((), total=12_000, took_ms=15.4, encode_ms=4.2)

    assert "0 of 12,000 found in 15 ms (4 ms for the query vector)" == timing(response)
