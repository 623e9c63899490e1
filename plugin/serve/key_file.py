"""Making and removing API keys; the file is replaced in one step."""

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from diptych.errors import SettingsError, UsageError
from diptych.plugin.local.locking import hold_lock
from diptych.plugin.local.state import write_atomically
from diptych.plugin.serve.keys import NAME, ApiKey, digest_of, read_keys

#: What every key begins with, so that scanners for lost secrets know it.
PREFIX = "dpt_"


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
    if NAME.fullmatch(name) is None:
        raise UsageError(
            f"A key cannot be called {name!r}: use up to 64 letters, digits, dots, dashes and "
            "underscores."
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        name=name,
        sha256=digest_of(secret),
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
