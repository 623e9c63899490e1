"""From the references of pictures to vectors: asked for in parallel, encoded together."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field

import numpy as np

from diptych.encoding import Encoder, PictureMemory
from diptych.errors import ImageError, UnavailableError
from diptych.ingest.pictures import AskingSource, KnownPicture, PictureSource
from diptych.vectors import Floats, unit_rows

#: Pictures are read from disks and hosts in parallel; decoding has threads of its own.
N_READERS = 8
#: Files in memory at one time, in each thread of a worker.
_PICTURES_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class MeanPicture:
    """The unit mean of a document's pictures; zeros where none could be used.

    `is_passing` tells that one of them may be had later.
    """

    vector: Floats
    error: str | None
    is_passing: bool = False


@dataclass(slots=True)
class EncodedPictures:
    """Vectors by reference, reasons by reference that cannot be used, those to try again."""

    vectors: dict[str, Floats] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    passing: set[str] = field(default_factory=set)

    def mean(self, references: Sequence[str], *, dimension: int) -> MeanPicture:
        """What a document with these pictures has."""
        total: Floats = np.zeros(dimension, dtype=np.float32)
        for reference in references:
            if reference in self.vectors:
                total = total + self.vectors[reference]
        reasons = [self.errors[reference] for reference in references if reference in self.errors]
        return MeanPicture(
            unit_rows(total[None, :])[0],
            "; ".join(reasons)[:500] or None,
            is_passing=not self.passing.isdisjoint(references),
        )


class PictureVectors:
    """Encodes pictures by reference; one that was seen before need not even be sent."""

    def __init__(
        self, encoder: Encoder, pictures: PictureSource, *, n_readers: int = N_READERS
    ) -> None:
        """Asks neither yet.

        Args:
            n_readers: pictures read at one time; 1 reads them in the caller's thread.
        """
        self._encoder = encoder
        self._pictures = pictures
        self._n_readers = n_readers
        self._memory = encoder if isinstance(encoder, PictureMemory) else None

    def encode(self, references: Sequence[str], *, is_fresh: bool = False) -> EncodedPictures:
        """What each picture gives.

        Args:
            is_fresh: ask hosts even for what they have lately said that they lack.
        """
        found = EncodedPictures()
        for start in range(0, len(references), _PICTURES_AT_ONCE):
            part = references[start : start + _PICTURES_AT_ONCE]
            self._add(found, dict(zip(part, self._read_all(part, is_fresh), strict=True)))
        return found

    def _add(self, found: EncodedPictures, read: Mapping[str, bytes | Floats | Exception]) -> None:
        data: dict[str, bytes] = {}
        for reference, result in read.items():
            if isinstance(result, bytes):
                data[reference] = result
            elif isinstance(result, Exception):
                found.errors[reference] = str(result)
                if isinstance(result, UnavailableError):
                    found.passing.add(reference)
            else:
                found.vectors[reference] = result
        encoded = self._encoder.encode_images(list(data.values()))
        for row, (reference, vector) in enumerate(zip(data, encoded.vectors, strict=True)):
            if row in encoded.errors:
                found.errors[reference] = f"{reference}: {encoded.errors[row]}"
            else:
                found.vectors[reference] = vector

    def _read_all(
        self, references: Sequence[str], is_fresh: bool
    ) -> Iterator[bytes | Floats | Exception]:
        if min(self._n_readers, len(references)) < 2:
            yield from (self._read(reference, is_fresh) for reference in references)
            return
        with ThreadPoolExecutor(min(self._n_readers, len(references))) as pool:
            # A reader works for the message of the thread that waits for it.
            contexts = [copy_context() for _ in references]
            yield from pool.map(
                lambda context, reference: context.run(self._read, reference, is_fresh),
                contexts,
                references,
            )

    def _read(self, reference: str, is_fresh: bool) -> bytes | Floats | Exception:
        try:
            return self._ask(reference, is_fresh)
        except (ImageError, UnavailableError) as err:
            return err

    def _ask(self, reference: str, is_fresh: bool) -> bytes | Floats:
        if not isinstance(self._pictures, AskingSource):
            return self._pictures.read(reference)
        recalled: dict[bytes, Floats] = {}

        def is_known(content: bytes) -> bool:
            vector = None if self._memory is None else self._memory.recall_picture(content)
            if vector is not None:
                recalled[content] = vector
            return vector is not None

        answer = self._pictures.ask(reference, is_known=is_known, is_fresh=is_fresh)
        return recalled[answer.content] if isinstance(answer, KnownPicture) else answer
