"""Synonyms for an index that is rebuilt: in its settings, and on those of its fields that can."""

from collections.abc import Sequence
from copy import deepcopy

from diptych.client import Cluster, Json
from diptych.errors import MappingError
from diptych.mappings.analysis import missing_analyzers
from diptych.mappings.index import ANALYZERS
from diptych.mappings.synonyms import has_synonyms, synonym_settings, with_synonyms
from diptych.plugin.field_checks import mapped_field

_OWN_DEFAULT = "index.analysis.analyzer.default."


def add_synonyms(
    cluster: Cluster, body: Json, rules: Sequence[str], *, fields: Sequence[str], index: str
) -> Json:
    """The body of a new index in which the fields are searched with synonyms.

    Args:
        body: `settings`, flat, and `mappings` with `properties`.
        fields: those with words; one that is not mapped yet is left out.
        index: its name, for the sentence.

    Raises:
        MappingError: a field has an analyzer that we cannot put synonyms behind.
    """
    changed: Json = deepcopy(body)
    settings, properties = changed["settings"], changed["mappings"]["properties"]
    has_own_default = any(key.startswith(_OWN_DEFAULT) for key in settings)
    for field in fields:
        mapping = mapped_field(properties, field)
        if mapping is None:
            continue
        mapping |= with_synonyms(mapping, default="its own" if has_own_default else "standard")
        if not has_synonyms(mapping):
            raise MappingError(_cannot(field, mapping, index))
    missing = missing_analyzers(cluster, ANALYZERS)
    changed["settings"] = settings | synonym_settings(rules, missing=missing)
    return changed


def _cannot(field: str, mapping: Json, index: str) -> str:
    kind = mapping.get("type", "object")
    how = mapping.get("search_analyzer", mapping.get("analyzer", "the index's own default"))
    reason = f"is searched by the analyzer {how!r}" if kind == "text" else f"is of type {kind!r}"
    return (
        f"The field {field!r} of {index!r} {reason}, which cannot be given synonyms from outside: "
        "write them into that analyzer, or leave --synonyms out."
    )
