"""An HTTP session that connects to checked addresses alone and waits no longer than it was told."""

import http.client
import io
import socket
import time
from collections.abc import Sequence
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, PolicyConfigOptions
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from diptych.errors import SettingsError

#: Longest silence of a host within one answer.
_SILENCE_S: Final = 5.0
_HEADERS: Final = {
    "User-Agent": "diptych (product pictures for a search index)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",  # nothing that unpacks to more than was counted
}
#: IPv4 addresses in IPv6 forms that antissrf 1.0 lets pass: compatible (RFC 4291, 2.5.5.1) and
#: translated (RFC 2765, 2.1).
_ALSO_DENIED: Final = ["::/96", "::ffff:0:0:0/96"]


def guarded_session(*, networks: Sequence[str], is_http_allowed: bool) -> requests.Session:
    """A session without cookies, proxies or `.netrc`, which sends fixed headers.

    Every request resolves its host, checks all addresses, and connects to one that was checked.
    The read timeout of a request is the time for its whole answer, however it trickles.

    Args:
        networks: private networks that it may connect to all the same, as CIDR blocks.

    Raises:
        SettingsError: a network is malformed.
    """
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.add_denied_addresses(_ALSO_DENIED)
    policy.add_xff_header = False
    policy.allow_plain_text_http = is_http_allowed
    if networks:
        try:
            policy.add_allowed_addresses(list(networks))
        except AntiSSRFError as err:
            raise SettingsError(
                f"The setting image_networks names {', '.join(networks)}, which are not all "
                "networks: write them as 10.1.0.0/16."
            ) from err
    session: requests.Session = policy.get_antissrf_session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update(_HEADERS)
    for adapter in session.adapters.values():
        assert isinstance(adapter, HTTPAdapter)
        adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return session


class _Until(io.RawIOBase):
    """A socket's bytes until a point in time; each read of it alone may wait."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._end_s = time.monotonic() + (sock.gettimeout() or _SILENCE_S)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._end_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the answer takes too long")
        self._sock.settimeout(min(_SILENCE_S, left_s))
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A timeout counts for the headers and the body together, not for each read of the socket."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw: Any = self.fp.detach()
        self.fp = io.BufferedReader(_Until(raw, sock))


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
