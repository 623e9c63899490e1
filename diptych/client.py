"""The one door to the cluster: opensearch-py with bodies serialised by orjson, errors ours."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import orjson
from opensearchpy import OpenSearch, exceptions
from opensearchpy.serializer import JSONSerializer

from diptych.errors import (
    BusyError,
    ConflictError,
    CredentialsError,
    DiptychError,
    MissingIndexError,
    RefusedError,
    SettingsError,
    TooLargeError,
    UnavailableError,
)
from diptych.settings import Settings

#: A JSON object at the edge; everything inside Diptych is typed.
Json = dict[str, Any]


def to_json(value: object) -> bytes:
    """The value as JSON; numpy float32 arrays take the shortest form that keeps them."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


def to_ndjson(lines: Iterable[object]) -> bytes:
    """One JSON value per line, as `_bulk` and `_msearch` take them."""
    return b"".join(to_json(line) + b"\n" for line in lines)


class Caller(Protocol):
    """Who sends requests to a cluster: ourselves, or somebody on whose behalf we ask."""

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
        """The answer's JSON; see `Cluster.call`."""
        ...


class _Orjson(JSONSerializer):
    def loads(self, s: str) -> Any:
        return orjson.loads(s)


class Cluster:
    """A cluster that answers in JSON; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Opens no connection: the first call does.

        Raises:
            SettingsError: no address, credentials in the address, or an unreadable file.
        """
        self.url = _checked_url(settings.cluster_url)
        self._client = OpenSearch(
            self.url,
            http_auth=_basic_auth(settings),
            headers=_api_key_header(settings),
            timeout=settings.timeout_s,
            serializer=_Orjson(),
            # As many as the server over HTTP has threads; each is opened when it is needed.
            pool_maxsize=64,
            # One more try for a connection that the server closed while idle; every other wait
            # is the caller's, with jitter.
            max_retries=1,
            retry_on_status=(),
            **_tls(settings, is_tls=self.url.startswith("https")),
        )

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

        Args:
            path: from `path()`, which quotes its parts.
            body: bytes go out as they are (NDJSON, or JSON made by `to_json`).
            accept: statuses beside 2xx whose body is the answer, not an error.

        Raises:
            DiptychError: the subclass that says whether a retry can help.
        """
        sent = body if body is None or isinstance(body, bytes) else to_json(body)
        try:
            return self._client.transport.perform_request(
                method, path, params=dict(params or {}), body=sent, ignore=accept, timeout=timeout_s
            )
        except exceptions.OpenSearchException as err:
            raise self._ours(err, f"{method} {path}") from err

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.close()

    def _ours(self, err: Exception, request: str) -> DiptychError:
        if isinstance(err, exceptions.SSLError) or "CERTIFICATE_VERIFY" in str(err):
            return CredentialsError(_say_tls(str(err), self.url))
        if isinstance(err, exceptions.ConnectionError):
            return UnavailableError(
                f"The cluster at {self.url} does not answer ({_cause(err)}): check that it runs "
                "and that --cluster-url is right."
            )
        if isinstance(err, exceptions.TransportError) and isinstance(err.status_code, int):
            return _from_status(err.status_code, err, request, self.url)
        return RefusedError(f"{request} got an answer that is not JSON from {self.url}: {err}")


def _say_tls(reason: str, url: str) -> str:
    if "WRONG_VERSION_NUMBER" in reason or "RECORD_LAYER" in reason:
        return f"The server at {url} speaks no TLS: write its address with http://."
    if "mismatch" in reason or "not valid for" in reason:
        return (
            f"The certificate of {url} is made out to another host name: name the cluster by "
            "the one in its certificate."
        )
    return (
        f"The certificate of {url} is not signed by an authority that this machine knows: name "
        "the authority's PEM file with --ca-file."
    )


def path(*parts: str) -> str:
    """`/a/b` with each part quoted; commas and stars stay, as the cluster knows them."""
    return "/" + "/".join(quote(part, safe=",*") for part in parts)


def _checked_url(url: str | None) -> str:
    if not url:
        raise SettingsError("No cluster is named: set --cluster-url, or run `diptych local up`.")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(
            f"The cluster address {parts.geturl()!r} cannot be used: write it as "
            "https://host:port or http://host:port."
        )
    if parts.username or parts.password:
        raise SettingsError(
            "The cluster address holds credentials, which would end up in logs: name the user "
            "with --username and the password with --password-file."
        )
    return url.rstrip("/")


def _basic_auth(settings: Settings) -> tuple[str, str] | None:
    if settings.username is None:
        return None
    if settings.password_file is not None:
        return settings.username, read_secret(settings.password_file, "--password-file")
    if settings.password is not None:
        return settings.username, settings.password.get_secret_value()
    raise SettingsError(
        f"The user {settings.username!r} has no password: name its file with --password-file, "
        "or set DIPTYCH_PASSWORD."
    )


def _api_key_header(settings: Settings) -> dict[str, str] | None:
    if settings.api_key_file is None:
        return None
    if settings.username is not None:
        raise SettingsError("Both --username and --api-key-file are set: keep one of the two.")
    return {"authorization": f"ApiKey {read_secret(settings.api_key_file, '--api-key-file')}"}


def _tls(settings: Settings, *, is_tls: bool) -> Json:
    if settings.ca_file is not None and not settings.ca_file.is_file():
        raise SettingsError(f"--ca-file {settings.ca_file} is not a file: name a PEM file.")
    if not is_tls:
        return {}
    return {
        "verify_certs": True,
        "ca_certs": None if settings.ca_file is None else str(settings.ca_file),
    }


def read_secret(file: Path, flag: str) -> str:
    """The file's text without the line end.

    Raises:
        SettingsError: the file cannot be read, or is empty.
    """
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as err:
        reason = err.strerror if isinstance(err, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{flag} {file} cannot be read: {reason}.") from err
    if not secret:
        raise SettingsError(f"{flag} {file} is empty: write the secret into it.")
    return secret


def _cause(err: exceptions.ConnectionError) -> str:
    text = str(err.info)
    for sign, cause in (
        ("refused", "connection refused"),
        ("timed out", "timed out"),
        ("resolve", "unknown host"),
        ("aborted", "it closed the connection; one that speaks TLS wants https://"),
    ):
        if sign in text:
            return cause
    return type(err.info).__name__


def _from_status(
    status: int, err: exceptions.TransportError, request: str, url: str
) -> DiptychError:
    kind, reason = error_of(err.info)
    if status == 401:
        return CredentialsError(
            f"The cluster at {url} refuses these credentials: check --username and "
            "--password-file, or --api-key-file."
        )
    if "cluster_block_exception" in kind and status == 503:
        return UnavailableError(f"The cluster at {url} is not ready yet ({reason}).")
    if "cluster_block_exception" in kind:
        return UnavailableError(
            f"The cluster refuses writes for now ({reason}): free disk space or remove the block."
        )
    if status == 403:
        return CredentialsError(f"{request} is not allowed: {_privilege(reason)}.")
    if status == 429:
        return BusyError(f"The cluster at {url} is too busy for {request} ({reason}).")
    if status in {502, 503, 504}:
        return UnavailableError(f"The cluster at {url} cannot answer {request} now ({reason}).")
    if status == 409:
        return ConflictError(f"{request} came second: {reason}.")
    if status == 413:
        return TooLargeError(f"{request} is larger than the cluster at {url} takes.")
    if kind == "index_not_found_exception":
        return MissingIndexError(f"There is no index behind {request}: {reason}.")
    return RefusedError(f"The cluster refuses {request} ({status} {kind}): {reason}.")


def error_of(info: object) -> tuple[str, str]:
    """Type and reason of an error body, from its root cause where it names one."""
    error = info.get("error") if isinstance(info, Mapping) else None
    if not isinstance(error, Mapping):
        return "error", str(error or info)[:300]
    roots = error.get("root_cause") or [error]
    cause = error.get("caused_by")
    detail = f"; {cause['reason']}" if isinstance(cause, Mapping) and "reason" in cause else ""
    return str(roots[0].get("type", "error")), str(roots[0].get("reason", ""))[:600] + detail[:300]


def _privilege(reason: str) -> str:
    found = re.search(r"no permissions for \[([^\]]+)\]", reason)
    if found:
        return f"the user lacks the privilege {found[1]}; docs/how-to/roles.md has the roles"
    return reason or "the user lacks a privilege; docs/how-to/roles.md has the roles"
