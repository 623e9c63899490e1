"""What to say about a request that is not of its form."""

from collections.abc import Sequence
from typing import Any

#: What pydantic puts into a path for the forms that a value may have; no field is called so.
_FORMS = frozenset(("constrained-str", "bool", "int", "float", "Bounds", "Counted", "BlendingBody"))
_OF_FORMS = ("list[", "literal[")
_LONGEST = 200
#: What is said first: a wrong name is more than what follows from it.
_TELLING = ("extra_forbidden", "missing")
_FIX = "Correct the request; /openapi.json has its form."


def say_unreadable(problems: Sequence[Any], *, content_type: str) -> tuple[str, str]:
    """What is wrong and what to do about it, from the complaints of pydantic and FastAPI.

    Args:
        content_type: the request's own; another than JSON's explains any complaint.
    """
    if not problems:
        return "The request cannot be read.", _FIX
    first = problems[0]
    is_body = first["loc"][:1] == ("body",)
    if is_body and "json" not in content_type.lower():
        said = f"sent as {content_type[:_LONGEST]!r}" if content_type else "of no known type"
        return f"The request's body is {said}.", "Send the header `content-type: application/json`."
    if first["type"] == "json_invalid":
        where = first["loc"][-1]
        return f"The request's body is no JSON from character {where} on.", "Send a JSON object."
    if is_body and first["type"] == "missing" and len(first["loc"]) == 1:
        return "The request has no body.", "Send a JSON object."
    return _say_where(problems)


def _say_where(problems: Sequence[Any]) -> tuple[str, str]:
    """Of a value with several forms each one complains: the one that was most likely meant."""
    value = _path(problems[0]["loc"])
    tried = [one for one in problems if _path(one["loc"])[: len(value)] == value]
    told = min(tried, key=lambda one: (_rank(one["type"]), -len(_path(one["loc"]))))
    where = ".".join(_path(told["loc"]))[:_LONGEST] or "the body"
    if told["type"] == "extra_forbidden":
        fix = "Correct its name or leave it out; see /openapi.json."
        return f"The request has an unknown field {where!r}.", fix
    if told["type"] == "missing":
        return f"The request lacks the field {where!r}.", "Add it; see /openapi.json."
    alike = [one for one in tried if _path(one["loc"]) == _path(told["loc"])]
    reason = str(told["msg"])[:_LONGEST] if len(alike) == 1 else "it has none of its forms"
    return f"The request cannot be read at {where} ({reason}).", _FIX


def _rank(kind: str) -> int:
    return _TELLING.index(kind) if kind in _TELLING else len(_TELLING)


def _path(location: Sequence[str | int]) -> list[str]:
    named = location[1:] if location[:1] == ("body",) else location
    parts = map(str, named)
    return [part for part in parts if part not in _FORMS and not part.startswith(_OF_FORMS)]
