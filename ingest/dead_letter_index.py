"""Dead letters in the cluster: one document for each key, found by whatever a person asks for."""

from collections.abc import Iterator, Sequence
from typing import Final

from diptych.client import Cluster, Json, path
from diptych.errors import ConflictError, MissingIndexError, UnavailableError
from diptych.ingest.dead_letters import DeadLetter, letter_from_json
from diptych.ingest.versioned import VersionedDocuments
from diptych.mappings.fields import DEAD_LETTERS_INDEX
from diptych.mappings.index import DEAD_LETTERS_BODY

#: A letter that other processes write at this moment is tried so often.
_MAX_TRIES: Final = 10
_PAGE: Final = 500

#: A letter and the version at which it was read.
Found = tuple[DeadLetter, tuple[int, int]]


class DeadLetterIndex(VersionedDocuments):
    """A `DeadLetters` in the index `diptych-dead-letters`."""

    def __init__(self, cluster: Cluster) -> None:
        """Sends nothing yet."""
        super().__init__(cluster, DEAD_LETTERS_INDEX, DEAD_LETTERS_BODY)

    def record(self, letter: DeadLetter) -> None:
        """Return when the letter is joined to what was recorded under its key.

        Raises:
            UnavailableError: no try got through, for others wrote the same letter each time.
            DiptychError: the cluster does not take it.
        """
        conflict: ConflictError | None = None
        for _ in range(_MAX_TRIES):
            found = self.get(letter.key)
            older = letter_from_json(found[0]) if found else None
            joined = letter.after(older)
            if joined == older:
                return
            try:
                self.put(letter.key, joined.to_json(), found[1] if found else None)
            except ConflictError as err:
                conflict = err
                continue
            return
        raise UnavailableError(
            f"The dead letter {letter.key} was not written in {_MAX_TRIES} tries: {conflict}"
        ) from conflict

    def find(self, key: str) -> Found | None:
        """The letter of this key; None where there is none."""
        found = self.get(key)
        return None if found is None else (letter_from_json(found[0]), found[1])

    def select(self, filters: Sequence[Json]) -> Iterator[Found]:
        """All letters that pass these clauses, the newest first."""
        body: Json = {
            "query": {"bool": {"filter": list(filters)}},
            "size": _PAGE,
            "sort": [{"last_seen": "desc"}, {"key": "asc"}],
            "seq_no_primary_term": True,
        }
        self._refresh()
        while hits := self._hits(body):
            for hit in hits:
                version = hit["_seq_no"], hit["_primary_term"]
                yield letter_from_json(hit["_source"]), version
            body["search_after"] = hits[-1]["sort"]

    def count(self, filters: Sequence[Json]) -> int:
        """How many letters pass these clauses."""
        body = {"query": {"bool": {"filter": list(filters)}}}
        self._refresh()
        try:
            return int(self._cluster.call("POST", path(self._index, "_count"), body=body)["count"])
        except MissingIndexError:
            return 0

    def _hits(self, body: Json) -> list[Json]:
        try:
            answer: Json = self._cluster.call("POST", path(self._index, "_search"), body=body)
        except MissingIndexError:
            return []
        hits: list[Json] = answer["hits"]["hits"]
        return hits

    def _refresh(self) -> None:
        """People look for what was recorded a moment ago."""
        self._cluster.call("POST", path(self._index, "_refresh"), accept=(404,))
