"""A new index for Diptych, with the best word analysis that the cluster has."""

from collections.abc import Collection, Sequence

from diptych.client import Cluster, Json, path
from diptych.errors import RefusedError
from diptych.mappings.analysis import missing_analyzers
from diptych.mappings.engine import Engine
from diptych.mappings.index import ANALYZERS, IMAGE_MAPPING, text_mapping


def create_index(
    cluster: Cluster,
    engine: Engine,
    index: str,
    *,
    text_fields: Sequence[str],
    image_field: str | None,
) -> tuple[str, ...]:
    """Create an index that can hold vectors; a sentence where words get a plainer analysis.

    Raises:
        RefusedError: the cluster takes no such index.
    """

    def create(missing: Collection[str]) -> None:
        fields: Json = dict.fromkeys(text_fields, text_mapping(missing))
        fields |= {image_field: IMAGE_MAPPING} if image_field else {}
        body = {"settings": engine.index_settings(), "mappings": {"properties": fields}}
        cluster.call("PUT", path(index), body=body)

    try:
        create(())
    except RefusedError:
        missing = missing_analyzers(cluster, ANALYZERS)
        if not missing:
            raise
        create(missing)
        return (_say_plainer(missing),)
    return ()


def _say_plainer(missing: Sequence[str]) -> str:
    return (
        f"The cluster has no analyzer {' and no '.join(missing)}, so `standard` analyses the words "
        "of this index: Chinese by single characters, English with its endings. Add the analysis "
        "module to the cluster and create the index again for better keywords."
    )
