"""How the words of a new index are analysed: Chinese, English, and both in one text.

The field itself has the analyzer `cjk`, which makes pairs of Chinese characters, and whole words
of everything else. Subfields add what it cannot do: `english` folds plurals and tenses (and finds
single Chinese characters), `chinese` knows the words of Chinese, where the cluster has an analyzer
for them. All are searched together.
"""

from collections.abc import Collection
from typing import Final

from diptych.client import Cluster, Json
from diptych.errors import CredentialsError
from diptych.mappings.analysis import missing_analyzers
from diptych.mappings.index import text_mapping

ENGLISH: Final = "english"
CHINESE: Final = "chinese"

#: Analyzers that know Chinese words, best first: one for indexing, one for searching. They come
#: with the plugins IK and smartcn, which both engines can be given and neither has from the start.
CHINESE_ANALYZERS: Final = (("ik_max_word", "ik_smart"), ("smartcn", "smartcn"))


def words_mapping(missing: Collection[str], *, chinese: Json | None) -> Json:
    """Mapping of a field with words.

    Args:
        missing: those of `diptych.mappings.index.ANALYZERS` that the cluster lacks.
        chinese: mapping of the Chinese subfield, where the cluster has an analyzer for it.
    """
    plain = text_mapping(missing)
    return plain if chinese is None else {**plain, "fields": {**plain["fields"], CHINESE: chinese}}


def chinese_mapping(cluster: Cluster) -> Json | None:
    """Mapping of the Chinese subfield by the best analyzer that the cluster has.

    None where it has none, or does not let us ask.
    """
    for indexing, searching in CHINESE_ANALYZERS:
        try:
            if not missing_analyzers(cluster, {indexing, searching}):
                return {"type": "text", "analyzer": indexing, "search_analyzer": searching}
        except CredentialsError:
            return None
    return None
