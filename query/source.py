"""Which source fields a caller sees: never Diptych's own, and only those that may be shown."""

import re
from collections.abc import Sequence

from diptych.client import Json
from diptych.contract import IndexContract
from diptych.errors import UsageError
from diptych.mappings.fields import OBJECT


def source_filter(
    asked: Sequence[str], allowed: Sequence[str], *, contract: IndexContract, with_vector: bool
) -> Json:
    """The `_source` of a search body.

    Args:
        asked: fields that the caller wants, `*` allowed; none means all that are allowed.
        allowed: fields that may be shown, `*` allowed; none means all.
        with_vector: read the vector too, for explaining; the caller of this must drop it again.

    Raises:
        UsageError: a field that may not be shown is asked for.
    """
    check_shown(asked, allowed)
    includes = list(asked or allowed or ["*"])
    if with_vector:
        return {"includes": [*includes, contract.vector_field], "excludes": [OBJECT]}
    return {"includes": includes, "excludes": [OBJECT, contract.vector_field]}


def check_shown(names: Sequence[str], allowed: Sequence[str]) -> None:
    """Pass if callers may see the values of these fields.

    Raises:
        UsageError: names the first that they may not.
    """
    for name in names:
        if allowed and not covers(allowed, name):
            raise UsageError(
                f"The field {name!r} may not be shown: ask for some of {', '.join(allowed)}."
            )


def covers(allowed: Sequence[str], name: str) -> bool:
    """Whether every field that `name` can mean is one that a pattern in `allowed` allows.

    A star in `name` can only be matched by a star in a pattern, so nothing slips through.
    """
    return any(_covers(pattern, name) for pattern in allowed)


def _covers(pattern: str, name: str) -> bool:
    pattern = re.escape(pattern).replace(r"\*", ".*")
    return re.fullmatch(rf"{pattern}(\..*)?", name, re.DOTALL) is not None


def value_at(source: Json, field: str) -> object:
    """The value of a field in a document, whether its name is written with dots or as objects."""
    if field in source:
        return source[field]
    found: object = source
    for part in field.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
