"""Which of the engines' addresses are answered here, and how."""

import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote

from diptych.client import path as quoted
from diptych.plugin.serve.dropin.refusing import RefusalError


class Kind(Enum):
    """What a request is for."""

    SEARCH = "search"
    MSEARCH = "msearch"
    MGET = "mget"
    BULK = "bulk"
    #: Goes on as it came, once its body names no other index.
    READ = "read"
    #: The same, and it must not be sent twice.
    CHANGE = "change"
    #: Goes on as it came: its body is a document.
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Address:
    """A request's place: the index that its path names, if any, and the path to send it to."""

    kind: Kind
    index: str | None
    path: str


_LOOKS = frozenset(("GET", "HEAD"))
_ASKS = frozenset(("GET", "POST"))

#: Methods, pattern of the path, kind; `*` stands for an index at the front and an id elsewhere.
_SERVED: tuple[tuple[frozenset[str], str, Kind], ...] = (
    (_LOOKS, "", Kind.READ),
    (_LOOKS, "_cluster/health", Kind.READ),
    (_ASKS, "*/_search", Kind.SEARCH),
    (_ASKS, "_search", Kind.SEARCH),
    (_ASKS, "_msearch", Kind.MSEARCH),
    (_ASKS, "*/_msearch", Kind.MSEARCH),
    (_ASKS, "*/_count", Kind.READ),
    (_ASKS, "_mget", Kind.MGET),
    (_ASKS, "*/_mget", Kind.MGET),
    (_LOOKS, "*/_doc/*", Kind.READ),
    (_LOOKS, "*/_source/*", Kind.READ),
    (frozenset(("HEAD",)), "*", Kind.READ),
    (_ASKS | {"DELETE"}, "_search/scroll", Kind.READ),
    (frozenset(("POST",)), "*/_search/point_in_time", Kind.READ),
    (frozenset(("DELETE",)), "_search/point_in_time", Kind.READ),
    (frozenset(("POST",)), "*/_pit", Kind.READ),
    (frozenset(("DELETE",)), "_pit", Kind.READ),
)
_CHANGES = frozenset(("POST", "PUT"))
#: Answered only where writes are passed on.
_WRITTEN: tuple[tuple[frozenset[str], str, Kind], ...] = (
    (_CHANGES, "*/_doc", Kind.WRITE),
    (_CHANGES | {"DELETE"}, "*/_doc/*", Kind.WRITE),
    (_CHANGES, "*/_create/*", Kind.WRITE),
    (_CHANGES, "*/_update/*", Kind.WRITE),
    (_CHANGES, "_bulk", Kind.BULK),
    (_CHANGES, "*/_bulk", Kind.BULK),
    (_ASKS, "*/_refresh", Kind.WRITE),
    (frozenset(("POST",)), "*/_update_by_query", Kind.CHANGE),
    (frozenset(("POST",)), "*/_delete_by_query", Kind.CHANGE),
)

_WRITES_REFUSED = (
    "This address answers searches and reads alone: write to the cluster itself, or start "
    "`diptych serve` with --proxy-writes."
)
_NOT_SERVED = (
    "This address answers searches and reads of products alone, and not {method} {path}: send it "
    "to the cluster itself."
)


def find_address(method: str, raw_path: str, *, allows_writes: bool) -> Address:
    """What a request is for.

    Args:
        raw_path: as it came, percent-encoding included.

    Raises:
        RefusalError: it is for nothing that is answered here.
    """
    parts = [unquote(part, errors="replace") for part in raw_path.strip("/").split("/")]
    parts = [] if parts == [""] else parts
    for kind, pattern in _known(method, allows_writes=allows_writes):
        if _fits(parts, pattern.split("/") if pattern else []):
            has_index = pattern.startswith("*")
            return Address(kind, parts[0] if has_index else None, quoted(*parts))
    if any(
        method in methods and _fits(parts, pattern.split("/")) for methods, pattern, _ in _WRITTEN
    ):
        raise RefusalError(403, _WRITES_REFUSED)
    shown = re.sub(r"[^\x21-\x7e]", "?", raw_path)[:200]
    raise RefusalError(403, _NOT_SERVED.format(method=method, path=shown))


def _known(method: str, *, allows_writes: bool) -> list[tuple[Kind, str]]:
    table = (*_SERVED, *_WRITTEN) if allows_writes else _SERVED
    return [(kind, pattern) for methods, pattern, kind in table if method in methods]


def _fits(parts: list[str], pattern: list[str]) -> bool:
    return len(parts) == len(pattern) and all(
        _is_name(part) if wanted == "*" else part == wanted
        for part, wanted in zip(parts, pattern, strict=True)
    )


def _is_name(part: str) -> bool:
    """An index or an id; `.` and `..` are ways through a path, and clients may walk them."""
    return part not in ("", ".", "..")
