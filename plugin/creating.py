"""A new index for Diptych, with the best word analysis that the cluster has."""

from collections.abc import Collection, Sequence
from typing import Final

from diptych.client import Cluster, Json, path
from diptych.errors import MappingError, RefusedError
from diptych.mappings.analysis import missing_analyzers
from diptych.mappings.engine import Engine
from diptych.mappings.index import ANALYZERS, IMAGE_MAPPING
from diptych.mappings.languages import chinese_mapping, words_mapping
from diptych.mappings.synonyms import synonym_settings, with_synonyms

#: What becomes of words without an analyzer.
_PLAINER: Final = {
    "cjk": "Chinese is found by single characters",
    "english": "English is found only with the same endings",
}


def create_index(
    cluster: Cluster,
    engine: Engine,
    index: str,
    *,
    text_fields: Sequence[str],
    image_field: str | None,
    synonyms: Sequence[str] = (),
) -> tuple[str, ...]:
    """Create an index that can hold vectors; a sentence where words get a plainer analysis.

    Args:
        synonyms: rules in Solr's form.

    Raises:
        RefusedError: the cluster takes no such index.
        MappingError: the cluster has no filter for synonyms.
    """
    chinese = chinese_mapping(cluster)

    def create(missing: Collection[str]) -> None:
        words = words_mapping(missing, chinese=chinese)
        settings = engine.index_settings()
        if synonyms:
            words = with_synonyms(words)
            settings = settings | synonym_settings(synonyms, missing=missing)
        fields: Json = dict.fromkeys(text_fields, words)
        fields |= {image_field: IMAGE_MAPPING} if image_field else {}
        body = {"settings": settings, "mappings": {"properties": fields}}
        cluster.call("PUT", path(index), body=body)

    try:
        create(())
    except RefusedError:
        missing = missing_analyzers(cluster, ANALYZERS)
        if not missing:
            raise
    else:
        return ()
    try:
        create(missing)
    except RefusedError as err:
        if not synonyms:
            raise
        raise MappingError(_no_synonyms(err)) from err
    return (say_plainer(missing),)


def _no_synonyms(err: RefusedError) -> str:
    return (
        f"The cluster cannot hold synonyms beside its plain analysis ({err}) Leave --synonyms out, "
        "or add the analysis module to the cluster."
    )


def say_plainer(missing: Sequence[str]) -> str:
    """A sentence about words whose analyzers the cluster lacks."""
    return (
        f"The cluster has no analyzer {' and no '.join(missing)}, so in this index "
        f"{', and '.join(_PLAINER[name] for name in missing)}. Add the analysis module to the "
        "cluster and create the index again for better keywords."
    )
