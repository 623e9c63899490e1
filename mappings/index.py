"""Mappings and settings of an index that carries Diptych's fields."""

from collections.abc import Collection
from typing import Final

from diptych.client import Json
from diptych.mappings.fields import OBJECT

#: `dynamic: false`: an application that writes into `diptych` cannot grow the mapping.
OBJECT_MAPPING: Json = {
    "type": "object",
    "dynamic": False,
    "properties": {
        "state": {"type": "keyword"},
        "input_hash": {"type": "keyword", "index": False, "doc_values": False},
        "text_hash": {"type": "keyword", "index": False, "doc_values": False},
        "image_hash": {"type": "keyword", "index": False, "doc_values": False},
        "embedded_at": {"type": "date"},
        "retry_at": {"type": "date"},
        "n_retries": {"type": "integer", "index": False, "doc_values": False},
        "error": {"type": "keyword", "index": False, "doc_values": False},
    },
}

#: Words of a new index: `cjk` splits Chinese into pairs of characters and is in every
#: distribution; `english` beside it folds plurals and tenses.
TEXT_MAPPING: Json = {
    "type": "text",
    "analyzer": "cjk",
    "fields": {
        "english": {"type": "text", "analyzer": "english"},
        "keyword": {"type": "keyword", "ignore_above": 256},
    },
}

#: The analyzers of a new index's words.
ANALYZERS: Final = ("cjk", "english")

#: A picture's path or address is fetched, never searched.
IMAGE_MAPPING: Json = {"type": "keyword", "index": False, "doc_values": False}

#: Documents of `diptych-state` are read by id.
STATE_INDEX_BODY: Json = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
    "mappings": {"dynamic": False, "properties": {"kind": {"type": "keyword"}}},
}

#: Entries of `diptych-cache` are read by id; `used` is a day, counted from 1970.
CACHE_INDEX_BODY: Json = {
    "settings": {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "60s",
    },
    "mappings": {
        "dynamic": False,
        "properties": {"value": {"type": "binary"}, "used": {"type": "integer"}},
    },
}

#: No document has a longer id, in bytes; what a stranger names must not keep a letter out.
_LONGEST_ID: Final = 512
#: Documents of `diptych-dead-letters` are found by all that a person asks for.
DEAD_LETTERS_BODY: Json = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "key": {"type": "keyword"},
            "index": {"type": "keyword", "ignore_above": _LONGEST_ID},
            "id": {"type": "keyword", "ignore_above": _LONGEST_ID},
            "routing": {"type": "keyword", "index": False, "doc_values": False},
            "stage": {"type": "keyword"},
            "error_class": {"type": "keyword"},
            "status": {"type": "integer"},
            "attempts": {"type": "integer"},
            "first_seen": {"type": "date"},
            "last_seen": {"type": "date"},
            "contract": {"type": "keyword"},
            "reason": {"type": "keyword", "index": False, "doc_values": False},
        },
    },
}


def text_mapping(missing: Collection[str]) -> Json:
    """`TEXT_MAPPING` for a cluster that lacks some of `ANALYZERS`.

    `standard`, which every cluster has, takes the place of `cjk` and makes a word of each Chinese
    character; in place of `english` it would repeat the field itself.
    """
    analyzer = "standard" if "cjk" in missing else TEXT_MAPPING["analyzer"]
    subfields = {name: it for name, it in TEXT_MAPPING["fields"].items() if name not in missing}
    return {**TEXT_MAPPING, "analyzer": analyzer, "fields": subfields}


def own_properties(vector_field: str, vector_mapping: Json) -> Json:
    """The `properties` that Diptych adds to any index."""
    return {OBJECT: OBJECT_MAPPING, vector_field: vector_mapping}
