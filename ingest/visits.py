"""What a host said when a picture was fetched last, so that it need not be sent again."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Final

from diptych.ingest.cache_file import CacheFile
from diptych.ingest.pictures import content_hash

#: How long an answer counts that there is no such picture: 404 says nothing about tomorrow, 410
#: says "for ever" (RFC 9110, 15.5.5 and 15.5.11).
_MISSING_S: Final[Mapping[int, float]] = {HTTPStatus.NOT_FOUND: 3600, HTTPStatus.GONE: 24 * 3600}
#: Longer validators are not repeated.
_MAX_VALIDATOR: Final = 512
_MEMORY_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Visit:
    """One answer: `content` (hex of `content_hash`) where there was a picture.

    `url` is the address after redirects, to which the validators belong; `at_s` is Unix time.
    """

    status: int
    at_s: float
    url: str
    content: str | None = None
    etag: str | None = None
    modified: str | None = None

    @property
    def is_conditional(self) -> bool:
        """Whether the host can be asked if the picture is still the same."""
        return self.content is not None and (self.etag or self.modified) is not None

    def headers(self) -> dict[str, str]:
        """The conditions of a request (RFC 9110, 13.1)."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in pairs.items() if value}


class Visits:
    """The last visit to each address; safe to use from several threads."""

    def __init__(
        self, cache: CacheFile | None = None, *, now_s: Callable[[], float] = time.time
    ) -> None:
        """Kept in the cache, or for this process's lifetime without one."""
        self._cache = cache or CacheFile(None, max_bytes=_MEMORY_BYTES)
        self._now_s = now_s

    def last(self, reference: str) -> Visit | None:
        """What is known about a picture's address."""
        key = _key(reference)
        value = self._cache.get([key]).get(key)
        try:
            return None if value is None else Visit(**json.loads(value))
        except (ValueError, TypeError):  # written by another version
            return None

    def missing_status(self, visit: Visit | None) -> int | None:
        """404 or 410 where the host has lately said that there is no such picture."""
        if visit is None or visit.status not in _MISSING_S:
            return None
        age_s = self._now_s() - visit.at_s
        return visit.status if 0 <= age_s < _MISSING_S[visit.status] else None

    def note(
        self,
        reference: str,
        *,
        status: int,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> None:
        """Keep what the host said, if it is of use later."""
        if content is None and status not in _MISSING_S:
            return
        visit = Visit(
            status=status,
            at_s=self._now_s(),
            url=url,
            content=None if content is None else content.hex(),
            etag=_validator(headers.get("etag")),
            modified=_validator(headers.get("last-modified")),
        )
        self._cache.put({_key(reference): json.dumps(asdict(visit)).encode()})


def _key(reference: str) -> bytes:
    return b"visit" + content_hash(reference.encode("utf-8", "surrogatepass"))


def _validator(value: str | None) -> str | None:
    return value if value and len(value) <= _MAX_VALIDATOR else None
