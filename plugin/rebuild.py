"""An index copied into a new one that takes its place, for what a live index cannot change.

Applications go on writing while it is copied; writes are blocked for the last of it alone, until
after the swap, so that none is lost. A failure on the way deletes the copy and lifts the block.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, TypeAlias

from diptych.client import Cluster, Json, path
from diptych.contract import META_KEY
from diptych.errors import DiptychError, RefusedError, UsageError
from diptych.mappings.engine import Engine
from diptych.mappings.pipeline import pipeline_name
from diptych.mappings.target import REPLACED_BY
from diptych.plugin.copying import replacement_name
from diptych.plugin.existing import ExistingIndex, read_existing
from diptych.plugin.live_copy import LiveCopy

_log = logging.getLogger(__name__)

#: Label and total in, a function of the number done so far out: `progress.count_bar`.
Bar: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]

_BLOCK: Final = "index.blocks.write"
#: Settings that say what an index is or was, not how it shall be.
_PRIVATE: Final = (
    "index.blocks.",
    "index.creation_date",
    "index.final_pipeline",
    "index.history.",
    "index.provided_name",
    "index.resize.",
    "index.routing.allocation.initial_recovery",
    "index.shrink.",
    "index.uuid",
    "index.verified_before_close",
    "index.verified_read_only",
    "index.version.",
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What took the place of what: `old_index` still exists, write-blocked, if `is_old_kept`.

    `caught_up` documents were written, and `removed` ones deleted, while it was copied.
    """

    name: str
    old_index: str
    new_index: str
    is_old_kept: bool
    n_documents: int
    caught_up: int
    removed: int
    blocked_s: float

    @property
    def sentence(self) -> str:
        """For a person."""
        old = (
            f"{self.old_index} is kept, write-blocked: delete it when you do not want to go back"
            if self.is_old_kept
            else f"{self.old_index} is deleted, and its name is an alias now"
        )
        return (
            f"{self.name} leads to {self.new_index} with {self.n_documents:,} documents "
            f"({self.caught_up:,} written and {self.removed:,} deleted meanwhile); writes were "
            f"blocked for {self.blocked_s:.1f} s; {old}."
        )


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The new index: its body, and what is done to it between the copy and the swap.

    `prepare` is done to it before the copy: a template may have added to the body.
    """

    body: Json
    complete: Callable[[str], None]
    prepare: Callable[[str], None] = lambda _: None


def check_replaceable(found: ExistingIndex, *, is_replaced: bool) -> None:
    """Pass if the name can come to mean another index.

    Raises:
        UsageError: it is the index's own name, and nobody said that the index may go.
    """
    if not found.is_alias and not is_replaced:
        raise UsageError(
            f"{found.name!r} is an index and no alias, so a rebuilt index can only take its name "
            "when the old one is deleted: confirm that with --replace-index, or name an alias."
        )


def rebuild(
    cluster: Cluster,
    engine: Engine,
    found: ExistingIndex,
    blueprint: Blueprint,
    *,
    is_replaced: bool,
    bar: Bar,
) -> Rebuilt:
    """The index's documents in a new index under the old name and all its aliases.

    Args:
        is_replaced: whether an index that is named directly may be deleted; behind an alias it
            is kept.

    Raises:
        UsageError: the index would have to be deleted, and `is_replaced` is False.
        DiptychError: the copy failed; the message ends with what was undone.
    """
    check_replaceable(found, is_replaced=is_replaced)
    new = replacement_name(cluster, found.index)
    try:
        cluster.call("PUT", path(new), body=blueprint.body)
        blueprint.prepare(new)
        copied = LiveCopy(
            cluster, engine, found.index, new, excludes=found.own_fields, bar=bar
        ).run()
        blueprint.complete(new)
        cluster.call("POST", path("_aliases"), body={"actions": swap_actions(found, new)})
    except DiptychError as err:
        raise type(err)(f"{err} {_undo(cluster, found, new)}") from err
    except BaseException:
        _undo(cluster, found, new)
        raise
    blocked_s = time.monotonic() - copied.blocked_at_s
    _leave_word(cluster, found, new)
    _delete_pipeline(cluster, found)
    return Rebuilt(
        found.name,
        found.index,
        new,
        found.is_alias,
        copied.n_documents,
        copied.caught_up,
        copied.removed,
        blocked_s,
    )


def copied_settings(found: ExistingIndex) -> Json:
    """The settings that a copy shall have too; no final pipeline, so that copying runs none."""
    kept = {key: value for key, value in found.settings.items() if not key.startswith(_PRIVATE)}
    return kept | {"index.final_pipeline": "_none"}


def swap_actions(found: ExistingIndex, new: str) -> list[Json]:
    """The `_aliases` actions that move every alias, and an index's own name, in one call."""
    added = [{"add": {"index": new, "alias": a, **how}} for a, how in found.aliases.items()]
    if found.is_alias:
        removed = [{"remove": {"index": found.index, "alias": a}} for a in found.aliases]
        return [*removed, *added]
    own_name = {"add": {"index": new, "alias": found.index}}
    return [{"remove_index": {"index": found.index}}, own_name, *added]


def _undo(cluster: Cluster, found: ExistingIndex, new: str) -> str:
    """What was undone, in a sentence; nothing, where the swap happened although it looked failed."""
    try:
        now = read_existing(cluster, found.name)
        if now is None or now.index != found.index:
            raise RefusedError(f"{found.name!r} does not lead to {found.index!r} any more")
        cluster.call("DELETE", path(new), accept=(404,))
        if _BLOCK not in found.settings:
            cluster.call("PUT", path(found.index, "_settings"), body={_BLOCK: None})
    except DiptychError as err:
        return (
            f"It could not be undone ({err}): see what {found.name!r} leads to; if that is "
            f"{found.index!r}, delete {new!r} and set {_BLOCK} of {found.index!r} to null."
        )
    return f"The copy {new!r} was deleted, and {found.index!r} takes writes as before."


def _leave_word(cluster: Cluster, found: ExistingIndex, new: str) -> None:
    """Tell workers that hold messages for the old index, which takes no writes, where it went."""
    if not found.is_alias or not found.note:
        return
    meta = found.meta | {META_KEY: found.note | {REPLACED_BY: new}}
    try:
        cluster.call("PUT", path(found.index, "_mapping"), body={"_meta": meta})
    except DiptychError as err:
        _log.warning("Messages for %s wait until they are purged: %s", found.index, err)


def _delete_pipeline(cluster: Cluster, found: ExistingIndex) -> None:
    """The pipeline of an index that is gone serves nobody."""
    pipeline = found.note.get("pipeline")
    if pipeline == pipeline_name(found.index) and not found.is_alias:
        cluster.call("DELETE", path("_ingest", "pipeline", pipeline), accept=(404,))
