"""Many callers, one model: those who come while it is busy ride its next batch together."""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Any, Self

from diptych.encoding import EncodedImages, Encoder, Role, WrappedEncoder
from diptych.errors import UnavailableError
from diptych.vectors import Floats

#: Inputs of one model call. Twice as many texts take the bundled model hardly longer up to 16, and
#: no longer per text beyond; pictures take long each, and texts must not wait behind many of them.
MAX_TEXTS = 64
MAX_PICTURES = 8
#: How long a caller waits for its vectors, its place in the line included.
TIMEOUT_S = 5.0


class _Ask(Enum):
    QUERIES = auto()
    DOCUMENTS = auto()
    WORDS = auto()
    PICTURES = auto()


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One caller's inputs, and where its rows will be."""

    ask: _Ask
    inputs: Sequence[Any]
    rows: Future[EncodedImages] = field(default_factory=Future)


class CoalescingEncoder(WrappedEncoder):
    """An `Encoder` over another one, which it calls from one thread, with a batch at a time.

    Safe to call from several threads, which is what it is for. Nobody waits for a batch to fill:
    the first call goes to the model at once, and whatever arrives until it returns is the next
    batch, oldest first, equal inputs once. A caller who gives up leaves the others' batch alone.
    If a batch fails, its calls are tried one by one, and each caller gets its own error; if the
    encoder behind does not answer at all, all of them get that.

    The thread starts with the first call. `close`, or leaving the `with` block, ends it.

    Args of the constructor:
        max_texts: texts of one model call, unless one caller brings more.
        max_pictures: pictures of one model call, unless one caller brings more.
        timeout_s: longest wait of a caller, after which it gets UnavailableError.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        max_texts: int = MAX_TEXTS,
        max_pictures: int = MAX_PICTURES,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """See the class."""
        super().__init__(encoder)
        self._line = _Line(encoder, max_texts=max_texts, max_pictures=max_pictures)
        self._timeout_s = timeout_s

    @property
    def n_waiting(self) -> int:
        """Calls that no batch has taken up yet."""
        return self._line.n_waiting

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """(n, text_model.dimension) float32: texts in the sentence model's space."""
        return self._ask(_Ask.QUERIES if role is Role.QUERY else _Ask.DOCUMENTS, texts).vectors

    def encode_words(self, texts: Sequence[str]) -> Floats:
        """(n, image_model.dimension) float32: texts in the picture model's space."""
        return self._ask(_Ask.WORDS, texts).vectors

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Pictures in the picture model's space, errors by their place."""
        return self._ask(_Ask.PICTURES, images)

    def within(self, timeout_s: float) -> "CoalescingEncoder":
        """The same encoder and line, for a caller who waits no longer than this (or than here)."""
        hurried = copy(self)
        hurried._timeout_s = min(timeout_s, self._timeout_s)
        return hurried

    def close(self) -> None:
        """Let the running batch end, and the thread with it; who waits gets UnavailableError."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, ask: _Ask, inputs: Sequence[Any]) -> EncodedImages:
        job = _Job(ask, inputs)
        self._line.put(job)
        try:
            return job.rows.result(self._timeout_s)
        except TimeoutError as err:
            if job.rows.done():
                return job.rows.result()
            self._line.drop(job)
            raise UnavailableError(
                f"The models gave no answer in {self._timeout_s:g} s: they have too much to do. "
                "Search again later, or run more of `diptych encoder`."
            ) from err


class _Line:
    """The calls that wait, and the one thread that serves them."""

    def __init__(self, encoder: Encoder, *, max_texts: int, max_pictures: int) -> None:
        self._encoder = encoder
        self._max_texts, self._max_pictures = max_texts, max_pictures
        self._jobs: deque[_Job] = deque()
        self._lock = threading.Lock()
        self._is_serving, self._is_closed = False, False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="diptych-encode")

    @property
    def n_waiting(self) -> int:
        with self._lock:
            return len(self._jobs)

    def put(self, job: _Job) -> None:
        with self._lock:
            if self._is_closed:
                raise _closing()
            self._jobs.append(job)
            if not self._is_serving:
                self._thread.submit(self._serve_all)
                self._is_serving = True

    def drop(self, job: _Job) -> None:
        with self._lock:
            if job in self._jobs:
                self._jobs.remove(job)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            left, self._jobs = self._jobs, deque()
        for job in left:
            job.rows.set_exception(_closing())
        self._thread.shutdown()

    def _serve_all(self) -> None:
        while batch := self._next_batch():
            self._serve(batch)

    def _next_batch(self) -> list[_Job]:
        """The oldest job and those that want the same, as many as fit; none ends the serving."""
        with self._lock:
            if not self._jobs:
                self._is_serving = False
                return []
            batch, others = [self._jobs.popleft()], deque[_Job]()
            room = self._room(batch[0])
            for job in self._jobs:
                if job.ask is batch[0].ask and len(job.inputs) <= room:
                    batch.append(job)
                    room -= len(job.inputs)
                else:
                    others.append(job)
            self._jobs = others
        return batch

    def _room(self, first: _Job) -> int:
        most = self._max_pictures if first.ask is _Ask.PICTURES else self._max_texts
        return most - len(first.inputs)

    def _serve(self, batch: list[_Job]) -> None:
        try:
            answers = self._encode(batch)
        except UnavailableError as err:
            for job in batch:
                job.rows.set_exception(_own(err))
        except Exception as err:  # noqa: BLE001 - a thread's boundary: the caller gets it
            if len(batch) == 1:
                batch[0].rows.set_exception(err)
                return
            for job in batch:
                self._serve([job])
        else:
            for job, answer in zip(batch, answers, strict=True):
                job.rows.set_result(answer)

    def _encode(self, batch: list[_Job]) -> list[EncodedImages]:
        """Each job's rows from one call to the encoder."""
        places: dict[Any, int] = {}
        for job in batch:
            for item in job.inputs:
                places.setdefault(item, len(places))
        encoded = self._call(batch[0].ask, list(places))
        return [_part(encoded, [places[item] for item in job.inputs]) for job in batch]

    def _call(self, ask: _Ask, inputs: list[Any]) -> EncodedImages:
        match ask:
            case _Ask.QUERIES:
                return EncodedImages(self._encoder.encode_texts(inputs, role=Role.QUERY))
            case _Ask.DOCUMENTS:
                return EncodedImages(self._encoder.encode_texts(inputs, role=Role.DOCUMENT))
            case _Ask.WORDS:
                return EncodedImages(self._encoder.encode_words(inputs))
            case _Ask.PICTURES:
                return self._encoder.encode_images(inputs)


def _part(encoded: EncodedImages, places: list[int]) -> EncodedImages:
    """One caller's rows: a copy, and its own errors by its own places."""
    errors = {i: encoded.errors[at] for i, at in enumerate(places) if at in encoded.errors}
    return EncodedImages(encoded.vectors[places], errors)


def _own(error: UnavailableError) -> UnavailableError:
    """The same error for one more caller: threads that raise one object would mix its traces."""
    own = type(error)(*error.args)
    own.__cause__ = error
    return own


def _closing() -> UnavailableError:
    return UnavailableError("The encoder is being closed: search again when it runs.")
