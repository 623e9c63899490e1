"""Which hosts pictures may be fetched from: the entries of the setting `image_hosts`."""

from collections.abc import Iterable
from dataclasses import dataclass

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from diptych.errors import SettingsError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """One entry of `image_hosts`; `name` is a host, `*.domain` or `*`."""

    scheme: str
    name: str
    port: int

    def matches(self, url: Url) -> bool:
        """Whether the address has this scheme, port and host."""
        if url.scheme != self.scheme or _port(url) != self.port:
            return False
        host = (url.host or "").lower().rstrip(".")
        if self.name.startswith("*."):
            return host.endswith(self.name[1:])
        return self.name in {"*", host}


def parse_host(text: str) -> AllowedHost:
    """HOST, HOST:PORT, *.DOMAIN or *, with https unless `http://` stands before it.

    Raises:
        SettingsError: it is none of these.
    """
    try:
        url = parse_url(text if "://" in text else f"https://{text}")
    except LocationParseError:
        url = Url()
    if url.scheme not in _PORTS or not url.host or url.auth or url.path not in {None, "", "/"}:
        raise SettingsError(
            f"The setting image_hosts has {text!r}, which is no host: write cdn.example.com, "
            "*.example.com, cdn.example.com:8443 or http://cdn.example.com."
        )
    return AllowedHost(url.scheme, url.host.lower().rstrip("."), _port(url))


def is_allowed(url: Url, hosts: Iterable[AllowedHost]) -> bool:
    """Whether one of the hosts is this address's."""
    return any(host.matches(url) for host in hosts)


def _port(url: Url) -> int:
    """The port that is meant; 0 is one that nobody has."""
    return _PORTS[url.scheme or ""] if url.port is None else url.port
