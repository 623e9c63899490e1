"""The grocery set's products as things, with Chinese names and colours of our own."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from demo_training.concepts import Concept
from demo_training.facts import THING, Subject
from diptych.plugin.demo.vocabulary import COLOUR_NAMES, Term

#: What a shelf's label says beside the name.
_LABEL_NOISE: Final = re.compile(r"\s*(class|klass) 1|ecological$")
_SECTION_NAMES: Final = {
    "Fruit": Term(("fruit",), ("水果",)),
    "Vegetables": Term(("vegetable", "vegetables"), ("蔬菜",)),
    "Packages": Term(("carton", "drink carton", "package"), ("盒装饮品", "包装食品")),
}


class Groceries:
    """The products of a listing.

    Args:
        rows: the objects of its `products.ndjson`.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Reads the names beside this module."""
        names = orjson.loads(Path(__file__).with_name("grocery_names.json").read_bytes())
        self._rows = {row["id"]: row for row in rows}
        self._chinese: Mapping[str, list[str]] = names["titles"]
        self._chinese_groups: Mapping[str, list[str]] = names["groups"]
        self._colours: Mapping[str, str] = names["colours"]

    def subject(self, product: str) -> Subject:
        """What a picture of a product shows: the product, and its colour where it has one."""
        colour = self._colours.get(self._rows[product]["title"])
        if colour is None:
            return Subject({THING: product})
        return Subject({THING: product, "colour": colour}, {"colour": COLOUR_NAMES[colour]})

    def title(self, product: str, language: str) -> str:
        """A product's usual name."""
        names = self._names(self._rows[product])
        return (names.en if language == "en" else names.zh)[0]

    def concepts(self) -> list[Concept]:
        """Products by title and label, groups of more than one product, sections."""
        return [
            *(Concept(id_, self._names(row), frozenset({id_})) for id_, row in self._rows.items()),
            *self._groups(),
            *self._sections(),
        ]

    def _names(self, row: Mapping[str, Any]) -> Term:
        title, group = row["title"].lower(), row["group"].lower()
        label = _LABEL_NOISE.sub("", row["shelf_title"].lower()).strip()
        longer = () if group in title else (f"{title} {group}",)
        english = dict.fromkeys(name for name in (title, *longer, label) if name)
        return Term(tuple(english), tuple(self._chinese.get(row["title"], [row["title"]])))

    def _groups(self) -> list[Concept]:
        members = self._members(lambda row: str(row["group"]))
        return [
            Concept(f"group {group}", self._group_names(group), ids)
            for group, ids in sorted(members.items())
            if len(ids) > 1
        ]

    def _group_names(self, group: str) -> Term:
        name = group.lower()
        return Term((name, f"{name}s"), tuple(self._chinese_groups.get(group, [group])))

    def _sections(self) -> list[Concept]:
        members = self._members(lambda row: str(row["category"][0]))
        return [
            Concept(f"section {section}", _SECTION_NAMES[section], ids)
            for section, ids in sorted(members.items())
            if section in _SECTION_NAMES
        ]

    def _members(self, key: Callable[[Mapping[str, Any]], str]) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for id_, row in self._rows.items():
            found.setdefault(key(row), set()).add(id_)
        return {name: frozenset(ids) for name, ids in found.items()}
