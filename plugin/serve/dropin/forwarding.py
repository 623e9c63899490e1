"""The way to the cluster as the caller: their credentials and none of ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3
from starlette.responses import Response, StreamingResponse
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from diptych.plugin.serve.dropin.refusing import RefusalError
from diptych.query.dropin.run import Reply

#: What goes on of a request's headers.
_PASSED = ("authorization", "content-type", "content-encoding", "accept", "accept-encoding")
#: Headers of one connection (RFC 9110, 7.6.1), which a proxy must not pass on.
_HOP_BY_HOP = frozenset(
    (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te"),
        *("trailer", "transfer-encoding", "upgrade", "proxy-connection"),
    )
)
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Letter:
    """One request to the cluster; `is_read` where it may be sent twice."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    is_read: bool = True


class Forwarder:
    """Sends requests to the cluster; safe to use from several threads.

    Args of the constructor:
        url: of the cluster.
        ca_file: PEM file of the authority that signed its certificate.
        timeout_s: longest wait for an answer.
    """

    def __init__(self, url: str, *, ca_file: str | None, timeout_s: float, size: int = 64) -> None:
        """Opens no connection yet."""
        self._url = url
        self._timeout_s = timeout_s
        tls: dict[str, Any] = {"ca_certs": ca_file} if ca_file else {}
        self._pool = urllib3.PoolManager(maxsize=size, retries=False, **tls)

    def close(self) -> None:
        """Close the pooled connections."""
        self._pool.clear()

    def send(self, letter: Letter) -> Reply:
        """The whole answer, decoded.

        Raises:
            RefusalError: the cluster does not answer.
        """
        headers = {name: v for name, v in letter.headers.items() if name != "accept-encoding"}
        answer = self._open(letter, headers, is_stream=False)
        return Reply(answer.status, _kept(answer.headers), answer.data)

    def pass_on(self, letter: Letter, *, said: Mapping[str, str]) -> Response:
        """The cluster's answer as it comes, compressed or not.

        Args:
            said: headers to add.

        Raises:
            RefusalError: the cluster does not answer.
        """
        answer = self._open(letter, letter.headers, is_stream=True)
        headers = {**_kept(answer.headers), **said}
        if letter.method == "HEAD" or answer.status == 204:
            answer.release_conn()
            return Response(status_code=answer.status, headers=headers)
        return StreamingResponse(_chunks(answer), answer.status, headers)

    def _open(
        self, letter: Letter, headers: Mapping[str, str], *, is_stream: bool
    ) -> urllib3.BaseHTTPResponse:
        try:
            try:
                return self._request(letter, headers, is_stream=is_stream)
            except ProtocolError:
                # The cluster closed the connection while it was idle.
                if not letter.is_read:
                    raise
                return self._request(letter, headers, is_stream=is_stream)
        except ReadTimeoutError as err:
            raise RefusalError(504, "The cluster did not answer in time: send it again.") from err
        except HTTPError as err:
            raise RefusalError(503, "The cluster does not answer: send it again.") from err

    def _request(
        self, letter: Letter, headers: Mapping[str, str], *, is_stream: bool
    ) -> urllib3.BaseHTTPResponse:
        query = urlencode(letter.params)
        return self._pool.request(
            letter.method,
            f"{self._url}{letter.path}{'?' if query else ''}{query}",
            body=letter.body or None,
            headers=dict(headers),
            timeout=self._timeout_s,
            redirect=False,
            preload_content=not is_stream,
            decode_content=not is_stream,
        )


def passed_headers(given: Mapping[str, str]) -> dict[str, str]:
    """The caller's headers that the cluster gets: who they are, and in what form they speak."""
    return {name: given[name] for name in _PASSED if name in given}


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name.lower(): value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP
    }


def _chunks(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from answer.stream(_CHUNK_BYTES, decode_content=False)
    except HTTPError:
        answer.close()
        raise
    finally:
        answer.release_conn()
