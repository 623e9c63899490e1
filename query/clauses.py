"""Small query clauses that several parts write."""

from collections.abc import Sequence

from diptych.client import Json


def with_ids(ids: Sequence[str]) -> Json:
    """The documents with these ids; they do not score."""
    return {"ids": {"values": list(ids)}}


def within(scored: Json, passing: Json | None) -> Json:
    """What a scoring clause finds among what passes; None lets everything pass."""
    return scored if passing is None else {"bool": {"must": [scored], "filter": [passing]}}


def without_ids(scored: Json, ids: Sequence[str]) -> Json:
    """What a scoring clause finds, save these documents."""
    return {"bool": {"must": [scored], "must_not": [with_ids(ids)]}} if ids else scored


def either(clauses: Sequence[Json]) -> Json:
    """What one of the clauses finds."""
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}
