"""Documents as the write path sees them: read with their version, written by compare-and-set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

from diptych.client import Cluster, to_json
from diptych.contract import IndexContract
from diptych.errors import CredentialsError, MissingIndexError
from diptych.ingest.bulk import BulkItem, send_bulk
from diptych.ingest.inputs import Inputs, read_inputs
from diptych.ingest.mget import read_documents
from diptych.ingest.publishing import NO_ROUTING
from diptych.mappings.engine import Engine
from diptych.mappings.fields import OBJECT, SETTLED
from diptych.mappings.target import Target, read_mapping, replaced_by
from diptych.vectors import Floats

#: Where a reason of the cluster goes on with what a field holds, which belongs in no log.
_VALUE: Final = "Preview of field's value"
#: Routing by id, of documents that have one of their own.
Routing: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Document:
    """One product at one version.

    `text_hash` and `image_hash` are what a worker tried last, `error` what it said, `n_retries`
    how often it tried in vain to get these pictures, `retry_at` when to try again, and
    `embedded_at` when it tried last (UTC). `routing` is None where the id says where it lives.
    """

    id: str
    seq_no: int
    primary_term: int
    inputs: Inputs
    state: str | None = None
    text_hash: str | None = None
    image_hash: str | None = None
    error: str | None = None
    n_retries: int = 0
    retry_at: str | None = None
    embedded_at: str | None = None
    routing: str | None = None

    @property
    def hashes(self) -> tuple[str, str]:
        """Of the words and of the pictures as they are now."""
        return self.inputs.text_hash, self.inputs.image_hash

    def is_settled(self, now: str) -> bool:
        """Whether a worker has tried exactly these inputs, and nothing asks for another try.

        A mark by the pipeline asks for one even where the hashes agree: it can be wrong, for the
        pipeline does not see bulk updates, and settling it again costs no picture.
        """
        is_tried = self.hashes == (self.text_hash, self.image_hash)
        is_due = self.retry_at is not None and self.retry_at <= now
        return is_tried and self.state in SETTLED and not is_due


@dataclass(frozen=True, slots=True)
class Update:
    """What a worker found out about one document; `vector` is None where there is none."""

    document: Document
    state: str
    vector: Floats | None
    error: str | None
    embedded_at: str
    n_retries: int = 0
    retry_at: str | None = None

    def to_object(self) -> dict[str, str | int | None]:
        """The fields of `diptych` that a worker owns."""
        return {
            "state": self.state,
            "text_hash": self.document.inputs.text_hash,
            "image_hash": self.document.inputs.image_hash,
            "embedded_at": self.embedded_at,
            "error": self.error,
            "n_retries": self.n_retries,
            "retry_at": self.retry_at,
        }


class Outcome(StrEnum):
    """What became of one update."""

    WRITTEN = "written"
    CONFLICT = "conflict"
    GONE = "gone"
    BUSY = "busy"
    BLOCKED = "blocked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of one update; for all but a success, what the cluster says to it."""

    outcome: Outcome
    reason: str = ""
    error_class: str = ""
    status: int | None = None


class Store(Protocol):
    """The documents of one index."""

    @property
    def name(self) -> str:
        """The concrete index."""
        ...

    @property
    def contract(self) -> IndexContract:
        """The contract of the index."""
        ...

    def read(self, ids: Sequence[str], routing: Routing = NO_ROUTING) -> list[Document]:
        """The documents that exist, in any order; real time, not as of the last refresh."""
        ...

    def read_vectors(
        self, ids: Sequence[str], routing: Routing = NO_ROUTING
    ) -> dict[str, tuple[int, Floats]]:
        """`_seq_no` and fused vector, (dimension,) float32, of the documents that have one."""
        ...

    def write(self, updates: Sequence[Update]) -> list[Written]:
        """Write each update if its document is still at the version that was read."""
        ...

    def successor(self) -> str | None:
        """The index that took this one's place, if one did; asked when it takes no writes."""
        ...


