"""A shop that writes, deletes, re-indexes and rebuilds whenever it likes."""

from collections.abc import Sequence

from simulation.checks import DIMENSION, KILLER, OWN, POISON, UNINDEXABLE, UNWRITABLE
from simulation.day import ALIAS, Day
from simulation.shards import Index

from diptych.client import Json
from diptych.contract import META_KEY, IndexContract
from diptych.layout import product_layout
from diptych.mappings.target import REPLACED_BY
from diptych.testing import FakeEncoder

_IDS = tuple(f"p{number}" for number in range(6))
_ROUTED = ("p4", "p5")
_TITLES = ("red dress", "blue mug", "green lamp", "red dress", "")
_IMAGES = ("a.jpg", "b.jpg", "away.jpg", "broken.jpg", "none.jpg", "")
_BREAKING = (POISON, KILLER, UNINDEXABLE, UNWRITABLE)
_KINDS = ("index", "index", "title", "image", "price", "delete", "bare", "back")


def contract_of(revision: str) -> IndexContract:
    """The contract of an index for a fake encoder of this revision."""
    encoder = FakeEncoder(DIMENSION, DIMENSION, revision=revision)
    return IndexContract(
        text_fields=("title",),
        image_field="image",
        text_model=encoder.text_model,
        image_model=encoder.image_model,
        layout=product_layout(text_dimension=DIMENSION, image_dimension=DIMENSION),
        pipeline=None,
    )


class Application:
    """Writes at once, as whoever has waited for its turn does."""

    def __init__(self, day: Day) -> None:
        """With an empty index."""
        rng = day.machine.rng
        self._day = day
        self._rng = rng
        self._read: dict[str, Json] = {}
        self._breaking = [word for word in _BREAKING if rng.random() < 0.15]
        self._n_indexes = 0
        self._revision = 1
        self._create_next()
        day.machine.at(1.0, self._refresh)

    def act(self) -> None:
        """One write, of any kind, to any document."""
        self.touch(self._rng.choice(_IDS))

    def touch(self, id_: str) -> None:
        """One write, of any kind, unless the index takes none."""
        index = self._day.live()
        if index.block is not None or self._day.is_over:
            return
        doc = index.shard_of(id_, _routing(id_)).docs.get(id_)
        old = None if doc is None else doc.source
        kind = self._rng.choice(_KINDS)
        source = self._changed(id_, old, kind)
        if source is None and old is None:
            return
        if old is not None:
            self._read[id_] = old
        self._day.machine.say(f"application {kind} {id_} {source}")
        self._day.node.write(index, id_, source, _routing(id_), "application", [])

    def rebuild(self) -> None:
        """A copy takes the index's place; the old one is kept, takes no writes and says so."""
        if self._day.is_over:
            return
        old = self._day.live()
        new = self._create_next()
        self._copy(old, new)
        old.aliases.clear()
        old.block = 403
        meta = old.mappings["_meta"]
        note = meta[META_KEY] | {REPLACED_BY: new.name}
        old.mappings = {"_meta": meta | {META_KEY: note}}
        self._day.machine.say(f"{old.name} is replaced by {new.name}")

    def recreate(self) -> None:
        """The index is deleted and made again under its name, often for other models."""
        if self._day.is_over:
            return
        old = self._day.live()
        self._revision += self._rng.randrange(2)
        # Numbers are given out again, so a write can meet another document by accident. The feed
        # sees that write, and the hashes say what it is.
        self._day.checks.is_strict = False
        del self._day.node.indexes[old.name]
        self._copy(old, self._create(old.name, [ALIAS]))
        self._day.machine.say(f"{old.name} is made again, revision {self._revision}")

    def _copy(self, old: Index, new: Index) -> None:
        for doc in list(old.docs()):
            source = {name: value for name, value in doc.source.items() if name not in OWN}
            self._day.node.write(new, doc.id, source, doc.routing, "application", [])

    def _changed(self, id_: str, old: Json | None, kind: str) -> Json | None:
        rng = self._rng
        if kind == "delete":
            return None
        if old is None or kind == "index":
            return {"title": self._title(), "image": rng.choice(_IMAGES), "price": rng.randrange(9)}
        if kind == "bare":
            return {name: value for name, value in old.items() if name != "diptych_vector"}
        if kind == "back" and id_ in self._read:
            return self._read[id_]
        changed: Json = {"title": self._title(), "image": rng.choice(_IMAGES)}
        return {**old, kind: changed.get(kind, rng.randrange(9))}

    def _title(self) -> str:
        if self._breaking and self._rng.random() < 0.15:
            return self._rng.choice(self._breaking)
        return self._rng.choice(_TITLES)

    def _create_next(self) -> Index:
        self._n_indexes += 1
        return self._create(f"{ALIAS}-{self._n_indexes}", [ALIAS])

    def _create(self, name: str, aliases: Sequence[str]) -> Index:
        contract = contract_of(str(self._revision))
        interval = self._rng.choice((None, "1s", "5s", "-1"))
        settings: Json = {"index.number_of_shards": self._rng.choice((1, 2))}
        if interval is not None:
            settings["index.refresh_interval"] = interval
        body = {
            "settings": settings,
            "mappings": {"_meta": {META_KEY: contract.to_meta()}},
            "aliases": {alias: {} for alias in aliases},
        }
        return self._day.node.create(name, body)

    def _refresh(self) -> None:
        """What an index does by itself."""
        index = self._day.live()
        interval = str(index.settings.get("index.refresh_interval", "1s"))
        if interval != "-1":
            for shard in index.shards:
                shard.refresh(self._day.now_s())
        self._day.machine.at(float(interval.strip("-s")), self._refresh)


def _routing(id_: str) -> str | None:
    """Some documents live elsewhere than their ids say."""
    return "elsewhere" if id_ in _ROUTED else None
