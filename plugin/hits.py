"""Hits as a table for people."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from diptych.contract import IndexContract
from diptych.query.response import Hit, SearchResponse

#: Other fields beside the title: as many as fit, none longer than this.
_MAX_FIELDS = 3
_MAX_CHARACTERS = 24


def hits_table(
    response: SearchResponse, contract: IndexContract, *, title: str | None = None
) -> Table:
    """Rank, id, score, first text field and short fields; the parts of explained scores.

    Args:
        title: printed above the table.
    """
    table = Table(title=None if title is None else plain(title), title_justify="left")
    title_field = next(iter(contract.text_fields), "title")
    others = _short_fields(response.hits, hidden={"id", *contract.input_fields})
    parts = _part_names(response.hits)
    marks = any(hit.highlight for hit in response.hits)
    table.add_column("#", justify="right")
    table.add_column("id", no_wrap=True)
    table.add_column("score", justify="right")
    table.add_column(title_field, ratio=1)
    if marks:
        table.add_column("matches", ratio=1)
    for name in others:
        table.add_column(name, no_wrap=True)
    for name in parts:
        table.add_column(name, justify="right")
    for rank, hit in enumerate(response.hits, 1):
        table.add_row(
            str(rank),
            plain(hit.id),
            f"{hit.score:.3f}",
            plain(hit.source.get(title_field, "")),
            *([_marked(hit)] if marks else []),
            *(plain(hit.source.get(name, "")) for name in others),
            *(_part(hit, name) for name in parts),
        )
    return table


def timing(response: SearchResponse) -> str:
    """`12 of 288 found in 15 ms (4 ms for the query vector)`."""
    shown = f"{len(response.hits)} of {response.total:,} found in {response.took_ms:.0f} ms"
    return f"{shown} ({response.encode_ms:.0f} ms for the query vector)"


def facet_lines(response: SearchResponse) -> list[Text]:
    """`colour: red 12, blue 8` for each facet."""
    return [
        plain(f"{field}: {', '.join(f'{value.value} {value.count:,}' for value in values) or '-'}")
        for field, values in response.facets.items()
    ]


def plain(value: Any) -> Text:
    """The value's text without control characters: a product must not steer the terminal."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return Text("".join(char if char.isprintable() else " " for char in text))


def _marked(hit: Hit) -> Text:
    """The first passage of each field, what matched in bold."""
    passages = [marked[0] for marked in (hit.highlight or {}).values()]
    shown = Text()
    for place, piece in enumerate(re.split("</?em>", " … ".join(passages))):
        text = plain(html.unescape(piece))
        shown.append_text(text if place % 2 == 0 else Text(text.plain, style="bold"))
    return shown


def _short_fields(hits: Sequence[Hit], hidden: set[str]) -> list[str]:
    """Fields that every hit has and whose values are short, by name: answers have no order."""
    if not hits:
        return []
    names = sorted(set(hits[0].source) - hidden)
    return [name for name in names if all(_is_short(hit.source.get(name)) for hit in hits)][
        :_MAX_FIELDS
    ]


def _is_short(value: object) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) <= _MAX_CHARACTERS


def _part_names(hits: Iterable[Hit]) -> list[str]:
    names: dict[str, None] = {}
    for hit in hits:
        names |= dict.fromkeys(() if hit.explain is None else hit.explain.parts)
    return list(names)


def _part(hit: Hit, name: str) -> str:
    value = None if hit.explain is None else hit.explain.parts.get(name)
    return "" if value is None else f"{value:.3f}"
