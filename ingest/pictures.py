"""Where pictures come from; files are opened below the image roots of this host alone."""

import errno
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol, runtime_checkable

from diptych.errors import (
    ImageError,
    MissingPictureError,
    RefusedPictureError,
    UnavailableError,
)
from diptych.images import MAX_IMAGE_BYTES
from diptych.ingest.references import path_fault

#: What a disk or a mount says when the same call can succeed later.
_PASSING = {errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ETIMEDOUT, errno.ENOTCONN}


class PictureSource(Protocol):
    """Pictures by reference; safe to call from several threads."""

    def read(self, reference: str) -> bytes:
        """The bytes of one picture.

        Raises:
            ImageError: this reference gives no picture, now or later.
            UnavailableError: it may give one later.
        """
        ...


@dataclass(frozen=True, slots=True)
class KnownPicture:
    """A picture that need not be sent: its host says that it still has this `content_hash`."""

    content: bytes


@runtime_checkable
class AskingSource(PictureSource, Protocol):
    """A `PictureSource` whose hosts tell whether a picture has changed."""

    def ask(
        self, reference: str, *, is_known: Callable[[bytes], bool], is_fresh: bool = False
    ) -> bytes | KnownPicture:
        """The bytes of one picture, or what it is known by where that is enough.

        Args:
            is_known: whether a picture with this `content_hash` need not be sent.
            is_fresh: ask even where the host has lately said that it has no such picture.

        Raises:
            ImageError: this reference gives no picture, now or later.
            UnavailableError: it may give one later.
        """
        ...


def content_hash(content: bytes) -> bytes:
    """What a file's bytes are known by: their SHA-256."""
    return sha256(content).digest()


class LocalPictures:
    """Files below the image roots, by relative path; the first root that has one wins."""

    def __init__(
        self,
        roots: Sequence[Path],
        *,
        registered: Callable[[], Sequence[Path]] = tuple,
        max_image_bytes: int = MAX_IMAGE_BYTES,
    ) -> None:
        """Opens nothing.

        Args:
            roots: settings of this host; a root named in the cluster is never used.
            registered: roots that this host was given since, asked for when a file is not found.
        """
        self._roots = tuple(root.resolve() for root in roots)
        self._registered = registered
        self._max_image_bytes = max_image_bytes

    def read(self, reference: str) -> bytes:
        """The file's bytes; symbolic links count as what they point to.

        Raises:
            ImageError: it is outside the roots, missing, no regular file, or too long.
            UnavailableError: the disk does not answer.
        """
        fault = path_fault(reference)
        if fault is not None:
            raise RefusedPictureError(f"The picture {reference[:200]!r} cannot be opened: {fault}.")
        file = self._find(reference) or self._find_registered(reference)
        if file is not None:
            return self._open(file, reference)
        if not self._roots:
            raise RefusedPictureError(
                f"The picture {reference!r} is a file, and this worker may open none: name its "
                "folder with --image-roots."
            )
        raise MissingPictureError(
            f"The picture {reference!r} is in none of the image roots of this worker: check its "
            "name, put it there, or name its folder with --image-roots."
        )

    def _find(self, reference: str) -> Path | None:
        found = (_below(root, reference) for root in self._roots)
        return next((file for file in found if file is not None), None)

    def _find_registered(self, reference: str) -> Path | None:
        new = tuple(root.resolve() for root in self._registered())
        if set(new) <= set(self._roots):
            return None
        self._roots = tuple(dict.fromkeys((*self._roots, *new)))
        return self._find(reference)

    def _open(self, file: Path, reference: str) -> bytes:
        try:
            # A link that took the file's place since is not followed, a FIFO not waited for.
            opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                os.close(opened)
                raise ImageError(f"The picture {reference!r} is no file: name a picture.")
            with os.fdopen(opened, "rb") as stream:
                data = stream.read(self._max_image_bytes + 1)
        except OSError as err:
            raise _failure(reference, err) from err
        if len(data) > self._max_image_bytes:
            raise ImageError(
                f"The picture {reference!r} is longer than {self._max_image_bytes:,} bytes: "
                "store a smaller copy of it."
            )
        return data


def _below(root: Path, reference: str) -> Path | None:
    """What the path stands for below the root, links followed; None where there is nothing."""
    try:
        file = (root / reference).resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except RuntimeError:  # a link that leads to itself, before Python 3.13
        return None
    except OSError as err:
        raise _failure(reference, err) from err
    return file if file.is_relative_to(root) else None


def _failure(reference: str, err: OSError) -> ImageError | UnavailableError:
    reason = f"The picture {reference[:200]!r} cannot be read ({err.strerror})"
    if err.errno in _PASSING:
        return UnavailableError(f"{reason}: check the disk or the mount.")
    return ImageError(f"{reason}: check its name and its permissions.")
