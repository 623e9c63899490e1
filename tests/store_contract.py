"""What every `Store` does: the real one on each engine, and the fakes that stand in for it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from diptych.client import Json
from diptych.ingest.store import Document, Outcome, Store, Update

RED: Json = {"title": "red dress", "image": "red.jpg", "price": 5}


@dataclass(frozen=True, slots=True)
class Rig:
    """A store with no documents, and the application that writes beside it.

    `put` and `remove` take an id and a routing; `source` gives a document as it is stored.
    """

    store: Store
    put: Callable[[str, Json, str | None], None]
    remove: Callable[[str, str | None], None]
    source: Callable[[str], Json]


def update(document: Document, value: float = 1.0, *, length: int) -> Update:
    """A worker's result: a vector of one number."""
    vector = np.full(length, value, np.float32)
    return Update(document, "ready", vector, None, "2026-01-01T00:00:00.000+00:00")


class StoreContract:
    """Tests of a store; whoever inherits them has a fixture `rig`."""

    def test_document_is_read_with_its_inputs(self, rig: Rig) -> None:
        """Nothing is known of it yet, and a missing one is left out."""
        rig.put("1", RED, None)

        (document,) = rig.store.read(["1", "none"])

        assert ("1", "red dress", ("red.jpg",), None) == (
            document.id,
            document.inputs.text,
            document.inputs.images,
            document.state,
        )

    def test_write_is_read_again_and_leaves_the_rest_alone(self, rig: Rig) -> None:
        """Real time: no refresh stands between."""
        rig.put("1", RED, None)
        (before,) = rig.store.read(["1"])

        written = rig.store.write([update(before, length=self._length(rig))])

        (after,) = rig.store.read(["1"])
        vectors = rig.store.read_vectors(["1", "none"])
        assert [Outcome.WRITTEN] == [result.outcome for result in written]
        assert ("ready", before.hashes, "2026-01-01T00:00:00.000+00:00") == (
            after.state,
            (after.text_hash, after.image_hash),
            after.embedded_at,
        )
        assert {"1": after.seq_no} == {id_: seq_no for id_, (seq_no, _) in vectors.items()}
        assert [1.0] * self._length(rig) == vectors["1"][1].tolist()
        assert RED == {name: rig.source("1")[name] for name in RED}

    def test_second_writer_meets_a_conflict(self, rig: Rig) -> None:
        """Both read the same version."""
        rig.put("1", RED, None)
        (document,) = rig.store.read(["1"])
        length = self._length(rig)
        rig.store.write([update(document, 1.0, length=length)])

        written = rig.store.write([update(document, 2.0, length=length)])

        assert [Outcome.CONFLICT] == [result.outcome for result in written]
        assert 1.0 == rig.store.read_vectors(["1"])["1"][1][0]

    def test_document_that_changed_is_a_conflict_and_stays(self, rig: Rig) -> None:
        """Whatever changed in it."""
        rig.put("1", RED, None)
        (document,) = rig.store.read(["1"])
        rig.put("1", RED | {"price": 6}, None)

        written = rig.store.write([update(document, length=self._length(rig))])

        assert [Outcome.CONFLICT] == [result.outcome for result in written]
        assert RED | {"price": 6} == rig.source("1")

    def test_document_that_is_gone_is_not_created(self, rig: Rig) -> None:
        """Nobody resurrects what the shop deleted."""
        rig.put("1", RED, None)
        (document,) = rig.store.read(["1"])
        rig.remove("1", None)

        written = rig.store.write([update(document, length=self._length(rig))])

        assert [Outcome.GONE] == [result.outcome for result in written]
        assert [] == rig.store.read(["1"])

    def test_document_that_was_deleted_and_indexed_again_is_a_conflict(self, rig: Rig) -> None:
        """The same words under the same id are another version."""
        rig.put("1", RED, None)
        (document,) = rig.store.read(["1"])
        rig.remove("1", None)
        rig.put("1", RED, None)

        written = rig.store.write([update(document, length=self._length(rig))])

        assert [Outcome.CONFLICT] == [result.outcome for result in written]

    def test_each_update_has_its_own_outcome(self, rig: Rig) -> None:
        """In the order in which they were given."""
        for id_ in "123":
            rig.put(id_, RED, None)
        documents = {document.id: document for document in rig.store.read(["1", "2", "3"])}
        rig.put("1", RED, None)
        rig.remove("2", None)
        length = self._length(rig)

        written = rig.store.write([update(documents[id_], length=length) for id_ in "123"])

        assert [Outcome.CONFLICT, Outcome.GONE, Outcome.WRITTEN] == [r.outcome for r in written]

    def test_vector_can_be_taken_away(self, rig: Rig) -> None:
        """A product that lost its words has none."""
        rig.put("1", RED, None)
        length = self._length(rig)
        rig.store.write([update(rig.store.read(["1"])[0], length=length)])
        (document,) = rig.store.read(["1"])

        rig.store.write([Update(document, "failed", None, "why", "2026-01-02")])

        assert {} == rig.store.read_vectors(["1"])
        assert ("failed", "why") == (rig.store.read(["1"])[0].state, rig.store.read(["1"])[0].error)

    def test_document_with_a_routing_is_found_by_it(self, rig: Rig) -> None:
        """And written where it lives."""
        rig.put("1", RED, "elsewhere")
        routing = {"1": "elsewhere"}
        (document,) = rig.store.read(["1"], routing)

        written = rig.store.write([update(document, length=self._length(rig))])

        assert "elsewhere" == document.routing
        assert [Outcome.WRITTEN] == [result.outcome for result in written]
        assert ["1"] == list(rig.store.read_vectors(["1"], routing))

    def _length(self, rig: Rig) -> int:
        return rig.store.contract.layout.dimension
