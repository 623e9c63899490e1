"""Every document of one index copied into another, counted and watched.

By the cluster itself where it can; page by page where it has no `_reindex`.
"""

import logging
import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final

from diptych.client import Cluster, Json, path
from diptych.errors import CredentialsError, DiptychError, RefusedError
from diptych.mappings.engine import Engine
from diptych.plugin.counting import count_documents
from diptych.plugin.paging import copy_pages

_log = logging.getLogger(__name__)

_FIRST_POLL_S: Final = 0.05
_LONGEST_POLL_S: Final = 1.0
_SUFFIX: Final = re.compile(r"-diptych-\d+$")


def replacement_name(cluster: Cluster, index: str) -> str:
    """`NAME-diptych-N` with the first N that is free."""
    base = _SUFFIX.sub("", index)
    params = {"expand_wildcards": "all", "filter_path": "*.aliases"}
    taken: Json = cluster.call("GET", path(f"{base}-diptych-*"), params=params) or {}
    aliases = {alias for body in taken.values() for alias in body["aliases"]}
    number = 1
    while (name := f"{base}-diptych-{number}") in taken or name in aliases:
        number += 1
    return name


def copy_documents(
    cluster: Cluster,
    engine: Engine,
    source: str,
    target: str,
    *,
    excludes: Sequence[str],
    bar: Callable[[str, int], AbstractContextManager[Callable[[int], None]]],
) -> int:
    """The number of documents that `source` had when the copying began.

    No ingest pipeline runs over them. What is written to `source` meanwhile may be copied or not.

    Args:
        excludes: fields that are left out.

    Raises:
        RefusedError: a document could not be copied.
        CredentialsError: the user lacks a privilege for copying.
    """
    total = refreshed_count(cluster, source)
    with bar("Copying", total) as done:
        task = _start(cluster, source, target, excludes)
        if task is None:
            copy_pages(cluster, engine, source, target, excludes=excludes, done=done)
        else:
            _finish(cluster, task, target, done)
    return total


def _start(cluster: Cluster, source: str, target: str, excludes: Sequence[str]) -> str | None:
    """The task that copies; None where the cluster has no `_reindex`, which is an own module."""
    body: Json = {"source": {"index": source}, "dest": {"index": target, "pipeline": "_none"}}
    if excludes:
        body["source"]["_source"] = {"excludes": list(excludes)}
    params = {"wait_for_completion": "false", "slices": "auto"}
    answer: Json = cluster.call("POST", path("_reindex"), body=body, params=params, accept=(405,))
    return str(answer["task"]) if "task" in answer else None


def _finish(cluster: Cluster, task: str, target: str, done: Callable[[int], None]) -> None:
    try:
        answer = _wait(cluster, task, target, done)
    except BaseException:
        _cancel(cluster, task)
        raise
    problems = answer.get("error") or answer["response"]["failures"]
    if problems:
        kind = CredentialsError if "security_exception" in str(problems) else RefusedError
        raise kind(f"The cluster could not copy every document: {str(problems)[:500]}.")


def _wait(cluster: Cluster, task: str, target: str, done: Callable[[int], None]) -> Json:
    pause_s = _FIRST_POLL_S
    while True:
        answer: Json = cluster.call("GET", path("_tasks", task))
        done(_written(cluster, target))
        if answer["completed"]:
            return answer
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_POLL_S)


def _cancel(cluster: Cluster, task: str) -> None:
    """A copy that went on would create its target again after that is deleted."""
    try:
        where = path("_tasks", task, "_cancel")
        cluster.call("POST", where, params={"wait_for_completion": "true"}, accept=(404,))
    except DiptychError as err:
        _log.warning("The copying task %s could not be stopped: %s", task, err)


def _written(cluster: Cluster, index: str) -> int:
    """Documents indexed so far; a task's own numbers leave out slices that still run."""
    stats: Json = cluster.call("GET", path(index, "_stats", "indexing"))
    return int(stats["_all"]["primaries"]["indexing"]["index_total"])


def refreshed_count(cluster: Cluster, index: str) -> int:
    """Documents of an index, counted after a refresh."""
    cluster.call("POST", path(index, "_refresh"))
    return count_documents(cluster, index)
