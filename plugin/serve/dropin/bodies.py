"""Bodies of requests, read before they go on: JSON, and lines of JSON."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from diptych.client import Json, to_json
from diptych.errors import UsageError
from diptych.plugin.serve.dropin.refusing import RefusalError
from diptych.query.dropin.references import named_indexes

#: A compressed body may not grow beyond this.
MAX_DECODED_BYTES = 100 * 1024 * 1024

_NOT_JSON = (
    "The body has to be JSON, which is checked before it goes on: send it with a content type "
    "of application/json or application/x-ndjson."
)


def decoded(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body without its compression.

    Raises:
        RefusalError: it is no JSON by its content type, or compressed in a way that is not known.
    """
    if not body:
        return body
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.endswith("json"):
        raise RefusalError(415, _NOT_JSON)
    encoding = headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise RefusalError(415, f"The encoding {encoding[:40]!r} is not known: send gzip.")
    return _gunzipped(body)


def _gunzipped(body: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        found = stream.decompress(body, MAX_DECODED_BYTES)
    except zlib.error as err:
        raise RefusalError(400, "The body is not gzip, as its header says: send it so.") from err
    if stream.unconsumed_tail or not stream.eof or stream.unused_data:
        raise RefusalError(413, "The compressed body is cut off or too long: send it in parts.")
    return found


def read_json(text: bytes) -> Any:
    """The JSON of a body; an empty object where there is none.

    Raises:
        RefusalError: it is no JSON; the engines read some more, such as comments, and that is
            where something could be hidden.
    """
    if not text.strip():
        return {}
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as err:
        raise RefusalError(400, f"The body cannot be read as JSON: {err}.") from err


def write_json(body: Any) -> bytes:
    """The body as JSON, also where `is_plain` denies it."""
    try:
        return to_json(body)
    except TypeError:
        return json.dumps(body).encode()


def is_plain(body: Any) -> bool:
    """Whether it can be written as UTF-8: halves of characters and infinite numbers cannot."""
    try:
        return bool(to_json(body))
    except TypeError:
        return False


def indexes_within(body: Any) -> list[str]:
    """Names of indexes that a body reads from, apart from the one it is sent to.

    Raises:
        RefusalError: it is too deep, or holds what cannot be looked into.
    """
    try:
        return list(named_indexes(body))
    except UsageError as err:
        raise RefusalError(400, str(err)) from err


def read_msearch(text: bytes) -> list[tuple[Json, bytes]]:
    """The searches of an `_msearch`: the header of each, and its body as it came.

    Raises:
        RefusalError: a header is no JSON object, or its body is missing.
    """
    lines = text.split(b"\n")
    if not lines[-1].strip():
        lines.pop()
    if len(lines) % 2:
        raise RefusalError(400, "The body holds a header without a search: send them in pairs.")
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [(_object(header), body or b"{}") for header, body in pairs]


def write_msearch(searches: Sequence[tuple[Json, bytes]]) -> bytes:
    """The searches as lines, headers in our writing, so that they are read as we read them."""
    return b"".join(to_json(header) + b"\n" + raw + b"\n" for header, raw in searches)


def read_bulk(text: bytes) -> Iterator[tuple[str, Json, bytes | None]]:
    """Each action of a `_bulk` with its target and the line that belongs to it.

    Raises:
        RefusalError: an action cannot be read, or lacks its line.
    """
    lines = iter(text.split(b"\n"))
    for line in lines:
        if not line.strip():
            continue
        action = _object(line)
        if len(action) != 1 or not isinstance(next(iter(action.values())), dict):
            raise RefusalError(400, "An action of the bulk body cannot be read: send one a line.")
        name, target = next(iter(action.items()))
        source = None if name == "delete" else next(lines, None)
        if source is None and name != "delete":
            raise RefusalError(400, f"An action {name!r} of the bulk body lacks its document.")
        yield name, target, source


def write_bulk(actions: list[tuple[str, Json, bytes | None]]) -> bytes:
    """The actions as lines."""
    return b"".join(
        to_json({name: target}) + b"\n" + (b"" if source is None else source + b"\n")
        for name, target, source in actions
    )


def _object(line: bytes) -> Json:
    found = read_json(line)
    if not isinstance(found, dict):
        raise RefusalError(400, "A line of the body is not an object: send lines of JSON objects.")
    return found
