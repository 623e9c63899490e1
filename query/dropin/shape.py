"""`filter_path`: the parts of an answer that a client wants, as both engines read it."""

import re
from collections.abc import Sequence
from typing import Any

#: Names on the way to a part; `*` stands for any letters, `**` for any way.
_Way = tuple[str, ...]
_NOTHING = object()


def pick(answer: Any, filter_path: str) -> Any:
    """The parts that the comma-separated ways lead to, less those behind a `-`.

    Lists are passed through, and what is left empty is left out.
    """
    ways = [part.strip() for part in filter_path.split(",") if part.strip()]
    unwanted = [tuple(way[1:].split(".")) for way in ways if way.startswith("-")]
    wanted = [tuple(way.split(".")) for way in ways if not way.startswith("-")]
    left = _without(answer, unwanted) if unwanted else answer
    found = _only(left, wanted) if wanted else left
    return {} if found is _NOTHING else found


def _only(value: Any, ways: Sequence[_Way]) -> Any:
    if any(not way or way == ("**",) for way in ways):
        return value
    if isinstance(value, list):
        items = [item for item in (_only(item, ways) for item in value) if item is not _NOTHING]
        return items or _NOTHING
    if not isinstance(value, dict):
        return _NOTHING
    picked = {
        name: found
        for name, below in value.items()
        if (found := _only(below, _onwards(ways, name))) is not _NOTHING
    }
    return picked or _NOTHING


def _without(value: Any, ways: Sequence[_Way]) -> Any:
    if any(not way or way == ("**",) for way in ways):
        return _NOTHING
    if isinstance(value, list):
        return [item for item in (_without(item, ways) for item in value) if item is not _NOTHING]
    if not isinstance(value, dict):
        return value
    return {
        name: left
        for name, below in value.items()
        if (left := _without(below, _onwards(ways, name))) is not _NOTHING
    }


def _onwards(ways: Sequence[_Way], name: str) -> list[_Way]:
    """What is left of the ways that lead through a name."""
    found: list[_Way] = []
    for way in ways:
        if way[0] == "**":
            found += [way, *_onwards([way[1:]], name)]
        elif re.fullmatch(re.escape(way[0]).replace(r"\*", ".*"), name):
            found.append(way[1:])
    return found
