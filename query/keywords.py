"""The keyword leg: BM25 over the contract's text fields."""

from collections.abc import Sequence

from diptych.client import Json
from diptych.contract import IndexContract
from diptych.mappings.target import field_mapping

#: Share of the other fields' scores that is added to the best field's: a product whose title and
#: description both match is a little ahead of one whose title alone does. The value that
#: Elasticsearch's guide to `multi_match` uses.
TIE_BREAKER = 0.3


def keywords_query(
    words: str, avoid: str | None, *, contract: IndexContract, properties: Json
) -> Json:
    """A `multi_match` over the text fields and their `english` subfields.

    The shopper's words stand in a match clause alone, so no character in them is an operator.
    Words to avoid take a product out of this leg where one of its fields holds them all.
    """
    names = text_names(contract, properties)
    wanted: Json = {
        "multi_match": {
            "query": words,
            "fields": names,
            "type": "best_fields",
            "tie_breaker": TIE_BREAKER,
            "lenient": True,
        }
    }
    if avoid is None:
        return wanted
    unwanted: Json = {
        "multi_match": {"query": avoid, "fields": names, "operator": "and", "lenient": True}
    }
    return {"bool": {"must": [wanted], "must_not": [unwanted]}}


def text_names(contract: IndexContract, properties: Json) -> Sequence[str]:
    """The contract's text fields, each followed by its `english` subfield where it has one."""
    names: list[str] = []
    for field in contract.text_fields:
        names.append(field)
        if field_mapping(properties, f"{field}.english") is not None:
            names.append(f"{field}.english")
    return names
