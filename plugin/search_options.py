"""Flags that all commands share which make a search, and the one way from them to a request."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from diptych.query.request import SearchRequest

_IDS: Mapping[str, object] = {"multiple": True, "metavar": "ID"}
_FILE = click.Path(path_type=Path)

#: Field of `SearchRequest` -> its flag, and what click has to know of it.
_FLAGS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "image": ("--image", {"type": _FILE, "help": "File of a photo to search by."}),
    "like": ("--like", {**_IDS, "help": "Product whose neighbours are wanted."}),
    "not_text": ("--not", {"metavar": "TEXT", "help": "What the hits should not be or show."}),
    "not_image": ("--not-image", {"type": _FILE, "help": "Photo of what is not wanted."}),
    "not_like": ("--not-like", {**_IDS, "help": "Product whose neighbours are not wanted."}),
    "prefer": ("--prefer", {**_IDS, "help": "Product that this shopper liked."}),
    "avoid": ("--avoid", {**_IDS, "help": "Product that this shopper disliked."}),
    "filters": (
        "--filter",
        {
            "multiple": True,
            "metavar": "FIELD=VALUE",
            "help": "Only products with this value, or in a range (price>=10); several values of "
            "one field are alternatives.",
        },
    ),
    "weights": (
        "--weights",
        {
            "metavar": "NAME=NUMBER,..",
            "help": "Of keywords, text, image, agreement; one left out keeps its default.",
        },
    ),
    "profile": (
        "--profile",
        {"metavar": "NAME", "help": "Of the index's tuned weights; `none` for the built-in ones."},
    ),
    "blending": (
        "--blending",
        {"metavar": "METHOD", "help": "min_max, z_score, rrf:60 or bounds:0,12,0,1."},
    ),
    "sort": (
        "--sort",
        {"multiple": True, "metavar": "FIELD", "help": "Order by a field; -FIELD: highest first."},
    ),
    "collapse": ("--collapse", {"metavar": "FIELD", "help": "Each value of the field once."}),
    "diversity": ("--diversity", {"type": float, "help": "0 to 1: how unlike the hits should be."}),
    "boosts": (
        "--boost",
        {
            "multiple": True,
            "metavar": "BOOST",
            "help": "brand=Acme:0.2, sold/100:0.1 (half of 0.1 at 100 sold) or "
            "released~now,30d:0.1 (half of 0.1 after 30 days).",
        },
    ),
    "rerank": (
        "--rerank",
        {"type": int, "metavar": "N", "help": "Order the first N hits anew by a cross-encoder."},
    ),
    "pinned": ("--pin", {**_IDS, "help": "Product shown first, if it passes the filters."}),
    "buried": ("--bury", {**_IDS, "help": "Product shown last."}),
    "min_score": ("--min-score", {"type": float, "help": "Leave out lower scores."}),
    "size": ("--size", {"type": int, "help": "Hits on the page, 1 to 200.  [default: 10]"}),
    "from_": ("--from", {"type": int, "help": "Hits before the page.  [default: 0]"}),
    "facets": (
        "--facet",
        {"multiple": True, "metavar": "FIELD", "help": "Count its values; FIELD:5 counts five."},
    ),
    "highlight": ("--highlight", {"is_flag": True, "help": "Show where the words stand."}),
    "explain": ("--explain", {"is_flag": True, "help": "Split each score into its parts."}),
    "source_fields": ("--source-field", {"multiple": True, "help": "Show only these fields."}),
    "timeout_s": ("--budget", {"type": float, "help": "Seconds that the search may take."}),
}

#: What is wanted and what is not, beside the words.
SAYING = ("image", "like", "not_text", "not_image", "not_like", "prefer", "avoid")
#: What narrows and orders the hits.
ORDERING = (
    "filters",
    "weights",
    "profile",
    "blending",
    "sort",
    "collapse",
    "diversity",
    "boosts",
    "rerank",
    "pinned",
    "buried",
    "min_score",
)
#: What is shown of them.
SHOWING = ("size", "from_", "facets", "highlight", "explain", "source_fields", "timeout_s")


class MakeRequest(Protocol):
    """Makes the request that the flags mean."""

    def __call__(self, *, text: str | None = None, like: tuple[str, ...] = ()) -> "SearchRequest":
        """The request, with what the command's arguments add.

        Raises:
            UsageError: a flag that cannot be read or used.
        """
        ...


def search_options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the flags of the named fields of `SearchRequest`, as one `make_request`."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def command(*settings: object, **arguments: object) -> None:
            flags = {name: arguments.pop(f"wanted_{name}") for name in names}
            function(*settings, make_request=functools.partial(_request, flags), **arguments)

        wrapped: Callable[..., None] = command
        for name in reversed(names):
            flag, attributes = _FLAGS[name]
            wrapped = click.option(flag, f"wanted_{name}", **attributes)(wrapped)  # type: ignore[arg-type]
        return wrapped

    return decorate


def _request(
    flags: Mapping[str, object], *, text: str | None = None, like: tuple[str, ...] = ()
) -> "SearchRequest":
    from diptych.query.request import SearchRequest

    read = _readers()
    given = {name: value for name, value in flags.items() if value not in (None, ())}
    wanted = {name: read[name](value) if name in read else value for name, value in given.items()}
    named = wanted.pop("like", ())
    return SearchRequest(text=text, like=(*like, *named), **wanted)  # type: ignore[misc,arg-type]


def _readers() -> Mapping[str, Callable[..., object]]:
    from diptych.query.criteria import parse_facet, parse_filter, parse_sort
    from diptych.query.weights import parse_weights
    from diptych.query.written import parse_blending, parse_boost

    return {
        "image": _read_file,
        "not_image": _read_file,
        "filters": _each(parse_filter),
        "weights": parse_weights,
        "blending": parse_blending,
        "sort": _each(parse_sort),
        "boosts": _each(parse_boost),
        "facets": _each(parse_facet),
    }


def _each(read: Callable[[str], object]) -> Callable[[tuple[str, ...]], tuple[object, ...]]:
    return lambda texts: tuple(read(text) for text in texts)


def _read_file(file: Path) -> bytes:
    from diptych.errors import UsageError
    from diptych.images import MAX_IMAGE_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_IMAGE_BYTES + 1)
    except OSError as err:
        raise UsageError(
            f"The photo {str(file)!r} cannot be read ({err.strerror}): name a file."
        ) from err
