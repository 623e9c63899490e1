"""A new index for Diptych, with the best word analysis that the cluster has."""

from collections.abc import Callable, Collection, Sequence
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
        try:
            cluster.call("PUT", path(index), body=body)
        except RefusedError as err:
            if not (synonyms and missing):
                raise
            raise MappingError(_no_synonyms(err)) from err

    return with_best_words(cluster, create)


def with_best_words(cluster: Cluster, write: Callable[[Collection[str]], None]) -> tuple[str, ...]:
    """Write something with the best analysis of words; a sentence where they get a plainer one.

    The cluster is asked for its analyzers only where it refuses the best.

    Args:
        write: is given the analyzers to do without.

    Raises:
        RefusedError: the cluster refuses the plainer one as well, or for another reason.
    """
    try:
        write(())
    except RefusedError:
        missing = missing_analyzers(cluster, ANALYZERS)
        if not missing:
            raise
    else:
        return ()
    write(missing)
    return (_say_plainer(missing),)


def _no_synonyms(err: RefusedError) -> str:
    return (
        f"The cluster cannot hold synonyms beside its plain analysis ({err}) Leave --synonyms out, "
        "or add the analysis module to the cluster."
    )


def _say_plainer(missing: Sequence[str]) -> str:
    return (
        f"The cluster has no analyzer {' and no '.join(missing)}, so in this index "
        f"{', and '.join(_PLAINER[name] for name in missing)}. Add the analysis module to the "
        "cluster and create the index again for better keywords."
    )
