"""Dead letters as a person sees them: chosen by filters, and what has become of their documents."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from diptych.client import Cluster, Json, path
from diptych.errors import (
    CredentialsError,
    DiptychError,
    MappingError,
    MissingIndexError,
    UnavailableError,
    UsageError,
)
from diptych.ingest.clock import timestamp
from diptych.ingest.dead_letter_index import DeadLetterIndex, Found
from diptych.ingest.dead_letters import DeadLetter
from diptych.ingest.mget import read_documents
from diptych.mappings.fields import OBJECT, PARTIAL, READY
from diptych.mappings.target import read_mapping, replaced_by

#: What a document is now whose letter is history.
GONE, NO_INDEX = "gone", "no index"
#: What is said where nobody can tell: the index is closed, not ours to read, or several.
UNKNOWN: Final = "unknown"
SETTLED: Final = frozenset({READY, PARTIAL, GONE, NO_INDEX})

_PAGE: Final = 500
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which letters are meant; what is None is not asked for.

    `since` is a UTC time, and `is_settled` asks for letters whose documents have a vector by now,
    or are gone.
    """

    index: str | None = None
    error_class: str | None = None
    stage: str | None = None
    id: str | None = None
    since: str | None = None
    is_settled: bool = False
    keys: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether all letters are meant."""
        return self == Filters()

    def clauses(self, cluster: Cluster) -> list[Json]:
        """The part of them that the cluster decides."""
        terms = {"error_class": self.error_class, "stage": self.stage, "id": self.id}
        found: list[Json] = [{"term": {name: value}} for name, value in terms.items() if value]
        if self.index is not None:
            found.append({"terms": {"index": _indexes(cluster, self.index)}})
        if self.keys:
            found.append({"terms": {"key": list(self.keys)}})
        if self.since is not None:
            found.append({"range": {"last_seen": {"gte": self.since}}})
        return found


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter, its version, and what its document is now: a state or one of the words above."""

    letter: DeadLetter
    version: tuple[int, int]
    now: str


def select(cluster: Cluster, filters: Filters) -> Iterator[Listed]:
    """The letters that are meant, the newest first."""
    letters = DeadLetterIndex(cluster).select(filters.clauses(cluster))
    while page := list(islice(letters, _PAGE)):
        for listed in look(cluster, page):
            if not filters.is_settled or listed.now in SETTLED:
                yield listed


def look(cluster: Cluster, letters: Iterable[Found]) -> list[Listed]:
    """The letters with what their documents are now."""
    found = list(letters)
    states = _states(cluster, [letter for letter, _ in found])
    return [Listed(letter, version, states.get(letter.key, "")) for letter, version in found]


def present(cluster: Cluster, name: str) -> tuple[str, Json]:
    """The index that has the documents now, after all rebuilds, and its mapping.

    Raises:
        MissingIndexError: there is none.
        MappingError: the name stands for several.
    """
    index, mapping = read_mapping(cluster, name)
    successor = replaced_by(mapping)
    return (index, mapping) if successor is None else present(cluster, successor)


def since(text: str, *, now: datetime) -> str:
    """The UTC time that `2h`, `1d` or an ISO 8601 time stands for.

    Raises:
        UsageError: it stands for none.
    """
    ago = re.fullmatch(r"(\d+)([smhdw])", text)
    try:
        if ago:
            return timestamp(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as err:
        raise UsageError(
            f"--since {text!r} is no time: write how long ago (30m, 2h, 1d) or a time such as "
            "2026-01-31T12:00+00:00."
        ) from err
    return timestamp(time.replace(tzinfo=now.tzinfo) if time.tzinfo is None else time)


def _indexes(cluster: Cluster, name: str) -> list[str]:
    """The name, and the indexes behind it where it is an alias."""
    try:
        behind: Json = cluster.call("GET", path(name, "_mapping"))
    except DiptychError:
        return [name]
    return [name, *behind]


def _states(cluster: Cluster, letters: Sequence[DeadLetter]) -> dict[str, str]:
    """By key; letters that name no document have none."""
    by_index: dict[str, list[DeadLetter]] = {}
    for letter in letters:
        if letter.id:
            by_index.setdefault(letter.index, []).append(letter)
    return {
        letter.key: state
        for index, named in by_index.items()
        for letter, state in zip(named, _states_in(cluster, index, named), strict=True)
    }


def _states_in(cluster: Cluster, index: str, letters: Sequence[DeadLetter]) -> list[str]:
    routing = {it.id: it.routing for it in letters if it.routing is not None}
    params = {"_source_includes": f"{OBJECT}.state"}
    ids = list(dict.fromkeys(letter.id for letter in letters))
    try:
        target, _ = present(cluster, index)
        hits = read_documents(cluster, target, ids, params=params, routing=routing)
    except MissingIndexError:
        return [NO_INDEX] * len(letters)
    except (UnavailableError, CredentialsError, MappingError):
        return [UNKNOWN] * len(letters)
    return [_state(hits[it.id]) if it.id in hits else GONE for it in letters]


def _state(hit: Json) -> str:
    known = (hit.get("_source") or {}).get(OBJECT)
    state = known.get("state") if isinstance(known, dict) else None
    return str(state or "pending")
