"""Synonyms, applied to what a shopper types: analyzers that read rules in Solr's form.

Products are indexed as they are, so rules can be longer than a word, and another set of rules needs
no other terms in the index. `synonym_graph` takes all forms of the words that its analyzer makes,
which is why it stands behind the step that folds them.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from diptych.client import Json

_RULES: Final = "index.analysis.filter.diptych_synonyms.synonyms"

#: The stopwords of the built-in analyzers `english` and `cjk` (Lucene's EnglishAnalyzer and
#: CJKAnalyzer). They go behind the synonyms, for rules may hold one: `t` is one, of t-shirt.
_ENGLISH_STOPWORDS: Final = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then "
    "there these they this to was will with"
)
_CJK_STOPWORDS: Final = f"{_ENGLISH_STOPWORDS} s t www"

#: Filters of an index with synonyms, but for the synonyms.
_FILTERS: Final[Mapping[str, Json]] = {
    "diptych_possessive": {"type": "stemmer", "language": "possessive_english"},
    "diptych_stopwords_as_they_are": {
        "type": "keyword_marker",
        "keywords": _ENGLISH_STOPWORDS.split(),
    },
    "diptych_stem": {"type": "stemmer", "language": "english"},
    "diptych_english_stopwords": {"type": "stop", "stopwords": _ENGLISH_STOPWORDS.split()},
    "diptych_cjk_stopwords": {"type": "stop", "stopwords": _CJK_STOPWORDS.split()},
}
#: Analyzer that indexes a field -> the steps by which it is searched, `@` being the synonyms.
_STEPS: Final[Mapping[str, str]] = {
    "standard": "lowercase @",
    "cjk": "cjk_width lowercase cjk_bigram @ diptych_cjk_stopwords",
    "english": (
        "diptych_possessive lowercase diptych_stopwords_as_they_are diptych_stem @ "
        "diptych_english_stopwords"
    ),
}


def synonym_settings(rules: Iterable[str], *, missing: Collection[str] = ()) -> Json:
    """Flat index settings: the rules, and an analyzer for searching beside each usual one.

    Args:
        rules: in Solr's form, such as `dress, 连衣裙` or `tv => television`.
        missing: analyzers that the cluster lacks, with their filters.
    """
    steps = {name: each.split() for name, each in _STEPS.items() if name not in missing}
    used = {step for each in steps.values() for step in each}
    settings: Json = {_RULES: list(rules)}
    settings["index.analysis.filter.diptych_synonyms.type"] = "synonym_graph"
    for name, body in _FILTERS.items():
        if name in used:
            settings |= {f"index.analysis.filter.{name}.{key}": it for key, it in body.items()}
    for name, each in steps.items():
        analyzer = f"index.analysis.analyzer.{_for_searching(name)}"
        filters = ["diptych_synonyms" if step == "@" else step for step in each]
        settings |= {f"{analyzer}.type": "custom", f"{analyzer}.tokenizer": "standard"}
        settings[f"{analyzer}.filter"] = filters
    return settings


def rules_of(settings: Mapping[str, object]) -> tuple[str, ...]:
    """The rules in the flat settings of an index; none where it has none of ours."""
    found = settings.get(_RULES, ())
    return tuple(map(str, found)) if isinstance(found, list) else ()


def with_synonyms(mapping: Json, *, default: str = "standard") -> Json:
    """A text field that is searched with synonyms, and so are its subfields.

    A field with another analyzer than the usual ones, or with one of its own for searching, stays
    as it is.

    Args:
        default: the analyzer of fields that name none.
    """
    changed = {**mapping}
    analyzer = mapping.get("analyzer", default)
    if mapping.get("type") == "text" and analyzer in _STEPS and "search_analyzer" not in mapping:
        changed["search_analyzer"] = _for_searching(analyzer)
    if "fields" in mapping:
        changed["fields"] = {
            name: with_synonyms(it, default=default) for name, it in mapping["fields"].items()
        }
    return changed


def has_synonyms(mapping: Json) -> bool:
    """Whether the field itself is searched with synonyms."""
    return mapping.get("search_analyzer") in set(map(_for_searching, _STEPS))


def _for_searching(analyzer: str) -> str:
    return f"diptych_{analyzer}_synonyms"
