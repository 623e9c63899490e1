"""API keys: a file of their hashes, read again when it changes; no key itself is stored."""

import hashlib
import hmac
import logging
import re
import threading
import time
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from diptych.errors import SettingsError

_log = logging.getLogger(__name__)

#: How often the file is looked at for changes.
_LOOK_EVERY_S = 1.0
#: Names stand in logs.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Name = Annotated[str, Field(pattern=rf"^{NAME.pattern}$")]


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
        digest = digest_of(secret)
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


def digest_of(secret: str) -> str:
    """The SHA-256 of a key, as the file has it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
