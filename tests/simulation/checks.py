"""What must hold, whatever happens; worked out without the code that is tested."""

import math
from collections.abc import Sequence
from functools import lru_cache

from simulation.broker import Delivery
from simulation.machine import Machine
from simulation.node import Node
from simulation.shards import Doc, Index, Operation

from diptych.client import Json
from diptych.contract import META_KEY
from diptych.encoding import Role
from diptych.testing import FakeEncoder, MemoryDeadLetters

#: Numbers in each of the two models' vectors.
DIMENSION = 3
PICTURES = {name: b"picture " + name.encode() for name in ("a.jpg", "b.jpg", "away.jpg")} | {
    "broken.jpg": b"no image"
}
#: Words of titles that break something: the encoder, the whole process, the write of a vector,
#: every write of a worker.
POISON, KILLER, UNINDEXABLE, UNWRITABLE = "poison", "killer", "unindexable", "unwritable"
#: Fields of a document that are Diptych's.
OWN = ("diptych", "diptych_vector")
_SETTLED = ("ready", "partial", "failed")


class Violation(AssertionError):
    """Something happened that never may."""


def is_good(source: Json, revision: str) -> bool:
    """Whether a worker's values agree with the inputs that stand beside them."""
    known = source.get("diptych") or {}
    state = known.get("state")
    if state not in _SETTLED:
        return False
    vector = source.get("diptych_vector")
    title, image = source.get("title", ""), source.get("image", "")
    if state == "failed":
        is_hopeless = (not title and image not in PICTURES) or (image == "broken.jpg" and not title)
        is_hopeless = is_hopeless or known.get("retry_at") is not None
        return vector is None and (is_hopeless or _is_breaking(title))
    with_image = image in PICTURES and known.get("retry_at") is None
    wanted = _vector(title, image if with_image else "", revision)
    return vector is not None and _are_close(vector, wanted)


def _is_breaking(title: str) -> bool:
    return any(word in title for word in (POISON, KILLER, UNINDEXABLE, UNWRITABLE))


def _are_close(found: Sequence[float], wanted: Sequence[float]) -> bool:
    pairs = zip(found, wanted, strict=True)
    return all(math.isclose(a, b, abs_tol=1e-5) for a, b in pairs)


@lru_cache(maxsize=10_000)
def _vector(title: str, image: str, revision: str) -> tuple[float, ...]:
    """text | image | agreement | bias, padded to 8: see docs/explanation/scores.md."""
    encoder = FakeEncoder(DIMENSION, DIMENSION, revision=revision)
    text = encoder.encode_texts([title], role=Role.DOCUMENT)[0].tolist()
    words = encoder.encode_words([title])[0].tolist()
    data = PICTURES.get(image, b"")
    has_picture = data.startswith(b"picture")
    picture = (
        encoder.encode_images([data]).vectors[0].tolist() if has_picture else [0.0] * DIMENSION
    )
    agreement = sum(a * b for a, b in zip(words, picture, strict=True))
    return (*text, *picture, agreement, 1.0)


def revision_of(index: Index) -> str:
    """The revision of the models that an index was made for."""
    meta = index.mappings.get("_meta", {}).get(META_KEY)
    return "none" if meta is None else str(meta["text_model"]["revision"])


class Checks:
    """Watches every operation and every acknowledgement."""

    def __init__(self, machine: Machine, node: Node, letters: MemoryDeadLetters) -> None:
        """Starts to watch."""
        #: When a document was good, or gone, for the last time.
        self.last_good_s: dict[tuple[str, str], float] = {}
        #: When an application dropped a document's vector, which the feed sees by itself.
        self.last_bare_s: dict[tuple[str, str], float] = {}
        #: Ids that ever had a title that breaks something, by that title.
        self.carriers: dict[str, set[str]] = {}
        #: Raised by the world: what is raised within a worker would meet its `except Exception`.
        self.violations: list[str] = []
        self.is_strict = True
        self._machine = machine
        self._node = node
        self._letters = letters
        node.observers.append(self._see)

    def _see(self, index: Index, operation: Operation, who: str) -> None:
        if META_KEY not in index.mappings.get("_meta", {}):
            return
        before, after = operation.before, operation.after
        key = index.uuid, operation.id
        was_good = self._is_good(index, before)
        now_good = self._is_good(index, after)
        if who != "application":
            self._check_worker_write(operation, now_good, who)
        if now_good:
            self.last_good_s[key] = math.inf
        elif was_good:
            self.last_good_s[key] = self._machine.now_s
        if after is not None and _is_breaking(after.source.get("title", "")):
            self.carriers.setdefault(after.source["title"], set()).add(after.id)
        if after is not None and _is_bare(after):
            self.last_bare_s[key] = self._machine.now_s

    def _is_good(self, index: Index, doc: Doc | None) -> bool:
        return doc is None or is_good(doc.source, revision_of(index))

    def _check_worker_write(self, operation: Operation, now_good: bool, who: str) -> None:
        before, after = operation.before, operation.after
        name = operation.id
        if before is None:
            self.accuse(f"{who} created the document {name!r}")
        elif after is None:
            self.accuse(f"{who} deleted the document {name!r}")
        elif _without_own(before) != _without_own(after):
            self.accuse(f"{who} changed what is the application's in {name!r}")
        elif self.is_strict and not now_good:
            self.accuse(f"{who} wrote a stale vector: {after}")

    def accuse(self, what: str) -> None:
        """Something happened that never may."""
        self._machine.say(f"VIOLATION: {what}")
        self.violations.append(what)

    def acknowledged(self, delivery: Delivery) -> None:
        """A message is about to be forgotten."""
        body = delivery.body
        if body.get("schema") != 1:
            self._check_stranger()
            return
        index = self._node.find(body["index"])
        for id_ in body["ids"]:
            if index is not None and not self._is_accounted_for(index, id_, delivery):
                self.accuse(f"a message was acknowledged, and {id_!r} has no outcome")

    def _check_stranger(self) -> None:
        if not any(letter.stage == "message" for letter in self._letters.letters):
            self.accuse("a message that nobody understands was dropped without a record")

    def _is_accounted_for(self, index: Index, id_: str, delivery: Delivery) -> bool:
        if META_KEY not in index.mappings.get("_meta", {}):
            return True
        key = index.uuid, id_
        last_good_s = self.last_good_s.get(key, math.inf)
        is_bare = key in self.last_bare_s and not delivery.body["is_forced"]
        return (
            last_good_s >= delivery.taken_at_s
            or is_bare
            or id_ in delivery.published
            or any(letter.id == id_ for letter in self._letters.letters)
        )

    def stale(self, index: Index) -> list[Doc]:
        """Live documents whose values do not agree with their inputs and that nobody gave up."""
        dead = {letter.id for letter in self._letters.letters}
        return [
            doc
            for doc in index.docs()
            if not (doc.id in dead and _is_breaking(doc.source.get("title", "")))
            and not (
                is_good(doc.source, revision_of(index))
                and doc.source["diptych"].get("retry_at") is None
            )
        ]


def _is_bare(doc: Doc) -> bool:
    state = (doc.source.get("diptych") or {}).get("state")
    return state in {"ready", "partial"} and doc.source.get("diptych_vector") is None


def _without_own(doc: Doc) -> Json:
    return {name: value for name, value in doc.source.items() if name not in OWN}