class ClusterStore:
    """A `Store` in a real cluster."""

    def __init__(self, cluster: Cluster, engine: Engine, target: Target) -> None:
        """Documents of the concrete index behind a target."""
        self._cluster = cluster
        self._engine = engine
        self._target = target

    @property
    def name(self) -> str:
        """The concrete index."""
        return self._target.index

    @property
    def contract(self) -> IndexContract:
        """The contract of the index."""
        return self._target.contract

    def read(self, ids: Sequence[str], routing: Routing = NO_ROUTING) -> list[Document]:
        """One `_mget` of the input fields and `diptych`."""
        found = self._mget(ids, routing, [*self.contract.input_fields, OBJECT])
        return [document_of(hit, self.contract) for hit in found.values()]

    def read_vectors(
        self, ids: Sequence[str], routing: Routing = NO_ROUTING
    ) -> dict[str, tuple[int, Floats]]:
        """One `_mget` of the vectors alone."""
        field = self.contract.vector_field
        return {
            id_: (hit["_seq_no"], np.asarray(hit["_source"][field], dtype=np.float32))
            for id_, hit in self._mget(ids, routing, [field]).items()
            if hit["_source"].get(field) is not None
        }

    def write(self, updates: Sequence[Update]) -> list[Written]:
        """One bulk `update` per product, guarded by `if_seq_no`; never an upsert.

        Raises:
            CredentialsError: we may not write here, whatever the document.
        """
        actions = [self._action(update) for update in updates]
        items = send_bulk(self._cluster, self._target.index, actions)
        return [_written(item) for item in items]

    def successor(self) -> str | None:
        """What `replaced_by` says in the index's own mapping."""
        _, mapping = read_mapping(self._cluster, self._target.index)
        return replaced_by(mapping)

    def _mget(self, ids: Sequence[str], routing: Routing, fields: Sequence[str]) -> dict[str, Any]:
        params = {"_source_includes": ",".join(fields), **self._engine.vector_params}
        return read_documents(
            self._cluster, self._target.index, ids, params=params, routing=routing
        )

    def _action(self, update: Update) -> bytes:
        document = update.document
        head: dict[str, str | int] = {
            "_id": document.id,
            "if_seq_no": document.seq_no,
            "if_primary_term": document.primary_term,
        }
        if document.routing is not None:
            head["routing"] = document.routing
        vector = update.vector
        body = {
            OBJECT: update.to_object(),
            self.contract.vector_field: (
                None if vector is None else self._engine.vector_value(vector)
            ),
        }
        return to_json({"update": head}) + b"\n" + to_json({"doc": body}) + b"\n"


def document_of(hit: Mapping[str, Any], contract: IndexContract) -> Document:
    """A hit of `_mget` or of a search with `seq_no_primary_term`, parsed."""
    source = hit.get("_source") or {}
    known = source.get(OBJECT)
    known = known if isinstance(known, Mapping) else {}
    return Document(
        id=hit["_id"],
        seq_no=hit["_seq_no"],
        primary_term=hit["_primary_term"],
        inputs=read_inputs(source, contract),
        state=known.get("state"),
        text_hash=known.get("text_hash"),
        image_hash=known.get("image_hash"),
        error=known.get("error"),
        n_retries=known.get("n_retries") or 0,
        retry_at=known.get("retry_at"),
        embedded_at=known.get("embedded_at"),
        routing=hit.get("_routing"),
    )


def routing_of(documents: Iterable[Document]) -> Routing:
    """The routing of those that have one of their own."""
    return {d.id: d.routing for d in documents if d.routing is not None}


def _written(item: BulkItem) -> Written:
    if item.is_done:
        return Written(Outcome.WRITTEN)
    if item.status in {401, 403} and not item.is_blocked:
        raise CredentialsError(
            f"Writing vectors is not allowed ({item.reason}): docs/how-to/roles.md has the roles."
        )
    if item.error_type == "index_not_found_exception":
        raise MissingIndexError(f"The index was deleted meanwhile: {item.reason}.")
    reason = f"{item.error_type}: {item.reason.partition(_VALUE)[0].rstrip()}"
    return Written(_outcome(item), reason, item.error_type, item.status)


def _outcome(item: BulkItem) -> Outcome:
    if item.is_conflict:
        return Outcome.CONFLICT
    if item.is_blocked:
        return Outcome.BLOCKED
    if item.is_retryable:
        return Outcome.BUSY
    return Outcome.GONE if item.status == 404 else Outcome.REFUSED
