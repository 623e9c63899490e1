"""API keys: a file of their hashes, read again when it changes; no key itself is stored."""

import hashlib
import hmac
import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from diptych.errors import SettingsError, UsageError
from diptych.plugin.local.locking import hold_lock
from diptych.plugin.local.state import write_atomically

_log = logging.getLogger(__name__)

#: How often the file is looked at for changes.
_LOOK_EVERY_S = 1.0
#: What every key begins with, so that scanners for lost secrets know it.
PREFIX = "dpt_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Name = Annotated[str, Field(pattern=rf"^{_NAME.pattern}$")]


class ApiKey(BaseModel):
    """What the holder of one key may do."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    name: Name
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the key's UTF-8 bytes")
    indexes: tuple[str, ...] = Field(
        default=(), description="indexes it opens; all that are served"
    )
    fields: tuple[str, ...] = Field(default=(), description="fields it may see and use; all")
    rate_per_s: float = Field(default=20.0, gt=0, description="requests a second in the long run")
    burst: int = Field(default=40, ge=1, description="requests at once")
    is_trusted: bool = Field(default=False, description="may send the cluster's own query language")


class _KeyFile(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    keys: list[ApiKey] = []


class KeyRing:
    """The keys in a file; a change of the file holds within a second."""

    def __init__(self, file: Path) -> None:
        """Reads the file.

        Raises:
            SettingsError: it cannot be read.
        """
        self._file = file
        self._lock = threading.Lock()
        self._looked_at = time.monotonic()
        self._stamp = _stamp(file)
        self._keys = read_keys(file)

    def find(self, secret: str) -> ApiKey | None:
        """The key that this secret is; compared with each in constant time."""
        self._refresh()
        # The secret has 256 random bits, so one round of a fast hash is enough.
        digest = _digest(secret)
        found = None
        for key in self._keys:
            if hmac.compare_digest(digest, key.sha256):
                found = key
        return found

    def _refresh(self) -> None:
        with self._lock:
            now = time.monotonic()
            if now - self._looked_at < _LOOK_EVERY_S:
                return
            self._looked_at = now
            stamp = _stamp(self._file)
            if stamp == self._stamp:
                return
            try:
                self._keys = read_keys(self._file)
            except SettingsError as err:
                _log.error("The keys in use stay as they were. %s", err)
            self._stamp = stamp


def read_keys(file: Path) -> tuple[ApiKey, ...]:
    """The keys in the file, in its order.

    Raises:
        SettingsError: it cannot be read, or is no list of keys.
    """
    try:
        found = tuple(_KeyFile.model_validate_json(file.read_bytes()).keys)
    except OSError as err:
        raise SettingsError(
            f"The file of keys {file} cannot be read ({err.strerror}): make it with `diptych keys "
            "create`, or name another with --keys-file."
        ) from err
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "its beginning"
        raise SettingsError(
            f"The file of keys {file} is wrong at {where} ({first['msg']}): correct it, or make "
            "the key anew with `diptych keys`."
        ) from err
    names = [key.name for key in found]
    if len(set(names)) < len(names):
        raise SettingsError(f"The file of keys {file} has a name twice: rename one of the two.")
    return found


def create_key(
    file: Path,
    name: str,
    *,
    indexes: Sequence[str] = (),
    fields: Sequence[str] = (),
    rate_per_s: float = 20.0,
    burst: int = 40,
    is_trusted: bool = False,
) -> str:
    """A new key, whose hash is added to the file; it cannot be read there again.

    Raises:
        UsageError: the name is taken or malformed.
        SettingsError: the file cannot be read or written.
    """
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            f"A key cannot be called {name!r}: use up to 64 letters, digits, dots, dashes and "
            "underscores."
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        name=name,
        sha256=_digest(secret),
        indexes=tuple(indexes),
        fields=tuple(fields),
        rate_per_s=rate_per_s,
        burst=burst,
        is_trusted=is_trusted,
    )
    with _sole_writer(file):
        known = read_keys(file) if file.exists() else ()
        if any(name == other.name for other in known):
            raise UsageError(f"There is a key {name!r} already: remove it, or use another name.")
        _write(file, [*known, key])
    return secret


def remove_key(file: Path, name: str) -> None:
    """Take a key out of the file; a running server forgets it within a second.

    Raises:
        UsageError: there is no key of this name.
        SettingsError: the file cannot be read or written.
    """
    with _sole_writer(file):
        known = read_keys(file)
        left = [key for key in known if key.name != name]
        if len(left) == len(known):
            names = ", ".join(key.name for key in known) or "none"
            raise UsageError(f"There is no key {name!r}: the file has {names}.")
        _write(file, left)


@contextmanager
def _sole_writer(file: Path) -> Iterator[None]:
    try:
        with hold_lock(file.with_name(f".{file.name}.lock")):
            yield
    except OSError as err:
        raise SettingsError(
            f"The file of keys {file} cannot be written ({err.strerror}): name another with "
            "--keys-file."
        ) from err


def _write(file: Path, keys: Sequence[ApiKey]) -> None:
    body = {"keys": [key.model_dump(mode="json") for key in keys]}
    write_atomically(file, json.dumps(body, indent=2, ensure_ascii=False) + "\n")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
