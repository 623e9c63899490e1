"""What a query demands of a document beside the shopper's text.

The result is a filter that every document must pass which only the vectors found. A clause with
the shopper's text demands nothing of it; every other clause stands for itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diptych.client import Json
from diptych.query.dropin.clauses import (
    BY_VECTOR,
    InseparableError,
    TextFields,
    compound,
    members,
    scoring_children,
    split,
    strings,
    without_inner_hits,
)
from diptych.query.dropin.words import BY_TEXT, normal, text_leaf

#: Clauses that compare values, or score by something else than words.
_LEAVES = frozenset(
    (
        *("term", "terms", "terms_set", "range", "exists", "ids", "type", "match_none"),
        *("prefix", "wildcard", "regexp", "fuzzy", "constant_score", "script"),
        *("geo_bounding_box", "geo_distance", "geo_polygon", "geo_shape", "geo_grid", "shape"),
        *("xy_shape", "rank_feature", "distance_feature"),
    )
)
_NUMBER = re.compile(r"\s*-?\d+\s*")
_PERCENT = re.compile(r"\s*(-?\d+)%\s*")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Relaxes clauses for one text; None stands for a clause that demands nothing."""

    text: str | None
    fields: TextFields

    def relax(self, clause: object) -> Json | None:
        kind, body = split(clause)
        if kind == "match_all":
            return None
        if kind in BY_VECTOR:
            raise InseparableError(f"the query searches by {kind} already")
        if kind in _LEAVES:
            return verbatim(clause)
        leaf = text_leaf(kind, body, self.fields)
        if leaf is not None and self._is_shoppers(leaf.text):
            return None
        if kind in BY_TEXT:
            return verbatim(clause)
        if kind == "bool":
            return self._relax_bool(compound(kind, body))
        if kind == "dis_max":
            return self._some_of([self.relax(child) for child in scoring_children(kind, body)], 1)
        if kind in ("function_score", "script_score", "boosting"):
            return self._relax_scored(kind, compound(kind, body))
        if kind == "nested":
            return self._relax_nested(compound(kind, body))
        return self._opaque(kind, clause)

    def _is_shoppers(self, text: str) -> bool:
        return normal(text) in (self.text, "")

    def _relax_bool(self, body: Json) -> Json | None:
        if body.get("adjust_pure_negative") is False:
            raise InseparableError("a bool clause sets adjust_pure_negative")
        must = [self.relax(child) for child in members(body, "must")]
        should = [self.relax(child) for child in members(body, "should")]
        demanded = [clause for clause in must if clause is not None]
        demanded += [verbatim(child) for child in members(body, "filter")]
        has_required = bool(must or members(body, "filter"))
        chosen = self._some_of(should, _required(body, len(should), has_required=has_required))
        demanded += [] if chosen is None else [chosen]
        return joined(demanded, [verbatim(child) for child in members(body, "must_not")])

    def _some_of(self, clauses: Sequence[Json | None], least: int) -> Json | None:
        """At least so many of the clauses, of which those that demand nothing hold anyway."""
        rest = [clause for clause in clauses if clause is not None]
        least -= len(clauses) - len(rest)
        if least <= 0:
            return None
        if least > len(rest):
            return {"match_none": {}}
        return {"bool": {"should": rest, "minimum_should_match": least}}

    def _relax_scored(self, kind: str, body: Json) -> Json | None:
        """A clause that changes the score of the one within."""
        if body.get("min_score") is not None:
            raise InseparableError(f"a {kind} clause has a min_score of its own")
        return joined([self.relax(child) for child in scoring_children(kind, body)], [])

    def _relax_nested(self, body: Json) -> Json | None:
        inner = [self.relax(child) for child in scoring_children("nested", body)]
        if not inner or inner[0] is None:
            return None
        kept = {name: body[name] for name in ("path", "ignore_unmapped") if name in body}
        return {"nested": {**kept, "query": inner[0]}}

    def _opaque(self, kind: str, clause: object) -> Json:
        """A clause that is not looked into holds, as long as the shopper's text is not in it."""
        if kind == "wrapper" or (
            self.text and any(self.text in normal(found) for found in strings(clause))
        ):
            raise InseparableError(f"the text stands in a clause {kind!r}")
        return verbatim(clause)


def constraints(query: object, *, text: str | None, fields: TextFields) -> Json | None:
    """The filter that the query amounts to without the shopper's text; None demands nothing.

    Args:
        query: a clause, or None, which every document matches.
        text: the shopper's text, as `find_text` found it.

    Raises:
        InseparableError: the demands cannot be told from the text.
    """
    if query is None:
        return None
    return _Reader(None if text is None else normal(text), fields).relax(query)


def joined(demanded: Sequence[Json | None], refused: Sequence[Json]) -> Json | None:
    """One clause for all that must hold and all that must not; None where there is nothing."""
    held = [clause for clause in demanded if clause is not None]
    if len(held) == 1 and not refused:
        return held[0]
    clauses = {"filter": held, "must_not": list(refused)}
    found = {name: listed for name, listed in clauses.items() if listed}
    return {"bool": found} if found else None


def verbatim(clause: Any) -> Json:
    """The clause as it is, but for what it fetches."""
    split(clause)
    copied: Json = without_inner_hits(clause)
    return copied


def _required(body: Json, n_should: int, *, has_required: bool) -> int:
    """How many of the `should` clauses must match.

    At least one of them where nothing else must (Lucene's BooleanQuery); the forms are those of
    `Queries.calculateMinShouldMatch` (OpenSearch, Elasticsearch).

    Raises:
        InseparableError: a combination such as `2<75%`.
    """
    if not n_should and not has_required:
        # What is left refuses at most, and then the engines do not count.
        return 0
    given = body.get("minimum_should_match")
    least = 0 if given is None else _count(given, n_should)
    return max(least, 0 if has_required else 1)


def _count(given: object, n_should: int) -> int:
    text = str(given)
    percent = _PERCENT.fullmatch(text)
    if percent is not None:
        part = n_should * abs(int(percent[1])) // 100
        return n_should - part if int(percent[1]) < 0 else part
    if isinstance(given, bool | float) or not _NUMBER.fullmatch(text):
        raise InseparableError(f"minimum_should_match {given!r} is more than a number")
    number = int(text)
    return n_should + number if number < 0 else number
