"""Documents copied page by page, as they were at one point in time, for clusters without `_reindex`.

Only Elasticsearch can be without it (it is a module there), so the requests are Elasticsearch's.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from diptych.client import Cluster, Json, path, to_json
from diptych.errors import CredentialsError, RefusedError, UnavailableError
from diptych.ingest.bulk import BulkItem, send_bulk
from diptych.mappings.engine import Engine

#: Documents per page; with a vector of 900 numbers and a kilobyte of text each, 6 MB.
_PAGE: Final = 500
_KEEP_ALIVE: Final = "5m"
_FIRST_WAIT_S: Final = 0.25
#: Times that a busy cluster is asked for the same writes; the waits add up to a minute.
_MAX_TRIES: Final = 8


def copy_pages(
    cluster: Cluster,
    engine: Engine,
    source: str,
    target: str,
    *,
    excludes: Sequence[str],
    done: Callable[[int], None],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Write every document of `source` into `target`, routing included; no pipeline runs.

    Args:
        excludes: fields that are left out.
        done: told the number of documents written so far.

    Raises:
        RefusedError: a document could not be copied.
        CredentialsError: the user lacks a privilege for copying.
        UnavailableError: the cluster stayed busy.
    """
    n_done = 0
    shown = engine.vector_source({"excludes": list(excludes)})
    for hits in _pages(cluster, source, shown):
        write_all(cluster, target, [index_action(hit) for hit in hits], sleep=sleep)
        n_done += len(hits)
        done(n_done)


def _pages(cluster: Cluster, index: str, source: Json) -> Iterator[list[Json]]:
    opened: Json = cluster.call("POST", path(index, "_pit"), params={"keep_alive": _KEEP_ALIVE})
    point = opened["id"]
    body: Json = {
        "size": _PAGE,
        "_source": source,
        "sort": ["_shard_doc"],
        "track_total_hits": False,
    }
    try:
        while True:
            body["pit"] = {"id": point, "keep_alive": _KEEP_ALIVE}
            answer: Json = cluster.call("POST", "/_search", body=body)
            hits: list[Json] = answer["hits"]["hits"]
            if not hits:
                return
            point = answer["pit_id"]
            yield hits
            body["search_after"] = hits[-1]["sort"]
    finally:
        cluster.call("DELETE", "/_pit", body={"id": point}, accept=(404,))


def index_action(hit: Json) -> bytes:
    """The lines of a bulk request that write a hit's document anew, through no pipeline."""
    head = {"_id": hit["_id"], "pipeline": "_none", **routing_of(hit)}
    return to_json({"index": head}) + b"\n" + to_json(hit["_source"]) + b"\n"


def routing_of(hit: Json) -> Json:
    """The routing of a hit's document as a bulk request says it; nothing where it has none."""
    return {"routing": hit["_routing"]} if "_routing" in hit else {}


def write_all(
    cluster: Cluster,
    index: str,
    actions: Sequence[bytes],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Carry out every action on a copy; a document that is gone already is no failure.

    Raises:
        RefusedError: the cluster refuses one.
        CredentialsError: the user lacks a privilege.
        UnavailableError: the cluster stayed busy.
    """
    wait_s = _FIRST_WAIT_S
    left = list(actions)
    for n_try in range(_MAX_TRIES):
        items = send_bulk(cluster, index, left)
        busy = [not item.is_done and item.status != 404 and _is_busy(item) for item in items]
        left = [action for action, is_busy in zip(left, busy, strict=True) if is_busy]
        if not left:
            return
        if n_try + 1 < _MAX_TRIES:
            sleep(wait_s)
            wait_s *= 2
    raise UnavailableError(
        f"The cluster put off {len(left)} documents of the copy {index!r} again and again: try "
        "again when it has less to do."
    )


def _is_busy(item: BulkItem) -> bool:
    """Whether the same write can succeed later.

    Raises:
        RefusedError: it cannot.
    """
    if item.is_retryable:
        return True
    kind = CredentialsError if item.status in {401, 403} else RefusedError
    raise kind(f"The document {item.id!r} could not be copied: {item.reason}.")
