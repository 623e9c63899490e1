"""Rows of NDJSON, CSV and TSV files: streamed in constant memory, bad ones set aside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any, BinaryIO, Final

import orjson

from diptych.client import Json
from diptych.errors import CatalogError
from diptych.ingest.lines import MAX_ROW_BYTES, Line, excerpt, read_lines
from diptych.ingest.tables import Record, read_records
from diptych.mappings.fields import OBJECT, VECTOR

#: Longest document id that a cluster takes (`IndexRequest` of OpenSearch).
MAX_ID_BYTES: Final = 512


class Format(StrEnum):
    """How a file holds its rows."""

    NDJSON = "ndjson"
    CSV = "csv"
    TSV = "tsv"


_SUFFIXES = {
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".json": Format.NDJSON,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One product: its fields as they go into the index. `line` counts from 1."""

    line: int
    id: str
    fields: Json


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not loaded, why, and its beginning."""

    line: int
    reason: str
    text: str


def format_of(name: str) -> Format:
    """The format that a file's suffix stands for.

    Raises:
        CatalogError: it stands for none.
    """
    found = _SUFFIXES.get(PurePath(name).suffix.lower())
    if found is None:
        raise CatalogError(
            f"The suffix of {name} says nothing about its format: name it with --format "
            f"{'|'.join(Format)}."
        )
    return found


def read_rows(
    stream: BinaryIO,
    *,
    format: Format,
    name: str,
    id_field: str = "id",
    max_row_bytes: int = MAX_ROW_BYTES,
) -> Iterator[Row | RejectedRow]:
    """Every row of a file in order; a row that cannot be used stops no other.

    The id stays among the fields. A cell of a table is a string, an empty one a missing field.

    Args:
        name: what errors call the file.
        id_field: field or column that holds the id.

    Raises:
        CatalogError: the file cannot be read, or is no file of this format.
    """
    lines = read_lines(stream, name=name, max_row_bytes=max_row_bytes)
    if format is Format.NDJSON:
        for line in lines:
            if line.data.strip():
                yield _from_json(line, id_field=id_field, name=name)
        return
    delimiter = "\t" if format is Format.TSV else ","
    for record in read_records(
        lines, delimiter=delimiter, name=name, id_field=id_field, max_row_bytes=max_row_bytes
    ):
        yield _from_record(record, id_field=id_field)


def _from_json(line: Line, *, id_field: str, name: str) -> Row | RejectedRow:
    if not line.is_whole:
        return _rejected(line, f"the line is longer than {len(line.data):,} bytes")
    if line.number == 1 and line.data.lstrip().startswith(b"["):
        raise CatalogError(
            f"{name} holds one JSON array, and one object a line is wanted: convert it with "
            "`jq -c '.[]'`."
        )
    try:
        fields = orjson.loads(line.data)
    except orjson.JSONDecodeError as err:
        return _rejected(line, _json_reason(line.data, err))
    if not isinstance(fields, dict):
        return _rejected(line, f"a JSON object is wanted, not {type(fields).__name__}")
    return _checked(line.number, fields, id_field=id_field, data=line.data)


def _from_record(record: Record, *, id_field: str) -> Row | RejectedRow:
    if record.reason is not None:
        return RejectedRow(record.line, record.reason, excerpt(record.data))
    return _checked(record.line, record.fields, id_field=id_field, data=record.data)


def _checked(number: int, fields: Json, *, id_field: str, data: bytes) -> Row | RejectedRow:
    reason = _id_fault(fields, id_field) or _reserved_fault(fields)
    if reason is not None:
        return RejectedRow(number, reason, excerpt(data))
    id = str(fields[id_field])
    if id_field.startswith("_"):  # `_id` and its like are no fields of a document
        fields = {field: value for field, value in fields.items() if field != id_field}
    return Row(number, id, fields)


def _id_fault(fields: Mapping[str, Any], id_field: str) -> str | None:
    value = fields.get(id_field)
    if value is None or value == "":
        return f"the field {id_field!r} is missing or empty"
    if not isinstance(value, str | int) or isinstance(value, bool):
        return f"the field {id_field!r} is neither text nor a whole number"
    if isinstance(value, str) and len(value.encode()) > MAX_ID_BYTES:
        return f"the id is longer than {MAX_ID_BYTES} bytes"
    return None


def _reserved_fault(fields: Mapping[str, Any]) -> str | None:
    for field in fields:
        if field.partition(".")[0] in {OBJECT, VECTOR}:
            return f"the field {field!r} belongs to Diptych: rename it"
    return None


def _rejected(line: Line, reason: str) -> RejectedRow:
    return RejectedRow(line.number, reason, excerpt(line.data))


def _json_reason(data: bytes, err: orjson.JSONDecodeError) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as bad:
        return f"the line is not UTF-8 text (byte {data[bad.start]:#04x} at {bad.start + 1})"
    return f"the line is not JSON ({err.msg} at column {err.colno})"
