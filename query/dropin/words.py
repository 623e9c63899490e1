"""The shopper's text within a query of the engine's language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from diptych.query.dropin.clauses import (
    BY_VECTOR,
    InseparableError,
    TextFields,
    scoring_children,
    split,
)

_ONE_FIELD = frozenset(("match", "match_phrase", "match_phrase_prefix", "match_bool_prefix"))
_MANY_FIELDS = frozenset(("multi_match", "combined_fields"))
_PARSED = frozenset(("simple_query_string", "query_string"))
#: Clauses that score text on analysed fields, and compare values on all others.
BY_TEXT = _ONE_FIELD | _MANY_FIELDS | _PARSED

#: What the parsers read as more than words. `simple_query_string` knows + | " ( ) anywhere, and
#: - at the start of a word, * at its end, ~ after it; backslash quotes.
_SIMPLE_SYNTAX = re.compile(r'[+|"()*~\\]|(?:^|\s)-')
#: Lucene's classic grammar: TERM_START_CHAR and TERM_CHAR of QueryParser.jj, and the operators
#: in capitals.
_QUERY_SYNTAX = re.compile(
    r'[(){}\[\]^"~*?:\\/<>=!|&]|(?:^|\s)[-+]|(?:^|\s)(?:AND|OR|NOT|TO)(?:\s|$)'
)


@dataclass(frozen=True, slots=True)
class TextLeaf:
    """A clause that scores text; `is_searched` where vectors are made from one of its fields."""

    text: str
    is_searched: bool


def text_leaf(kind: str, body: object, fields: TextFields) -> TextLeaf | None:
    """What a clause searches for, where it scores text; None where it compares exact values.

    Raises:
        InseparableError: its text has operators, so it may hold constraints as well.
    """
    if not isinstance(body, dict):
        return None
    if kind in _ONE_FIELD:
        return _of_one_field(body, fields)
    if kind in _MANY_FIELDS:
        return _of_many_fields(body, body.get("fields"), fields)
    if kind not in _PARSED:
        return None
    syntax = _SIMPLE_SYNTAX if kind == "simple_query_string" else _QUERY_SYNTAX
    if syntax.search(str(body.get("query"))):
        raise InseparableError(f"the text of a {kind} has operators")
    return _of_many_fields(body, body.get("fields", body.get("default_field")), fields)


def _of_one_field(body: dict[str, object], fields: TextFields) -> TextLeaf | None:
    if len(body) != 1:
        return None
    name, options = next(iter(body.items()))
    text = options.get("query") if isinstance(options, dict) else options
    if not isinstance(text, str) or not fields.has_text(name):
        return None
    return TextLeaf(text, fields.has_searched(name))


def _of_many_fields(body: dict[str, object], named: object, fields: TextFields) -> TextLeaf | None:
    text = body.get("query")
    patterns = ["*"] if named is None else named if isinstance(named, list) else [named]
    known = [pattern for pattern in patterns if isinstance(pattern, str)]
    if not isinstance(text, str) or not any(fields.has_text(pattern) for pattern in known):
        return None
    return TextLeaf(text, any(fields.has_searched(pattern) for pattern in known))


def normal(text: str) -> str:
    """The text as two clauses that search for the same have it in common."""
    return " ".join(text.split()).casefold()


def find_text(query: object, fields: TextFields) -> str | None:
    """The one text that a query scores by, as it was written first; None where it scores by none.

    Where there are several, those on fields that vectors are made from are the shopper's, and the
    others are constraints.

    Raises:
        InseparableError: there are several all the same, or one has operators.
    """
    leaves = [leaf for leaf in text_leaves(query, fields) if normal(leaf.text)]
    found = _distinct(leaves)
    if len(found) > 1:
        found = _distinct([leaf for leaf in leaves if leaf.is_searched])
        if len(found) != 1:
            raise InseparableError("the query holds several texts; name one in ext.diptych.text")
    return next(iter(found.values()), None)


def text_leaves(query: object, fields: TextFields) -> Iterator[TextLeaf]:
    """Every clause that scores text, whether it must match or may.

    Raises:
        InseparableError: a clause cannot be read, or searches by vectors itself.
    """
    if query is None:
        return
    kind, body = split(query)
    if kind in BY_VECTOR:
        raise InseparableError(f"the query searches by {kind} already")
    leaf = text_leaf(kind, body, fields)
    if leaf is not None:
        yield leaf
    for child in scoring_children(kind, body):
        yield from text_leaves(child, fields)


def _distinct(leaves: list[TextLeaf]) -> dict[str, str]:
    found: dict[str, str] = {}
    for leaf in leaves:
        found.setdefault(normal(leaf.text), leaf.text.strip())
    return found
