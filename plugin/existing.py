"""An index as the cluster describes it, before anything about it is decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from diptych.client import Cluster, Json, path
from diptych.contract import CONTRACT_VERSIONS, META_KEY, IndexContract, contract_from_meta
from diptych.errors import ContractError, MappingError, MissingIndexError
from diptych.mappings.fields import OBJECT, VECTOR
from diptych.mappings.index import OBJECT_MAPPING
from diptych.mappings.pipeline import pipeline_name

#: Key below `_meta.diptych`: the final pipeline that the index had before ours.
PREVIOUS = "previous_pipeline"

#: What our vector field is mapped as, by us or by a cluster that guessed from copied documents.
_VECTOR_TYPES = frozenset({"knn_vector", "dense_vector", "float"})


@dataclass(frozen=True, slots=True)
class ExistingIndex:
    """One concrete index; `name` is what the caller said, `settings` are flat."""

    name: str
    index: str
    aliases: Json
    settings: Json
    mappings: Json

    @property
    def is_alias(self) -> bool:
        """Whether the caller named an alias."""
        return self.name != self.index

    @property
    def properties(self) -> Json:
        """The mapping's fields."""
        found: Json = self.mappings.get("properties", {})
        return found

    @property
    def meta(self) -> Json:
        """The mapping's `_meta`, the user's own keys included."""
        return dict(self.mappings.get("_meta") or {})

    @property
    def note(self) -> Json:
        """What lies below `_meta.diptych`: the contract, and tuning kept beside it."""
        found = self.meta.get(META_KEY)
        return dict(found) if isinstance(found, Mapping) else {}

    @property
    def contract(self) -> IndexContract | None:
        """The contract it carries; None where there is none, or it is damaged.

        Raises:
            ContractError: the contract has another version.
        """
        if not self.note:
            return None
        try:
            return contract_from_meta(self.meta, index=self.name)
        except ContractError:
            if self.note.get("version") not in (None, *CONTRACT_VERSIONS):
                raise
            return None

    @property
    def final_pipeline(self) -> str | None:
        """The pipeline that every write passes last."""
        found = self.settings.get("index.final_pipeline", "_none")
        return None if found == "_none" else str(found)

    @property
    def own_pipeline(self) -> str:
        """Name of the marking pipeline that it has or would get.

        An index that was made from a template shares one with others.
        """
        shared = self.note.get("pipeline")
        is_shared = shared is not None and shared == self.final_pipeline
        return str(shared) if is_shared else pipeline_name(self.index)

    @property
    def is_marked(self) -> bool:
        """Whether its final pipeline is ours."""
        return self.final_pipeline == self.own_pipeline

    @property
    def previous_pipeline(self) -> str | None:
        """The final pipeline that is not ours: the one now, or the one that ours replaced."""
        return self.note.get(PREVIOUS) if self.is_marked else self.final_pipeline

    @property
    def is_clean(self) -> bool:
        """Whether nothing of Diptych is in it, `index.knn` included."""
        has_graph = str(self.settings.get("index.knn")).lower() == "true"
        return not (self.note or self.own_fields or has_graph)

    @property
    def own_fields(self) -> tuple[str, ...]:
        """Diptych's fields that are mapped; a shop's own field of that name is not among them.

        Copied documents can bring `diptych` into an index where it was never installed.
        """
        known = set(OBJECT_MAPPING["properties"])
        below = set(self.properties.get(OBJECT, {}).get("properties", ()))
        has_object = OBJECT in self.properties and (
            bool(self.note) or (bool(below) and below <= known)
        )
        has_vector = self.properties.get(VECTOR, {}).get("type") in _VECTOR_TYPES
        return (*([OBJECT] if has_object else []), *([VECTOR] if has_vector else []))

    @property
    def bare_mappings(self) -> Json:
        """The mapping without Diptych's fields and contract."""
        kept = {name: it for name, it in self.properties.items() if name not in self.own_fields}
        meta = {key: value for key, value in self.meta.items() if key != META_KEY}
        bare = {key: value for key, value in self.mappings.items() if key != "_meta"}
        return bare | {"properties": kept} | ({"_meta": meta} if meta else {})


def require_existing(cluster: Cluster, name: str) -> ExistingIndex:
    """The index behind a name.

    Raises:
        MissingIndexError: there is none.
        MappingError: the name stands for several.
    """
    found = read_existing(cluster, name)
    if found is None:
        raise MissingIndexError(f"There is no index {name!r}: check its name.")
    return found


def read_existing(cluster: Cluster, name: str) -> ExistingIndex | None:
    """The index behind a name, or None where there is none.

    Raises:
        MappingError: the name stands for several.
    """
    answer: Json = cluster.call("GET", path(name), params={"flat_settings": "true"}, accept=(404,))
    if answer.get("status") == 404:
        return None
    if len(answer) != 1:
        raise MappingError(
            f"{name!r} stands for {len(answer)} indexes ({', '.join(sorted(answer)) or 'none'}): "
            "name one of them."
        )
    index, body = next(iter(answer.items()))
    return ExistingIndex(name, index, body["aliases"], body["settings"], body["mappings"])
