"""Judged queries: what is asked of a collection, and how good each of its documents answers."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, Protocol, TypeAlias, TypeVar

#: A value, or bounds as `{"lte": 50}`, as `diptych serve` reads filters.
FilterValue: TypeAlias = str | Mapping[str, float]
#: What is true of each document, by id.
Truth: TypeAlias = Mapping[str, Mapping[str, object]]

#: All that was asked is true; all but one thing of three or more, which is not the kind.
FULLY, NEARLY = 2, 1
_ENOUGH_TO_NEARLY_FIT = 3
#: The first of these that a collection knows is asked by every query of it.
_DECISIVE = ("subject", "kind")


class Half(StrEnum):
    """Weights and models may be chosen by the one, and are told apart by the other alone."""

    DEVELOPMENT = "development"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the grades of the documents that answer it: 2 fully, 1 nearly.

    `image` is a path relative to the collection's folder, `like` a document's id, and
    `avoided` what `not_text` says in words.
    """

    id: str
    asked: Mapping[str, str]
    text: str | None = None
    image: str | None = None
    like: str | None = None
    not_text: str | None = None
    avoided: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    filters: Mapping[str, FilterValue] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def half(self) -> Half:
        """The same for all queries that ask for the same, in whatever language."""
        wanted = [*sorted(self.asked.items()), *sorted(self.avoided.items())]
        is_even = zlib.crc32(repr(wanted).encode()) % 2 == 0
        return Half.DEVELOPMENT if is_even else Half.TEST

    def grade(self, facts: Mapping[str, object]) -> int:
        """How well a document of which this is true answers: 2, 1 or 0."""
        if any(facts.get(name) == value for name, value in self.avoided.items()):
            return 0
        if not all(_passes(facts.get(name), wanted) for name, wanted in self.filters.items()):
            return 0
        wrong = [name for name, value in self.asked.items() if facts.get(name) != value]
        if not wrong:
            return FULLY
        is_near = len(wrong) == 1 and len(self.asked) >= _ENOUGH_TO_NEARLY_FIT
        return NEARLY if is_near and wrong[0] not in _DECISIVE else 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A query with the grade of each document that answers it, by id."""

    query: JudgedQuery
    relevant: Mapping[str, int]

    @property
    def record(self) -> dict[str, object]:
        """A line of the file: what is asked, under the names of the search, and `relevant`."""
        query = self.query
        said = {
            "text": query.text,
            "image": query.image,
            "like": query.like,
            "not": query.not_text,
            "filters": dict(query.filters) or None,
        }
        given = {name: value for name, value in said.items() if value is not None}
        return {"id": query.id, **given, "relevant": dict(self.relevant)}


class Drawn(Protocol):
    """A picture that a query is asked by."""

    @property
    def path(self) -> str:
        """Relative to the collection's folder."""
        ...


DrawnT = TypeVar("DrawnT", bound=Drawn)


@dataclass(frozen=True, slots=True)
class JudgedQueries(Generic[DrawnT]):
    """Queries in the order in which they are written, and the pictures that they are asked by."""

    judged: tuple[Judged, ...]
    photos: tuple[DrawnT, ...]


def judge_queries(
    worded: Iterable[JudgedQuery],
    seen: Sequence[tuple[JudgedQuery, DrawnT]],
    negative: Iterable[JudgedQuery],
    truth: Truth,
) -> JudgedQueries[DrawnT]:
    """All that some document answers fully, with the pictures of those that have one."""
    judged = judge_all([*worded, *(query for query, _ in seen), *negative], truth)
    used = {each.query.image for each in judged}
    photos = tuple(photo for _, photo in seen if photo.path in used)
    return JudgedQueries(tuple(judged), photos)


def judge_all(queries: Iterable[JudgedQuery], truth: Truth) -> list[Judged]:
    """The queries that some document answers fully; what a query is like is no answer to it."""
    alike: defaultdict[object, list[str]] = defaultdict(list)
    for id_, facts in truth.items():
        alike[_decisive(facts)].append(id_)
    judged = []
    for query in queries:
        grades = {id_: query.grade(truth[id_]) for id_ in alike[_decisive(query.asked)]}
        relevant = {id_: grade for id_, grade in grades.items() if grade and id_ != query.like}
        if FULLY in relevant.values():
            judged.append(Judged(query, relevant))
    return judged


def _decisive(facts: Mapping[str, object]) -> object:
    """What a document must have in common with a query to answer it at all."""
    return next(facts[name] for name in _DECISIVE if name in facts)


def _passes(value: object, wanted: FilterValue) -> bool:
    if isinstance(wanted, str):
        return value == wanted
    if not isinstance(value, int | float):
        return False
    least, most = wanted.get("gte", float("-inf")), wanted.get("lte", float("inf"))
    return least <= value <= most
