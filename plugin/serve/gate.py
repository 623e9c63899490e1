"""Who may ask what: API keys, the indexes that are served, and how often."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from diptych.plugin.serve.keys import ApiKey, KeyRing
from diptych.plugin.serve.problems import ProblemError, missing_index_error
from diptych.plugin.serve.rates import Buckets
from diptych.query.source import covers

#: The header of a key. `Authorization` stays free for the cluster's own credentials.
KEY_HEADER = "x-api-key"
#: Name of whoever asks where no key is needed.
ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in.

    `fields` are those that may be seen and used, none means all; `indexes` those that may be
    searched; a trusted one may use the cluster's own query language.
    """

    name: str
    indexes: tuple[str, ...]
    fields: tuple[str, ...]
    is_trusted: bool


class Gate:
    """Lets callers in, or says why not; safe to use from several threads.

    Args of the constructor:
        indexes: the names that are served.
        fields: fields that anybody may see, `*` allowed; none means all.
        keys: None lets everybody in as trusted, which only a server on loopback may do.
    """

    def __init__(
        self,
        indexes: Sequence[str],
        *,
        fields: Sequence[str] = (),
        keys: KeyRing | None = None,
        buckets: Buckets | None = None,
    ) -> None:
        """See the class."""
        self._indexes = tuple(indexes)
        self._fields = tuple(fields)
        self._keys = keys
        self._buckets = buckets or Buckets()

    def admit(self, request: HTTPConnection, *, cost: float = 1.0) -> Caller:
        """The caller behind a request.

        Args:
            cost: what it counts for the key's rate.

        Raises:
            ProblemError: no key or an unknown one (401), too many requests (429).
        """
        if self._keys is None:
            return Caller(ANYBODY, self._indexes, self._fields, is_trusted=True)
        key = self._keys.find(request.headers.get(KEY_HEADER, ""))
        if key is None:
            raise ProblemError(
                401,
                "The request has no key that is known here.",
                "Send a key in the header X-API-Key.",
                headers={"www-authenticate": 'ApiKey header="X-API-Key"'},
            )
        request.scope["diptych.caller"] = key.name
        self._slow_down(key, cost)
        return self._caller(key)

    def enter(self, request: HTTPConnection, index: str, *, cost: float = 1.0) -> Caller:
        """The caller, if the index is served and theirs; raises also ProblemError of 404."""
        caller = self.admit(request, cost=cost)
        if index not in caller.indexes:
            raise missing_index_error()
        return caller

    def _caller(self, key: ApiKey) -> Caller:
        indexes = tuple(name for name in self._indexes if not key.indexes or name in key.indexes)
        fields = key.fields or self._fields
        if key.fields and self._fields:
            fields = tuple(name for name in key.fields if covers(self._fields, name))
            if not fields:
                raise ProblemError(
                    403,
                    "None of this key's fields may be shown here.",
                    "Ask the operator for a key with other fields.",
                )
        return Caller(key.name, indexes, fields, key.is_trusted)

    def _slow_down(self, key: ApiKey, cost: float) -> None:
        wait_s = self._buckets.take(key.name, rate_per_s=key.rate_per_s, burst=key.burst, cost=cost)
        if wait_s:
            raise ProblemError(
                429,
                f"This key makes more than {key.rate_per_s:g} requests a second.",
                "Wait as long as the header Retry-After says.",
                headers={"retry-after": str(math.ceil(wait_s))},
            )
