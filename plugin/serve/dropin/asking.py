"""The cluster as a caller may read it."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from diptych.client import error_of, to_json
from diptych.errors import RefusedError
from diptych.plugin.serve.dropin.forwarding import Forwarder, Letter


class CallersCluster:
    """A `diptych.client.Caller` with somebody's own credentials, or with none."""

    def __init__(self, forwarder: Forwarder, headers: Mapping[str, str]) -> None:
        """Takes the headers of the caller's request."""
        self._forwarder = forwarder
        self._headers = {"content-type": "application/json", "accept": "application/json"}
        if "authorization" in headers:
            self._headers["authorization"] = headers["authorization"]

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        timeout_s: float | None = None,
    ) -> Any:
        """The answer's JSON.

        Raises:
            RefusedError: the cluster refuses it to the caller.
        """
        sent = body if isinstance(body, bytes) else b"" if body is None else to_json(body)
        reply = self._forwarder.send(Letter(method, path, params or {}, self._headers, sent))
        try:
            answer = orjson.loads(reply.body)
        except orjson.JSONDecodeError as err:
            raise RefusedError(f"{method} {path} got an answer that is not JSON.") from err
        if not 200 <= reply.status < 300 and reply.status not in accept:
            kind, reason = error_of(answer)
            raise RefusedError(f"The cluster refuses {method} {path} ({kind}): {reason}.")
        return answer
