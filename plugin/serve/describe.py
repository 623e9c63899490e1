"""What a search of an index can name: its fields, as far as a caller may see them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from diptych.client import Json
from diptych.mappings.fields import OBJECT
from diptych.mappings.target import Target
from diptych.query.source import covers
from diptych.query.weights import FOR_BOTH, FOR_IMAGE, FOR_LIKE, FOR_TEXT

_KINDS = {
    **dict.fromkeys(("keyword", "constant_keyword", "ip", "version"), "words"),
    **dict.fromkeys(("long", "integer", "short", "byte", "unsigned_long"), "number"),
    **dict.fromkeys(("double", "float", "half_float", "scaled_float"), "number"),
    **dict.fromkeys(("date", "date_nanos"), "date"),
    "boolean": "boolean",
}

_WEIGHTS = {"text": FOR_TEXT, "image": FOR_IMAGE, "both": FOR_BOTH, "like": FOR_LIKE}


def describe(target: Target, allowed: Sequence[str]) -> Json:
    """Text fields, image field, the fields to filter by, and the weights unless others are given.

    Args:
        allowed: fields that the caller may see, `*` allowed; none means all.
    """
    contract = target.contract
    picture = contract.image_field
    return {
        "name": target.name,
        "text_fields": [name for name in contract.text_fields if _may_see(name, allowed)],
        "image_field": picture if picture and _may_see(picture, allowed) else None,
        "fields": [
            {"name": name, "kind": kind}
            for name, kind in _fields("", target.properties)
            if _may_see(name, allowed) and name not in contract.input_fields
        ],
        "weights": {kind: asdict(weights) for kind, weights in _WEIGHTS.items()},
    }


def _may_see(name: str, allowed: Sequence[str]) -> bool:
    return not allowed or covers(allowed, name)


def _fields(prefix: str, properties: Json) -> Iterator[tuple[str, str]]:
    """Dotted names and kinds of the fields that can be filtered by, in the mapping's order."""
    for name, mapping in properties.items():
        dotted = f"{prefix}{name}"
        kind = _KINDS.get(mapping.get("type", ""))
        if dotted == OBJECT or mapping.get("index") is False:
            continue
        if kind is not None:
            yield dotted, kind
        elif mapping.get("type", "object") == "object":
            yield from _fields(f"{dotted}.", mapping.get("properties", {}))
        elif any(below.get("type") == "keyword" for below in mapping.get("fields", {}).values()):
            yield dotted, "words"
