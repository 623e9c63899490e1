"""`diptych encoder`, spoken to over HTTP: requests, and its refusals as errors of ours."""

from typing import Any

import orjson
import urllib3

from diptych.errors import BusyError, EncodingError, SettingsError, UnavailableError

_CONNECTIONS = 8


class RemoteService:
    """One service at a `url`; safe to use from several threads."""

    def __init__(self, url: str, *, timeout_s: float) -> None:
        """Opens nothing.

        Raises:
            SettingsError: `url` is not an http or https address.
        """
        self.url = _checked(url)
        self._timeout_s = timeout_s
        self._pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS, retries=False, timeout=urllib3.Timeout(total=timeout_s)
        )

    def ask(
        self,
        method: str,
        path: str,
        body: dict[str, object] | None = None,
        *,
        timeout_s: float | None = None,
    ) -> Any:
        """The answer's JSON.

        Args:
            timeout_s: for this answer, where that is less than for any.

        Raises:
            UnavailableError: nobody answers in time; the same call may work later.
            BusyError: the service has too much to do.
            EncodingError: it refuses, or is something else.
        """
        wait_s = self._timeout_s if timeout_s is None else min(timeout_s, self._timeout_s)
        try:
            response = self._pool.request(
                method,
                self.url + path,
                body=None if body is None else orjson.dumps(body),
                headers={"content-type": "application/json"},
                timeout=urllib3.Timeout(total=wait_s),
            )
        except urllib3.exceptions.HTTPError as err:
            raise UnavailableError(
                f"The encoder at {self.url} does not answer ({type(err).__name__}): start it "
                f"with `diptych encoder`, or correct --encoder-url."
            ) from err
        return self._answer(response)

    def no_encoder(self, status: int) -> EncodingError:
        """The error for whatever else answers there."""
        return EncodingError(
            f"What answers at {self.url} ({status}) is no encoder: correct --encoder-url."
        )

    def _answer(self, response: urllib3.BaseHTTPResponse) -> Any:
        if response.status in (429, 503):
            raise BusyError(f"The encoder at {self.url} has too much to do: try again later.")
        if response.status in (502, 504):
            raise UnavailableError(
                f"The encoder behind {self.url} does not answer ({response.status}): start it "
                f"with `diptych encoder`."
            )
        try:
            answer = orjson.loads(response.data)
        except orjson.JSONDecodeError as err:
            raise self.no_encoder(response.status) from err
        if response.status != 200:
            raise EncodingError(
                f"The encoder at {self.url} refuses ({response.status}): {_message(answer)}"
            )
        return answer


def _checked(url: str) -> str:
    try:
        parsed = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        parsed = urllib3.util.Url()
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise SettingsError(
            f"The encoder's address {url!r} is not of the form http://HOST:PORT: correct "
            f"--encoder-url."
        )
    return url.rstrip("/")


def _message(answer: Any) -> str:
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        return str(answer["error"].get("message"))
    return "it gives no reason; correct --encoder-url."
