"""What a shopper's words may become: titles that hold them, by keyword alone."""

from collections.abc import Iterable

from diptych.client import Cluster, Json, path
from diptych.contract import IndexContract
from diptych.errors import UsageError
from diptych.mappings.target import Target
from diptych.query.request_checks import MAX_TEXT_CHARACTERS
from diptych.query.source import value_at

#: Documents read for one title, because several products share theirs.
_READ_PER_TITLE = 6
#: Terms that the last, unfinished word may stand for: the engines' default.
_MAX_EXPANSIONS = 50


def suggest(cluster: Cluster, target: Target, text: str, *, size: int) -> list[str]:
    """Distinct titles that hold the words, the last of which may be unfinished; best first.

    A blank text has no suggestions. The title is the contract's first text field.

    Raises:
        UsageError: the text is too long or no valid Unicode.
        DiptychError: whatever the cluster refuses or cannot answer.
    """
    words = _checked(text).strip()
    if not words:
        return []
    body = suggest_body(words, size=size, contract=target.contract)
    answer = cluster.call("POST", path(target.name, "_search"), body=body)
    title = title_field(target.contract)
    sources = (row.get("_source", {}) for row in answer["hits"]["hits"])
    return _distinct((_title(source, title) for source in sources), size)


def title_field(contract: IndexContract) -> str:
    """The field that suggestions are read from."""
    return contract.text_fields[0]


def suggest_body(words: str, *, size: int, contract: IndexContract) -> Json:
    """The search for titles: all words in any order, ahead of them those in this order.

    The words stand in match clauses alone, so no character in them is an operator.
    """
    title = title_field(contract)
    unfinished = {"query": words, "max_expansions": _MAX_EXPANSIONS}
    in_any_order = {"match_bool_prefix": {title: {**unfinished, "operator": "and"}}}
    in_this_order = {"match_phrase_prefix": {title: unfinished}}
    return {
        "size": size * _READ_PER_TITLE,
        "_source": [title],
        "track_total_hits": False,
        "query": {"bool": {"must": [in_any_order], "should": [in_this_order]}},
    }


def _checked(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as err:
        raise UsageError(f"The text {text!r} is not valid UTF-8: type it again.") from err
    if len(text) > MAX_TEXT_CHARACTERS:
        raise UsageError(f"The text has {len(text)} characters: use at most {MAX_TEXT_CHARACTERS}.")
    return text


def _title(source: Json, field: str) -> str:
    found = value_at(source, field)
    if isinstance(found, list):
        found = found[0] if found else None
    return found.strip() if isinstance(found, str) else ""


def _distinct(titles: Iterable[str], size: int) -> list[str]:
    """The first of those that differ in more than their case."""
    kept: dict[str, str] = {}
    for title in titles:
        if title:
            kept.setdefault(title.casefold(), title)
    return list(kept.values())[:size]
