"""Pictures from web addresses, fetched as if every address were hostile.

Which hosts may be asked is a setting of the worker's host. Every connection goes to an address
that microsoft-antissrf has checked after resolving, so neither a redirect nor a name that
changes its address leads into the private network.
"""

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import requests
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, PolicyConfigOptions
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from diptych.errors import ImageError, SettingsError, UnavailableError
from diptych.images import MAX_IMAGE_BYTES
from diptych.ingest.hosts import AllowedHost, is_allowed, parse_host
from diptych.ingest.pictures import LocalPictures, PictureSource
from diptych.ingest.references import is_address
from diptych.settings import Settings

_CONNECT_S: Final = 3.0
_READ_S: Final = 5.0
_TOTAL_S: Final = 10.0
_MAX_REDIRECTS: Final = 3
_STEP_BYTES: Final = 64 * 1024
_HEADERS: Final = {
    "User-Agent": "diptych (product pictures for a search index)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",  # nothing that unpacks to more than was counted
}
#: IPv4 addresses in their deprecated IPv6 form (RFC 4291, 2.5.5.1), which antissrf 1.0 lets pass.
_ALSO_DENIED: Final = ["::/96"]


class WebPictures:
    """Pictures by http(s) address from allowed hosts."""

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        networks: Sequence[str] = (),
        max_image_bytes: int = MAX_IMAGE_BYTES,
        total_s: float = _TOTAL_S,
    ) -> None:
        """Opens no connection.

        Args:
            hosts: the setting `image_hosts`.
            networks: the setting `image_networks`.
            total_s: longest time for one picture, redirects included.

        Raises:
            SettingsError: a host or a network is malformed.
        """
        self._hosts: tuple[AllowedHost, ...] = tuple(map(parse_host, hosts))
        self._session = _make_session(self._hosts, networks)
        self._max_image_bytes = max_image_bytes
        self._total_s = total_s

    def read(self, reference: str) -> bytes:
        """The picture's bytes.

        Raises:
            ImageError: the address is not allowed, or its host has no such picture.
            UnavailableError: the host does not answer, or is in trouble (429, 5xx).
        """
        deadline_s = time.monotonic() + self._total_s
        url = self._checked(reference, reference)
        for _ in range(_MAX_REDIRECTS + 1):
            self._check_time(deadline_s, reference)
            with self._get(url, reference) as response:
                if not response.is_redirect:
                    return self._body(response, reference, deadline_s)
                url = self._next(url, response.headers["location"], reference)
        raise ImageError(f"{_name(reference)} is redirected more than {_MAX_REDIRECTS} times.")

    def _checked(self, address: str, reference: str) -> Url:
        try:
            url = parse_url(address)
        except LocationParseError as err:
            raise ImageError(f"{_name(reference)} has an address that cannot be parsed.") from err
        if url.auth is not None:
            raise ImageError(f"{_name(reference)} has credentials in its address: remove them.")
        if not is_allowed(url, self._hosts):
            raise ImageError(
                f"{_name(reference)} lies at {url.scheme}://{url.netloc}, which this worker may "
                "not fetch from: add it to --image-hosts."
            )
        return url

    def _next(self, url: Url, location: str, reference: str) -> Url:
        found = self._checked(urljoin(url.url, location), reference)
        if url.scheme == "https" and found.scheme != "https":
            raise ImageError(f"{_name(reference)} is redirected from https to {found.scheme}.")
        return found

    def _get(self, url: Url, reference: str) -> requests.Response:
        try:
            return self._session.get(
                url.url, allow_redirects=False, stream=True, timeout=(_CONNECT_S, _READ_S)
            )
        except AntiSSRFError as err:
            raise ImageError(
                f"{_name(reference)} leads to an address in a private network: allow the "
                "network with --image-networks if that is meant."
            ) from err
        except requests.exceptions.SSLError as err:
            raise ImageError(f"{_name(reference)} has a host without a valid certificate.") from err
        except (requests.exceptions.InvalidURL, UnicodeError) as err:
            raise ImageError(f"{_name(reference)} has an address that cannot be parsed.") from err
        except (requests.RequestException, socket.gaierror) as err:
            raise UnavailableError(f"{_name(reference)} cannot be fetched now.") from err

    def _body(self, response: requests.Response, reference: str, deadline_s: float) -> bytes:
        _check_status(response, reference)
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
                self._check_time(deadline_s, reference)
        except (HTTPError, OSError) as err:
            raise UnavailableError(f"{_name(reference)} broke off while it was fetched.") from err
        return bytes(data)

    def _check_time(self, deadline_s: float, reference: str) -> None:
        if time.monotonic() > deadline_s:
            raise UnavailableError(
                f"{_name(reference)} takes longer than {self._total_s:g} s to fetch."
            )


@dataclass(frozen=True, slots=True)
class PictureRouter:
    """Web addresses to the web, everything else to the files."""

    local: PictureSource
    web: PictureSource

    def read(self, reference: str) -> bytes:
        """The picture's bytes.

        Raises:
            ImageError: no source gives it; other schemes than http(s) are none's.
            UnavailableError: it may be had later.
        """
        scheme = reference.partition(":")[0].lower() if is_address(reference) else ""
        if scheme in {"http", "https"}:
            return self.web.read(reference)
        if scheme:
            raise ImageError(
                f"{_name(reference)} has the scheme {scheme!r}, which is never opened: name an "
                "https address or a path relative to an image root."
            )
        return self.local.read(reference)


def picture_source(
    settings: Settings, *, registered: Callable[[], Sequence[Path]] = tuple
) -> PictureSource:
    """Where a worker with these settings takes pictures from.

    Args:
        registered: image roots that this host was given since the settings were read.

    Raises:
        SettingsError: `image_hosts` or `image_networks` is malformed.
    """
    web = WebPictures(settings.image_hosts, networks=settings.image_networks)
    return PictureRouter(local=LocalPictures(settings.image_roots, registered=registered), web=web)


def _make_session(hosts: Sequence[AllowedHost], networks: Sequence[str]) -> requests.Session:
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.add_denied_addresses(_ALSO_DENIED)
    policy.add_xff_header = False
    policy.allow_plain_text_http = any(host.scheme == "http" for host in hosts)
    if networks:
        try:
            policy.add_allowed_addresses(list(networks))
        except AntiSSRFError as err:
            raise SettingsError(
                f"The setting image_networks names {', '.join(networks)}, which are not all "
                "networks: write them as 10.1.0.0/16."
            ) from err
    session: requests.Session = policy.get_antissrf_session()
    session.trust_env = False  # no proxies, no .netrc
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update(_HEADERS)
    return session


def _check_status(response: requests.Response, reference: str) -> None:
    status = response.status_code
    if status == 429 or status >= 500:
        raise UnavailableError(f"{_name(reference)} cannot be fetched now (status {status}).")
    if status != 200:
        raise ImageError(
            f"{_name(reference)} gets the answer {status} from its host: check its address."
        )
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ImageError(f"{_name(reference)} is sent compressed, which was not asked for.")


def _name(reference: str) -> str:
    return f"The picture {reference[:200]!r}"
