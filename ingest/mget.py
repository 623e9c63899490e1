"""Documents by id, in real time, where an answer for some is never taken for all."""

from collections.abc import Mapping, Sequence
from typing import Any

from diptych.client import Cluster, Json, path
from diptych.errors import MissingIndexError, UnavailableError
from diptych.ingest.publishing import NO_ROUTING
from diptych.mappings.target import missing_index


def read_documents(
    cluster: Cluster,
    index: str,
    ids: Sequence[str],
    *,
    params: Mapping[str, str],
    routing: Mapping[str, str] = NO_ROUTING,
) -> dict[str, Json]:
    """The documents that exist, by id, as `_mget` gives them.

    Args:
        params: `_source_includes` or `_source_excludes`, and the engine's `vector_params`.
        routing: of the ids that have one of their own.

    Raises:
        MissingIndexError: there is no such index.
        UnavailableError: a document cannot be read for now; it may well exist.
    """
    if not ids:
        return {}
    body = {"docs": [_asked(id_, routing) for id_ in ids]} if routing else {"ids": list(ids)}
    answer = cluster.call("POST", path(index, "_mget"), body=body, params=params)
    for hit in answer["docs"]:
        if "error" in hit:
            raise _read_error(hit["error"], index)
    return {hit["_id"]: hit for hit in answer["docs"] if hit["found"]}


def _asked(id_: str, routing: Mapping[str, str]) -> Json:
    return {"_id": id_, "routing": routing[id_]} if id_ in routing else {"_id": id_}


def _read_error(error: Mapping[str, Any], index: str) -> MissingIndexError | UnavailableError:
    if error.get("type") == "index_not_found_exception":
        return missing_index(index)
    return UnavailableError(f"The cluster cannot read {index!r} now ({error.get('reason')}).")
