"""The keyword leg: BM25 over the contract's text fields, forgiving of typing errors."""

from collections.abc import Sequence
from typing import Final

from diptych.client import Json
from diptych.contract import IndexContract
from diptych.mappings.languages import CHINESE, ENGLISH
from diptych.mappings.target import field_mapping
from diptych.query.words import count_units, first_units, spelled_words

#: Share of the other fields' scores that is added to the best field's: a product whose title and
#: description both match is a little ahead of one whose title alone does. The value that
#: Elasticsearch's guide to `multi_match` uses.
TIE_BREAKER = 0.3
#: What a word that is nearly right adds, where the right one adds this and 1. So who has the word
#: is ahead. With the bundled catalogue (600 products, 185 English searches, in each word of four
#: letters or more two changed places), nDCG@10 of this leg is 0.09 at 0, 0.46 at 0.2, 0.48 at 0.5
#: and 0.52 at 1; without errors it is 0.63, 0.64, 0.64 and 0.64, and falls from 0.5 on.
NEARLY = 0.5
#: Letters from which one error is forgiven, and from which two are; the first must be right.
_ONE_ERROR, _TWO_ERRORS = 4, 8
#: An engine takes 1,024 clauses (`indices.query.bool.max_clause_count`), one a word and field.
_MAX_CLAUSES: Final = 600
_MAX_CLAUSES_OF_ALL: Final = 200
_MAX_CLAUSES_OF_NEARLY: Final = 320
#: Spellings looked for per word; with fewer than the least, a typing error is not worth it.
_MOST_SPELLINGS, _LEAST_SPELLINGS = 20, 5


def keywords_query(
    words: str, avoid: str | None, *, contract: IndexContract, properties: Json
) -> Json:
    """A query for the words over the text fields and their subfields by language.

    Any of the words is enough. A product that has them all counts more: Chinese is indexed as
    pairs of characters, and 红色长款外套 shares four of its five with a black long coat, and four
    with a red long woollen one. (In 370 searches of the bundled catalogue, nDCG@10 of this leg
    rises from 0.62 to 0.64.) Words in letters are also found where
    they are nearly right.

    The shopper's words stand in match clauses alone, so no character in them is an operator.
    Words to avoid take a product out of this leg where one of its fields holds them all.
    """
    names = text_names(contract, properties)
    wanted = _wanted(words, names)
    if avoid is None:
        return wanted
    unwanted: Json = {
        "multi_match": {
            "query": first_units(avoid, _most_words(names)),
            "fields": names,
            "operator": "and",
            "lenient": True,
        }
    }
    return {"bool": {"must": [wanted], "must_not": [unwanted]}}


def text_names(contract: IndexContract, properties: Json) -> Sequence[str]:
    """The contract's text fields, each followed by its subfields by language."""
    names: list[str] = []
    for field in contract.text_fields:
        below = (f"{field}.{language}" for language in (ENGLISH, CHINESE))
        names += [field, *(n for n in below if field_mapping(properties, n) is not None)]
    return names


def _most_words(names: Sequence[str]) -> int:
    return max(1, _MAX_CLAUSES // len(names))


def _wanted(words: str, names: Sequence[str]) -> Json:
    any_of_them: Json = {
        "multi_match": {
            "query": first_units(words, _most_words(names)),
            "fields": names,
            "type": "best_fields",
            "tie_breaker": TIE_BREAKER,
            "lenient": True,
        }
    }
    closer = [*_all_of_them(words, names), *_nearly(words, names)]
    return {"bool": {"should": [any_of_them, *closer]}} if closer else any_of_them


def _all_of_them(words: str, names: Sequence[str]) -> list[Json]:
    """Every word in one of the fields that are analysed alike; nothing for a lone word."""
    n_units = count_units(words)
    if not 1 < n_units <= _MAX_CLAUSES_OF_ALL // len(names):
        return []
    every = {"query": words, "fields": names, "type": "cross_fields", "operator": "and"}
    return [{"multi_match": {**every, "lenient": True}}]


def _nearly(words: str, names: Sequence[str]) -> list[Json]:
    """The words in letters with errors; Chinese ones are too short to tell an error in.

    The words that a Chinese analyzer makes are left alone, for they are of any length.
    """
    spelled = spelled_words(words, shortest=_ONE_ERROR)
    fields = [name for name in names if not name.endswith(f".{CHINESE}")]
    n_clauses = len(spelled) * len(fields)
    n_spellings = min(_MOST_SPELLINGS, _MAX_CLAUSES_OF_NEARLY // max(1, n_clauses))
    if not spelled or n_spellings < _LEAST_SPELLINGS:
        return []
    body: Json = {
        "query": " ".join(spelled),
        "fields": fields,
        "type": "best_fields",
        "tie_breaker": TIE_BREAKER,
        "fuzziness": f"AUTO:{_ONE_ERROR},{_TWO_ERRORS}",
        "prefix_length": 1,
        "max_expansions": n_spellings,
        "lenient": True,
        "boost": NEARLY,
    }
    return [{"multi_match": body}]
