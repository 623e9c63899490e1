"""Bulk writes: bodies split by size, one result per action."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from diptych.client import Cluster, path
from diptych.errors import RefusedError, TooLargeError

#: A body of 1 to 5 MB keeps a node's memory quiet; larger ones are no faster.
MAX_BULK_BYTES: Final = 5 * 1024 * 1024

_ITEM_FIELDS = (
    "_id",
    "status",
    "error.type",
    "error.reason",
    "error.caused_by.reason",
)
#: Everything else in an answer (shards, took, versions) is longer than what is read of it.
_PARAMS = {"filter_path": ",".join(("error", *(f"items.*.{field}" for field in _ITEM_FIELDS)))}


@dataclass(frozen=True, slots=True)
class BulkItem:
    """What became of one action."""

    id: str
    status: int
    error_type: str = ""
    reason: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the action was carried out."""
        return self.status < 300

    @property
    def is_conflict(self) -> bool:
        """Whether somebody else wrote first: read again and decide again."""
        return self.status == 409

    @property
    def is_blocked(self) -> bool:
        """Whether the index takes no writes until its block is lifted."""
        return self.status in {403, 429} and "cluster_block" in self.error_type

    @property
    def is_retryable(self) -> bool:
        """Whether the same action can succeed later: overload, a lost shard, a write block."""
        return self.status in {429, 502, 503, 504} or self.is_blocked


def send_bulk(
    cluster: Cluster,
    index: str,
    actions: Sequence[bytes],
    *,
    max_bulk_bytes: int = MAX_BULK_BYTES,
) -> list[BulkItem]:
    """One item per action, in order.

    Args:
        index: where actions go that name no index of their own.
        actions: each the action's line and, where it has one, its source's line, as NDJSON.
        max_bulk_bytes: longest body; an action that is longer goes alone.

    Raises:
        DiptychError: a whole request failed; those before it were carried out.
    """
    items: list[BulkItem] = []
    for part in _split(actions, max_bulk_bytes):
        items.extend(_send(cluster, index, part))
    return items


def _split(actions: Sequence[bytes], max_bytes: int) -> Iterator[Sequence[bytes]]:
    start = n_bytes = 0
    for position, action in enumerate(actions):
        if position > start and n_bytes + len(action) > max_bytes:
            yield actions[start:position]
            start, n_bytes = position, 0
        n_bytes += len(action)
    if start < len(actions):
        yield actions[start:]


def _send(cluster: Cluster, index: str, actions: Sequence[bytes]) -> list[BulkItem]:
    """The items of one request, or of its halves where a limit on the way is lower than ours."""
    try:
        answer = cluster.call("POST", path(index, "_bulk"), body=b"".join(actions), params=_PARAMS)
    except TooLargeError:
        if len(actions) == 1:
            size = len(actions[0])
            return [BulkItem("", 413, "too_large", f"its {size:,} bytes are more than allowed")]
        middle = len(actions) // 2
        return _send(cluster, index, actions[:middle]) + _send(cluster, index, actions[middle:])
    items = [_parse(item) for item in answer.get("items", ())]
    if len(items) != len(actions):
        raise RefusedError(
            f"The cluster at {cluster.url} answered {len(items)} items to {len(actions)} bulk "
            "actions: check what stands between Diptych and the cluster."
        )
    return items


def _parse(item: Mapping[str, Any]) -> BulkItem:
    found = next(iter(item.values()))
    error = found.get("error") or {}
    detail = (error.get("caused_by") or {}).get("reason")
    reason = str(error.get("reason", ""))
    return BulkItem(
        id=found.get("_id") or "",
        status=found["status"],
        error_type=str(error.get("type", "")),
        reason=f"{reason}: {detail}" if detail else reason,
    )
