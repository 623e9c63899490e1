"""Rows against what the index holds: which must be written, and how."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from diptych.client import Cluster, Json, to_json
from diptych.ingest.mget import read_documents
from diptych.ingest.rows import Row
from diptych.mappings.engine import Engine
from diptych.mappings.fields import OBJECT
from diptych.mappings.target import Target


class Fate(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Write:
    """A bulk action that brings the index to the state of one row, if nobody writes first."""

    row: Row
    fate: Fate
    action: bytes


@dataclass(frozen=True, slots=True)
class Decision:
    """Rows that the index holds already, and the writes for the others."""

    unchanged: list[Row]
    writes: list[Write]


def decide(cluster: Cluster, engine: Engine, target: Target, rows: Sequence[Row]) -> Decision:
    """What to do with each row, from the documents as they are now.

    A document is equal to its row if it has the row's fields and no others, Diptych's apart.

    Raises:
        MissingIndexError: the index does not exist.
        UnavailableError: a document cannot be read for now.
    """
    own = (OBJECT, target.contract.vector_field)
    ids = [row.id for row in rows]
    without_own = {"_source_excludes": ",".join(own)}
    known = read_documents(cluster, target.name, ids, params=without_own)
    unchanged = [row for row in rows if row.id in known and _is_equal(row, known[row.id], own)]
    equal = {row.id for row in unchanged}
    # Vectors are long: only documents that will be replaced are read with theirs.
    changed = [row for row in rows if row.id in known and row.id not in equal]
    stored = read_documents(
        cluster, target.name, [row.id for row in changed], params=engine.vector_params
    )
    writes: list[Write] = []
    for row in rows:
        hit = stored.get(row.id)
        if row.id in equal:
            continue
        if hit is None:
            writes.append(Write(row, Fate.CREATED, _create(row)))
        elif _is_equal(row, hit, own):
            unchanged.append(row)
        else:
            writes.append(Write(row, Fate.UPDATED, _replace(row, hit, own)))
    return Decision(unchanged, writes)


def _is_equal(row: Row, hit: Json, own: Iterable[str]) -> bool:
    stored = {name: value for name, value in hit["_source"].items() if name not in own}
    return _canonical(stored) == _canonical(row.fields)


def _canonical(fields: Mapping[str, Any]) -> bytes:
    """Equal for equal fields; unlike `==` it keeps true and 1 apart."""
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)


def _create(row: Row) -> bytes:
    return to_json({"create": {"_id": row.id}}) + b"\n" + to_json(row.fields) + b"\n"


def _replace(row: Row, hit: Json, own: Iterable[str]) -> bytes:
    """The row's fields with what is Diptych's carried over; the pipeline compares the hashes."""
    head = {
        "_id": row.id,
        "if_seq_no": hit["_seq_no"],
        "if_primary_term": hit["_primary_term"],
    }
    source = hit["_source"]
    carried = {name: source[name] for name in own if source.get(name) is not None}
    return to_json({"index": head}) + b"\n" + to_json({**row.fields, **carried}) + b"\n"
