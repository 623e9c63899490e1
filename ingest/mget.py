"""Documents by id, in real time, where an answer for some is never taken for all."""

from collections.abc import Mapping, Sequence
from typing import Any

from diptych.client import Cluster, Json, path
from diptych.errors import MissingIndexError, UnavailableError
from diptych.mappings.target import missing_index


def read_documents(
    cluster: Cluster, index: str, ids: Sequence[str], *, params: Mapping[str, str]
) -> dict[str, Json]:
    """The documents that exist, by id, as `_mget` gives them.

    Args:
        params: `_source_includes` or `_source_excludes`, and the engine's `vector_params`.

    Raises:
        MissingIndexError: there is no such index.
        UnavailableError: a document cannot be read for now; it may well exist.
    """
    if not ids:
        return {}
    answer = cluster.call("POST", path(index, "_mget"), body={"ids": list(ids)}, params=params)
    for hit in answer["docs"]:
        if "error" in hit:
            raise _read_error(hit["error"], index)
    return {hit["_id"]: hit for hit in answer["docs"] if hit["found"]}


def _read_error(error: Mapping[str, Any], index: str) -> MissingIndexError | UnavailableError:
    if error.get("type") == "index_not_found_exception":
        return missing_index(index)
    return UnavailableError(f"The cluster cannot read {index!r} now ({error.get('reason')}).")
