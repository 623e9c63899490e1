"""Where the shopper's words stand in a product: passages to show, and the words that matched."""

import html
import re
from collections.abc import Mapping, Sequence

from diptych.client import Json
from diptych.contract import IndexContract

_BEFORE, _AFTER = "<em>", "</em>"
_MARKED = re.compile(f"{_BEFORE}(.*?){_AFTER}", re.DOTALL)
#: Passages of one field, and characters of each.
_N_PASSAGES = 3
_PASSAGE_CHARACTERS = 120


def highlight_clause(words: Json, *, names: Sequence[str], whole: bool) -> Json:
    """The part of a search body that marks the words in the text fields.

    The text comes out as HTML: the product's own signs are escaped, so that the only tags in it
    are ours.

    Args:
        words: the query clause of the shopper's words.
        names: the text fields and their subfields.
        whole: mark in the whole field in place of the best passages.
    """
    size: Json = (
        {"number_of_fragments": 0}
        if whole
        else {
            "number_of_fragments": _N_PASSAGES,
            "fragment_size": _PASSAGE_CHARACTERS,
            "order": "score",
        }
    )
    return {
        "highlight": {
            "type": "unified",
            "encoder": "html",
            "pre_tags": [_BEFORE],
            "post_tags": [_AFTER],
            # A subfield's words are looked for in its own field alone: it stems as the query did.
            "require_field_match": True,
            "highlight_query": words,
            "fields": dict.fromkeys(names, size),
        }
    }


def passages(row: Json, contract: IndexContract) -> dict[str, list[str]]:
    """Text field -> its marked passages, from the form of the field in which more words matched."""
    found: Mapping[str, list[str]] = row.get("highlight", {})
    shown: dict[str, list[str]] = {}
    for field in contract.text_fields:
        forms = [marked for name, marked in found.items() if _is_form(name, field)]
        if forms:
            shown[field] = max(forms, key=lambda marked: len(_MARKED.findall(" ".join(marked))))
    return shown


def matched_terms(row: Json) -> tuple[str, ...]:
    """The words of the document that matched, as it writes them, each once."""
    found: Mapping[str, list[str]] = row.get("highlight", {})
    texts = [" ".join(marked) for marked in found.values()]
    terms = [html.unescape(term) for text in texts for term in _MARKED.findall(text)]
    seen: dict[str, str] = {}
    for term in terms:
        seen.setdefault(term.casefold(), term)
    return tuple(seen.values())


def _is_form(name: str, field: str) -> bool:
    return name == field or name.startswith(f"{field}.")
