"""Queries and events in the form of User Behavior Insights 1.3, in two indexes of the cluster.

The names and the fields are those of OpenSearch's own plugin, so that its dashboards and its Search
Relevance Workbench read them too: https://github.com/o19s/ubi/tree/main/schema/1.3.0. What UBI
leaves to applications stands below `query_attributes` and `event_attributes`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from diptych.client import Cluster, Json, path
from diptych.errors import MissingIndexError
from diptych.ingest.versioned import make_index

QUERIES, EVENTS = "ubi_queries", "ubi_events"
#: Who writes here, and the field that holds the ids of hits.
APPLICATION: Final = "diptych"
_ID_FIELD: Final = "_id"
#: The client that the page for grading names: its searches tell nothing of shoppers.
JUDGING_CLIENT: Final = "judging-page"

_NAME: Final[Json] = {"type": "keyword", "ignore_above": 256}
_MAPPINGS: Final[Mapping[str, Json]] = MappingProxyType(
    {
        QUERIES: {
            "dynamic": False,
            "properties": {
                "timestamp": {"type": "date"},
                "application": _NAME,
                "query_id": _NAME,
                "client_id": _NAME,
                "object_id_field": _NAME,
                "query_response_id": _NAME,
                "query_response_hit_ids": {"type": "keyword"},
                "user_query": {"type": "text", "fields": {"keyword": _NAME}},
                "query_attributes": {
                    "dynamic": False,
                    "properties": {"index": _NAME, "profile": _NAME, "kind": _NAME},
                },
            },
        },
        EVENTS: {
            "dynamic": False,
            "properties": {
                "timestamp": {"type": "date"},
                "application": _NAME,
                "action_name": _NAME,
                "query_id": _NAME,
                "session_id": _NAME,
                "client_id": _NAME,
                "message_type": _NAME,
                "message": {"type": "keyword", "ignore_above": 1024},
                "event_attributes": {
                    "dynamic": False,
                    "properties": {
                        "object": {
                            "properties": {
                                "object_id": _NAME,
                                "object_id_field": _NAME,
                            }
                        },
                        "position": {"properties": {"ordinal": {"type": "integer"}}},
                    },
                },
            },
        },
    }
)


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """One answered query; no name, no address, no picture of whoever asked is in it.

    `client` is an opaque name that the caller chose, and `attributes` what the hits depend on.
    """

    query_id: str
    index: str
    timestamp: str
    user_query: str
    hit_ids: Sequence[str]
    attributes: Mapping[str, Any]
    client: str | None = None

    def to_json(self) -> Json:
        """As `ubi_queries` keeps it."""
        return {
            "application": APPLICATION,
            "query_id": self.query_id,
            "timestamp": self.timestamp,
            "user_query": self.user_query,
            "object_id_field": _ID_FIELD,
            "query_response_id": self.query_id,
            "query_response_hit_ids": list(self.hit_ids),
            "query_attributes": {"index": self.index, **self.attributes},
            **({"client_id": self.client} if self.client else {}),
        }


@dataclass(frozen=True, slots=True)
class EventRecord:
    """What somebody did with a hit: its id, and its rank on the page from 1."""

    query_id: str
    timestamp: str
    action: str
    document: str
    position: int
    session: str | None = None

    def to_json(self) -> Json:
        """As `ubi_events` keeps it."""
        return {
            "application": APPLICATION,
            "action_name": self.action,
            "query_id": self.query_id,
            "timestamp": self.timestamp,
            "event_attributes": {
                "object": {"object_id": self.document, "object_id_field": _ID_FIELD},
                "position": {"ordinal": self.position},
            },
            **({"session_id": self.session} if self.session else {}),
        }


def create_indexes(cluster: Cluster) -> None:
    """Make the two indexes where no index or alias has the name; what there is, is kept.

    Raises:
        CredentialsError: the user may not make them.
        ConflictError: the cluster does not take one.
        DiptychError: the cluster does not answer.
    """
    for name, mappings in _MAPPINGS.items():
        try:
            cluster.call("GET", path(name, "_mapping"))
        except MissingIndexError:
            body = {"settings": {"auto_expand_replicas": "0-1"}, "mappings": mappings}
            make_index(cluster, name, body)
