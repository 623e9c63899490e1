"""Diptych's own fields, left out of hits unless a body names them, so that hits look as before."""

from collections.abc import Sequence
from typing import Any

from diptych.client import Json
from diptych.mappings.fields import OBJECT


def shown_source(body: Json, *, vector_field: str) -> Json:
    """The `_source` of the page's body, as an object to add to it; empty where none is due."""
    asked = body.get("_source")
    if "_source" not in body and "_source" not in _listed(body.get("stored_fields", "_source")):
        return {}
    if "_source" not in body and body.get("script_fields"):
        # Where scripts make the fields, neither engine shows the source unless it is asked for.
        return {}
    if asked is False:
        return {"_source": False}
    if isinstance(asked, dict):
        includes = _listed(asked.get("includes", asked.get("include", [])))
        excludes = _listed(asked.get("excludes", asked.get("exclude", [])))
        others = {
            name: value
            for name, value in asked.items()
            if name not in ("includes", "include", "excludes", "exclude")
        }
    else:
        includes = [] if asked in (None, True) else _listed(asked)
        excludes, others = [], {}
    hidden = hidden_names(includes, vector_field=vector_field)
    chosen: Json = {**others, "excludes": [*excludes, *hidden]}
    return {"_source": {**chosen, "includes": includes} if includes else chosen}


def hidden_names(named: Sequence[Any], *, vector_field: str) -> list[str]:
    """Our fields that none of the names asks for."""
    roots = {str(name).partition(".")[0] for name in named}
    return [name for name in (OBJECT, vector_field) if name not in roots]


def hide_fields(hit: Json, body: Json, *, vector_field: str) -> None:
    """Takes our fields out of a hit's `fields`, where a pattern such as `*` brought them."""
    fields = hit.get("fields")
    if not isinstance(fields, dict):
        return
    named: list[str] = []
    for key in ("fields", "docvalue_fields", "stored_fields"):
        for item in _listed(body.get(key, [])):
            named.append(str(item.get("field") if isinstance(item, dict) else item))
    hidden = hidden_names(named, vector_field=vector_field)
    for name in [name for name in fields if name.partition(".")[0] in hidden]:
        del fields[name]
    if not fields:
        del hit["fields"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
