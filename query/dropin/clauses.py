"""Reads clauses of the engine's query language: their kind, their children, and text fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diptych.client import Json
from diptych.contract import IndexContract
from diptych.query.fields import TEXT_KINDS

_ANALYZED = TEXT_KINDS | {"search_as_you_type", "annotated_text"}
#: Subfields that a `search_as_you_type` field has without naming them in the mapping.
_GENERATED = re.compile(r"\.(_2gram|_3gram|_4gram|_index_prefix)$")

#: Clauses that search by vectors themselves.
BY_VECTOR = frozenset(
    ("knn", "hybrid", "neural", "neural_sparse", "semantic", "sparse_vector", "text_expansion")
)


class InseparableError(Exception):
    """Words and constraints of a body cannot be told apart; the text says where."""


@dataclass(frozen=True, slots=True)
class TextFields:
    """The fields of an index that hold analysed text.

    `names` are all of them, with dots; `searched` those that vectors are made from, and their
    subfields.
    """

    names: frozenset[str]
    searched: frozenset[str]

    def has_text(self, pattern: str) -> bool:
        """Whether a field name or pattern, a boost allowed, stands for analysed text."""
        return bool(_matching(pattern, self.names))

    def has_searched(self, pattern: str) -> bool:
        """Whether it stands for a field that vectors are made from."""
        return bool(_matching(pattern, self.searched))


def text_fields(contract: IndexContract, properties: Json) -> TextFields:
    """The text fields of an index by its mapping.

    Args:
        properties: the fields of the index's mapping.
    """
    aliases: dict[str, str] = {}
    names = set(_text_names("", properties, aliases))
    names |= {name for name, path in aliases.items() if path in names}
    own = set(contract.text_fields)
    searched = {
        name
        for name in names
        if aliases.get(name, name) in own or aliases.get(name, name).rpartition(".")[0] in own
    }
    return TextFields(frozenset(names), frozenset(searched))


def _text_names(prefix: str, properties: Json, aliases: dict[str, str]) -> Iterator[str]:
    for name, mapping in properties.items():
        dotted = f"{prefix}{name}"
        if mapping.get("type") == "alias":
            aliases[dotted] = mapping["path"]
        elif mapping.get("type") in _ANALYZED:
            yield dotted
        yield from _text_names(f"{dotted}.", mapping.get("properties", {}), aliases)
        yield from _text_names(f"{dotted}.", mapping.get("fields", {}), aliases)


def _matching(pattern: str, names: frozenset[str]) -> set[str]:
    name = _GENERATED.sub("", pattern.partition("^")[0])
    if "*" not in name:
        return {name} & names
    wanted = re.compile(re.escape(name).replace(r"\*", ".*"))
    return {known for known in names if wanted.fullmatch(known)}


def split(clause: object) -> tuple[str, Any]:
    """Kind and body of a clause.

    Raises:
        InseparableError: it is not an object with one key, and the engine will say so.
    """
    if not isinstance(clause, dict) or len(clause) != 1:
        raise InseparableError("a clause is not an object with one key")
    kind, body = next(iter(clause.items()))
    return kind, body


def members(body: Json, name: str) -> list[Any]:
    """The clauses under a key of a compound, which may hold one alone."""
    found = body.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def compound(kind: str, body: object) -> Json:
    """The body of a compound clause.

    Raises:
        InseparableError: it is no object.
    """
    if not isinstance(body, dict):
        raise InseparableError(f"the clause {kind!r} is not an object")
    return body


def scoring_children(kind: str, body: object) -> list[Any]:
    """The clauses within a compound clause that add to its score; none for any other clause."""
    if kind == "bool":
        found = compound(kind, body)
        return [*members(found, "must"), *members(found, "should")]
    if kind == "dis_max":
        return members(compound(kind, body), "queries")
    if kind in ("function_score", "script_score", "nested"):
        return members(compound(kind, body), "query")
    if kind == "boosting":
        return members(compound(kind, body), "positive")
    return []


def strings(value: object) -> Iterator[str]:
    """Every string within a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for below in value.values():
            yield from strings(below)
    elif isinstance(value, list):
        for below in value:
            yield from strings(below)


def without_inner_hits(value: Any) -> Any:
    """A copy of a clause whose joins fetch nothing."""
    if isinstance(value, list):
        return [without_inner_hits(below) for below in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _unfetched(below) if name in _JOINS else without_inner_hits(below)
        for name, below in value.items()
    }


_JOINS = frozenset(("nested", "has_child", "has_parent"))


def _unfetched(body: Any) -> Any:
    copied = without_inner_hits(body)
    if isinstance(copied, dict):
        copied.pop("inner_hits", None)
    return copied
