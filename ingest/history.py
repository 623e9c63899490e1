"""An index's own history: operations per shard, in the order of their `_seq_no`."""

from collections.abc import Iterator
from dataclasses import dataclass

from diptych.client import Cluster, Json, path
from diptych.ingest.operations import Operations
from diptych.ingest.store import Document, document_of
from diptych.mappings.engine import Engine
from diptych.mappings.fields import OBJECT
from diptych.mappings.target import Target

#: Documents that are due at one time.
_PAGE = 500
#: Name of the clause that tells documents with a vector from those without.
_HAS_VECTOR = "vector"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a scan: the `_seq_no` it reaches, its documents, and the ids that have a vector.

    `contract` is the fingerprint of the contract by which the documents were read.
    """

    reached: int
    documents: tuple[Document, ...]
    with_vector: frozenset[str]
    contract: str | None = None


class History(Operations):
    """Reads the operations of one index as its contract sees them."""

    def __init__(self, cluster: Cluster, engine: Engine, target: Target) -> None:
        """The history of the concrete index behind a target."""
        super().__init__(cluster, engine, target.index)
        self._contract = target.contract

    def scan(self, shard: int, *, after: int, upto: int) -> Iterator[Page]:
        """Pages of documents whose last operation lies in (after, upto], in order."""
        has_vector = {"exists": {"field": self._contract.vector_field, "_name": _HAS_VECTOR}}
        body: Json = {
            "query": {"bool": {"should": [has_vector]}},
            "_source": [*self._contract.input_fields, OBJECT],
        }
        for hits in self.pages(shard, after=after, upto=upto, body=body):
            documents = (document_of(hit, self._contract) for hit in hits)
            with_vector = (hit["_id"] for hit in hits if hit.get("matched_queries"))
            yield Page(
                hits[-1]["_seq_no"],
                tuple(documents),
                frozenset(with_vector),
                self._contract.fingerprint,
            )

    def due(self, now: str) -> dict[str, str | None]:
        """Documents whose picture is to be asked for again by now, with their routing; a page."""
        body = {
            "size": _PAGE,
            "query": {"range": {f"{OBJECT}.retry_at": {"lte": now}}},
            "_source": False,
        }
        answer: Json = self._cluster.call("POST", path(self._index, "_search"), body=body)
        return {hit["_id"]: hit.get("_routing") for hit in answer["hits"]["hits"]}
