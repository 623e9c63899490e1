"""Pictures from web addresses, fetched as if every address were hostile.

Which hosts may be asked is a setting of the worker's host. Every connection goes to an address
that was checked after resolving, so neither a redirect nor a name that changes its address leads
into the private network. A host is asked for no more than it can bear, and not for what it has
said before.
"""

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import urljoin

import requests
from AntiSSRF import AntiSSRFError
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from diptych.errors import (
    BusyError,
    ImageError,
    MissingPictureError,
    RefusedPictureError,
    UnavailableError,
)
from diptych.images import MAX_IMAGE_BYTES
from diptych.ingest.guarded_session import guarded_session
from diptych.ingest.hosts import AllowedHost, is_allowed, parse_host
from diptych.ingest.pacing import HostGate, HostGates
from diptych.ingest.pictures import KnownPicture, content_hash
from diptych.ingest.visits import Visit, Visits

_CONNECT_S: Final = 3.0
_TOTAL_S: Final = 10.0
_MAX_REDIRECTS: Final = 3
_STEP_BYTES: Final = 64 * 1024


class WebPictures:
    """Pictures by http(s) address from allowed hosts."""

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        networks: Sequence[str] = (),
        max_image_bytes: int = MAX_IMAGE_BYTES,
        total_s: float = _TOTAL_S,
        gates: HostGates | None = None,
        visits: Visits | None = None,
    ) -> None:
        """Opens no connection.

        Args:
            hosts: the setting `image_hosts`.
            networks: the setting `image_networks`.
            total_s: longest time for one picture, redirects included.
            gates: how hard a host may be pressed.
            visits: what hosts have said before.

        Raises:
            SettingsError: a host or a network is malformed.
        """
        self._hosts: tuple[AllowedHost, ...] = tuple(map(parse_host, hosts))
        self._session = guarded_session(
            networks=networks, is_http_allowed=any(host.scheme == "http" for host in self._hosts)
        )
        self._max_image_bytes = max_image_bytes
        self._total_s = total_s
        self._gates = gates or HostGates()
        self._visits = visits or Visits()

    def read(self, reference: str) -> bytes:
        """The picture's bytes.

        Raises:
            ImageError: the address is not allowed, or its host has no such picture.
            UnavailableError: the host does not answer, or is in trouble (429, 5xx).
        """
        answer = self.ask(reference, is_known=lambda _: False)
        if isinstance(answer, KnownPicture):
            raise ImageError(f"{_name(reference)} was not sent, and is not known.")
        return answer

    def ask(
        self, reference: str, *, is_known: Callable[[bytes], bool], is_fresh: bool = False
    ) -> bytes | KnownPicture:
        """The picture's bytes, or its `content_hash` where the host says that it is the same.

        Raises:
            ImageError: the address is not allowed, or its host has no such picture.
            UnavailableError: the host does not answer, or is in trouble (429, 5xx).
        """
        url = self._checked(reference, reference)
        visit = self._visits.last(reference)
        status = None if is_fresh else self._visits.missing_status(visit)
        if status is not None:
            raise MissingPictureError(
                f"{_name(reference)} got the answer {status} from its host lately: check its "
                "address; `diptych embed --refetch` asks again."
            )
        is_same = visit is not None and visit.content and is_known(bytes.fromhex(visit.content))
        return self._fetch(url, reference, visit if is_same else None)

    def _fetch(self, url: Url, reference: str, known: Visit | None) -> bytes | KnownPicture:
        deadline_s: float | None = None
        for _ in range(_MAX_REDIRECTS + 1):
            with self._gates.asking(url.netloc or "") as gate:
                # The wait for a place at the host is not the host's fault.
                deadline_s = deadline_s or time.monotonic() + self._total_s
                found = self._answer(url, reference, known, gate, deadline_s)
            if not isinstance(found, Url):
                return found
            url = found
        raise ImageError(f"{_name(reference)} is redirected more than {_MAX_REDIRECTS} times.")

    def _answer(
        self, url: Url, reference: str, known: Visit | None, gate: HostGate, deadline_s: float
    ) -> bytes | KnownPicture | Url:
        """What one address gives: the picture, that it is the same, or where to go on."""
        left_s = self._left_s(deadline_s, reference)
        conditions = known.headers() if known is not None and known.url == url.url else {}
        with self._get(url, reference, conditions, left_s) as response:
            if response.is_redirect:
                return self._next(url, response.headers["location"], reference)
            if response.status_code == 304 and known is not None and conditions:
                return KnownPicture(bytes.fromhex(known.content or ""))
            return self._picture(response, url, reference, gate, deadline_s)

    def _picture(
        self,
        response: requests.Response,
        url: Url,
        reference: str,
        gate: HostGate,
        deadline_s: float,
    ) -> bytes:
        status, headers = response.status_code, response.headers
        self._visits.note(reference, status=status, url=url.url, headers=headers)
        _check_status(response, reference, gate)
        data = self._body(response, reference, deadline_s)
        self._visits.note(
            reference, status=status, url=url.url, headers=headers, content=content_hash(data)
        )
        return data

    def _checked(self, address: str, reference: str) -> Url:
        try:
            url = parse_url(address)
        except LocationParseError as err:
            raise ImageError(f"{_name(reference)} has an address that cannot be parsed.") from err
        if url.auth is not None:
            raise RefusedPictureError(
                f"{_name(reference)} has credentials in its address: remove them."
            )
        if not is_allowed(url, self._hosts):
            raise RefusedPictureError(
                f"{_name(reference)} lies at {url.scheme}://{url.netloc}, which this worker may "
                "not fetch from: add it to --image-hosts."
            )
        return url

    def _next(self, url: Url, location: str, reference: str) -> Url:
        found = self._checked(urljoin(url.url, location), reference)
        if url.scheme == "https" and found.scheme != "https":
            raise RefusedPictureError(
                f"{_name(reference)} is redirected from https to {found.scheme}."
            )
        return found

    def _get(
        self, url: Url, reference: str, conditions: dict[str, str], left_s: float
    ) -> requests.Response:
        try:
            return self._session.get(
                url.url,
                headers=conditions,
                allow_redirects=False,
                stream=True,
                timeout=(min(_CONNECT_S, left_s), left_s),
            )
        except AntiSSRFError as err:
            raise RefusedPictureError(
                f"{_name(reference)} leads to an address in a private network: allow the "
                "network with --image-networks if that is meant."
            ) from err
        except requests.exceptions.SSLError as err:
            if not _is_about_certificate(err):
                raise UnavailableError(f"{_name(reference)} cannot be fetched now.") from err
            raise ImageError(f"{_name(reference)} has a host without a valid certificate.") from err
        except (requests.exceptions.InvalidURL, UnicodeError) as err:
            raise ImageError(f"{_name(reference)} has an address that cannot be parsed.") from err
        except (requests.RequestException, socket.gaierror) as err:
            raise UnavailableError(f"{_name(reference)} cannot be fetched now.") from err

    def _body(self, response: requests.Response, reference: str, deadline_s: float) -> bytes:
        data = bytearray()
        try:
            # read1 returns what one read of the socket gave, so that a trickle is noticed.
            while step := response.raw.read1(_STEP_BYTES):
                data += step
                if len(data) > self._max_image_bytes:
                    raise ImageError(
                        f"{_name(reference)} is longer than {self._max_image_bytes:,} bytes: "
                        "store a smaller copy of it."
                    )
                self._left_s(deadline_s, reference)
        except (HTTPError, OSError) as err:
            raise UnavailableError(f"{_name(reference)} broke off while it was fetched.") from err
        return bytes(data)

    def _left_s(self, deadline_s: float, reference: str) -> float:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            raise UnavailableError(
                f"{_name(reference)} takes longer than {self._total_s:g} s to fetch."
            )
        return left_s


def _check_status(response: requests.Response, reference: str, gate: HostGate) -> None:
    status = response.status_code
    if status == 429 or status >= 500:
        # A date in place of seconds is rare, and the gate has pauses of its own.
        with suppress(KeyError, ValueError):
            gate.pause(float(response.headers["retry-after"]))
        error = BusyError if status == 429 else UnavailableError
        raise error(f"{_name(reference)} cannot be fetched now (status {status}).")
    if status != 200:
        kind = MissingPictureError if status in (404, 410) else ImageError
        raise kind(f"{_name(reference)} gets the answer {status} from its host: check its address.")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ImageError(f"{_name(reference)} is sent compressed, which was not asked for.")


def _is_about_certificate(err: Exception) -> bool:
    return any(sign in str(err) for sign in ("CERTIFICATE_VERIFY_FAILED", "CertificateError"))


def _name(reference: str) -> str:
    return f"The picture {reference[:200]!r}"
