"""What a document's vectors are made from, and the hashes that say whether they still agree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from diptych.contract import IndexContract
from diptych.encoding import ModelRef

#: Pictures of one product that take part in its vector.
MAX_PICTURES = 16
#: Raised when the way from a document to its inputs changes, so that all hashes differ.
_RECIPE = "1"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The words and pictures of one document.

    `text` is empty and `images` is () where the document has none. The hashes cover the
    inputs, the model and its revision, and the means that are taken off.
    """

    text: str
    images: tuple[str, ...]
    text_hash: str
    image_hash: str


def read_inputs(source: Mapping[str, Any], contract: IndexContract) -> Inputs:
    """The inputs in a document's `_source`; a value that is no text counts as its text form."""
    texts = (_words(_value(source, field)) for field in contract.text_fields)
    text = "\n".join(part for part in texts if part)
    field = contract.image_field
    images = image_references(source, field) if field else ()
    return Inputs(
        text=text,
        images=images,
        text_hash=_hash(contract, contract.text_model, [text]),
        image_hash=_hash(contract, contract.image_model, images),
    )


def image_references(source: Mapping[str, Any], image_field: str) -> tuple[str, ...]:
    """The paths and addresses of a document's pictures, as they stand in it; the first few."""
    return tuple(_references(_value(source, image_field)))[:MAX_PICTURES]


def _value(source: Mapping[str, Any], field: str) -> Any:
    """The value under a dotted name, whether it was written dotted or nested."""
    if field in source:
        return source[field]
    return _at(source, field.split("."))


def _at(value: Any, path: Sequence[str]) -> Any:
    """What lies below a path, in each object of a list alike."""
    if not path:
        return value
    if isinstance(value, list):
        return [_at(item, path) for item in value]
    return _at(value.get(path[0]), path[1:]) if isinstance(value, Mapping) else None


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(word for word in map(_words, value) if word)
    return str(value).strip()


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, str) and value.strip():
        yield value.strip()


def _hash(contract: IndexContract, model: ModelRef, parts: Sequence[str]) -> str:
    digest = blake2b(digest_size=16)
    other = contract.image_model
    named = (_RECIPE, model.name, model.revision, other.name, other.revision)
    centred = () if contract.centres is None else (contract.centres.digest,)
    for part in (*named, *centred, *parts):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
