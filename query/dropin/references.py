"""Indexes that a body reads beside the one that it searches."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import orjson

from diptych.errors import UsageError

#: Deeper than any query that the engines take (`indices.query.bool.max_nested_depth` is 20 or 30,
#: and every level of a query is two of JSON).
MAX_DEPTH = 100

#: What stands beside `index` where it names one to read from: in a terms lookup, an indexed shape,
#: a percolated document.
_LOOKUP = frozenset(("id", "path", "query"))


def named_indexes(body: Any) -> Iterator[str]:
    """The names of indexes that parts of a body are read from.

    Terms lookups, indexed shapes, percolated documents, documents to be like, pinned documents and
    lookup fields; also within a `wrapper`, whose content has to be JSON.

    Raises:
        UsageError: the body is nested too deep to be read, or a wrapper holds something else.
    """
    stack: list[tuple[Any, int]] = [(body, 0)]
    while stack:
        value, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise UsageError(f"The body is nested over {MAX_DEPTH} levels deep: make it flatter.")
        if isinstance(value, dict):
            yield from _named(value)
            if "wrapper" in value:
                stack.append((_unwrapped(value["wrapper"]), depth + 1))
            stack += [(below, depth + 1) for below in value.values()]
        elif isinstance(value, list):
            stack += [(below, depth + 1) for below in value]


def _named(value: dict[str, Any]) -> Iterator[str]:
    for key, is_read in (
        ("index", bool(_LOOKUP & value.keys())),
        ("_index", "_id" in value or "doc" in value),
        ("target_index", True),
    ):
        if is_read and isinstance(value.get(key), str):
            yield value[key]


def _unwrapped(wrapper: Any) -> Any:
    try:
        found = wrapper["query"] if isinstance(wrapper, dict) else wrapper
        return orjson.loads(base64.b64decode(found, validate=True))
    except (binascii.Error, KeyError, TypeError, ValueError) as err:
        raise UsageError(
            "The body holds a wrapper whose query is not JSON in base64: write the query itself."
        ) from err
