"""URL parameters of a search: those that a body can say as well, and those that go beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diptych.client import Json

#: Travel in the header line of an `_msearch`.
HEADERS = frozenset(
    (
        *("preference", "routing", "search_type", "request_cache", "ignore_unavailable"),
        *("allow_no_indices", "expand_wildcards", "ignore_throttled"),
        "allow_partial_search_results",
    )
)
#: Mean the same beside an `_msearch`.
BESIDE = frozenset(
    (
        *("typed_keys", "rest_total_hits_as_int", "max_concurrent_shard_requests"),
        *("pre_filter_shard_size", "ccs_minimize_roundtrips"),
    )
)
#: Change the form of the answer, which `Form` follows, or nothing.
_FORM = frozenset(("pretty", "human", "error_trace", "filter_path"))
#: Only tune the work of a cluster; an `_msearch` does without.
_TUNING = frozenset(("batched_reduce_size",))

_NUMBERS = ("size", "from", "terminate_after")
_SWITCHES = ("explain", "version", "seq_no_primary_term", "track_scores")
_WORDS = ("timeout",)
_LISTS = ("stored_fields", "docvalue_fields")
_SOURCE = ("_source", "_source_includes", "_source_excludes")
_FOLDED = frozenset((*_NUMBERS, *_SWITCHES, *_WORDS, *_LISTS, *_SOURCE, "sort", "track_total_hits"))


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one request, sorted by where they go.

    `unknown` is the name of one that cannot be used, `folded` what a body says for the others.
    """

    folded: Json
    header: dict[str, str]
    beside: dict[str, str]
    unknown: str | None


def sort_parameters(given: Mapping[str, str]) -> Parameters:
    """Each parameter in its place; one with a value that cannot be read is unknown."""
    known = HEADERS | BESIDE | _FORM | _TUNING | _FOLDED
    unknown = next((name for name in given if name not in known), None)
    folded: Json = {}
    try:
        folded = _fold(given)
    except ValueError as err:
        unknown = str(err)
    return Parameters(
        folded=folded,
        header={name: value for name, value in given.items() if name in HEADERS},
        beside={name: value for name, value in given.items() if name in BESIDE},
        unknown=unknown,
    )


def _fold(given: Mapping[str, str]) -> Json:
    folded: Json = {name: _number(name, given[name]) for name in _NUMBERS if name in given}
    folded |= {name: _switch(name, given[name]) for name in _SWITCHES if name in given}
    folded |= {name: given[name] for name in _WORDS if name in given}
    folded |= {name: given[name].split(",") for name in _LISTS if name in given}
    if "sort" in given:
        folded["sort"] = [_sort(part) for part in given["sort"].split(",")]
    if "track_total_hits" in given:
        folded["track_total_hits"] = _total(given["track_total_hits"])
    if any(name in given for name in _SOURCE):
        folded["_source"] = _source(given)
    return folded


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdecimal():
        raise ValueError(name)
    return int(value)


def _switch(name: str, value: str) -> bool:
    """An empty value means true, as in `?explain`."""
    if value not in ("true", "false", ""):
        raise ValueError(name)
    return value != "false"


def _total(value: str) -> bool | int:
    return _number("track_total_hits", value) if value.isdecimal() else _switch("", value)


def _sort(part: str) -> Json:
    """One of the comma-separated parts of `?sort=price:desc,_score`."""
    name, colon, order = part.rpartition(":")
    if not colon:
        return {order: {"order": "desc" if order == "_score" else "asc"}}
    return {name: {"order": order}}


def _source(given: Mapping[str, str]) -> Any:
    """`FetchSourceContext.parseFromRestRequest` (OpenSearch, Elasticsearch)."""
    includes = given.get("_source_includes")
    if "_source" in given:
        if given["_source"] in ("true", "false"):
            if given["_source"] == "false":
                return False
        else:
            includes = given["_source"]
    chosen: Json = {}
    if includes is not None:
        chosen["includes"] = includes.split(",")
    if "_source_excludes" in given:
        chosen["excludes"] = given["_source_excludes"].split(",")
    return chosen or True
