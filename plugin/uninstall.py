"""Take Diptych off an index: marking, contract, values; other fields are never touched."""

from dataclasses import dataclass

from diptych.client import Cluster, Json, path
from diptych.contract import META_KEY
from diptych.errors import MappingError
from diptych.mappings.engine import Engine
from diptych.plugin.cleaning import remove_values
from diptych.plugin.existing import ExistingIndex, require_existing
from diptych.plugin.final_pipeline import restore_final_pipeline, usable_previous
from diptych.plugin.rebuild import Bar, Blueprint, Rebuilt, copied_settings, rebuild


@dataclass(frozen=True, slots=True)
class UninstallReport:
    """What was removed, and in `remaining`, one sentence each, what a live index keeps."""

    index: str
    n_cleaned: int
    final_pipeline: str | None
    remaining: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For a person."""
        said = f"{self.index}: Diptych is removed, {self.n_cleaned:,} documents were cleaned."
        if self.remaining:
            kept = ", ".join(self.remaining)
            said += f" A live index keeps {kept}; `--rebuild` makes one without."
        return said


def uninstall(
    cluster: Cluster, engine: Engine, found: ExistingIndex, *, bar: Bar
) -> UninstallReport:
    """The index without pipeline, contract and values; again after a failure goes on.

    The contract goes before the values, so that feed and worker stop writing new ones.
    """
    final = restore_final_pipeline(cluster, found)
    meta = {key: value for key, value in found.meta.items() if key != META_KEY}
    if META_KEY in found.meta:
        cluster.call("PUT", path(found.index, "_mapping"), body={"_meta": meta})
    n_cleaned = remove_values(cluster, engine, found, bar=bar)
    return UninstallReport(found.index, n_cleaned, final, _remaining(found))


def rebuild_without(
    cluster: Cluster, engine: Engine, found: ExistingIndex, *, is_replaced: bool, bar: Bar
) -> Rebuilt:
    """A copy of the index that never saw Diptych, in its place.

    Raises:
        UsageError: the index would have to be deleted, and `is_replaced` is False.
        MappingError: a template carries Diptych to every new index of such a name.
        DiptychError: the copy failed; the message ends with what was undone.
    """
    final = usable_previous(cluster, found)

    def complete(new: str) -> None:
        setting = {"index.final_pipeline": final or "_none"}
        cluster.call("PUT", path(new, "_settings"), body=setting)

    body = {"settings": _clean_settings(found), "mappings": found.bare_mappings}
    return rebuild(
        cluster,
        engine,
        found,
        Blueprint(body, complete, prepare=lambda new: _check_without(cluster, new)),
        is_replaced=is_replaced,
        bar=bar,
    )


def _check_without(cluster: Cluster, new: str) -> None:
    if require_existing(cluster, new).note:
        raise MappingError(
            f"A template carries Diptych to the new index {new!r} too: run "
            "`diptych uninstall --template PATTERN` first."
        )


def _clean_settings(found: ExistingIndex) -> Json:
    kept = copied_settings(found)
    others = found.bare_mappings["properties"].values()
    if any(mapping.get("type") == "knn_vector" for mapping in others):
        return kept
    return {key: value for key, value in kept.items() if not f"{key}.".startswith("index.knn.")}


def _remaining(found: ExistingIndex) -> tuple[str, ...]:
    said = [f"the mapping entry {field!r}, without values" for field in found.own_fields]
    if str(found.settings.get("index.knn")).lower() == "true":
        said.append("the setting index.knn: true")
    return tuple(said)
