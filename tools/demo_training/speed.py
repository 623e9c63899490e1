"""Pictures and texts a second on one core, through the package's own encoder."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import torch

from demo_training.figures import Figure
from demo_training.rendered import training_products
from demo_training.seeing import Eye, jpeg
from diptych.encoding import Encoder

_ABOUT: Final = "on one core, a second"
_PICTURES: Final = 128
_TEXTS: Final = 512
_REPEATS: Final = 3


def measure_speed(eye: Eye, encoder: Encoder) -> Iterator[Figure]:
    """The best of three runs of each, files decoded and texts tokenised."""
    products = training_products(_PICTURES, seed=99)
    files = [jpeg(pixels) for pixels in eye.pictures("speed", products)]
    texts = [f"{i} red striped coat" for i in range(_TEXTS)]
    with _one_core():
        pictures_per_s = _rate(_PICTURES, lambda: encoder.encode_images(files))
        yield Figure(_ABOUT, "pictures in batches", pictures_per_s, goal=250.0)
        one_by_one = _rate(32, lambda: [encoder.encode_images([file]) for file in files[:32]])
        yield Figure(_ABOUT, "pictures one by one", one_by_one)
        texts_per_s = _rate(_TEXTS, lambda: encoder.encode_words(texts))
        yield Figure(_ABOUT, "texts in batches", texts_per_s)
        one_by_one = _rate(_TEXTS, lambda: [encoder.encode_words([text]) for text in texts])
        yield Figure(_ABOUT, "texts one by one", one_by_one, goal=1000.0)


@contextmanager
def _one_core() -> Iterator[None]:
    """This process and its threads on one core, until left."""
    threads, cores = torch.get_num_threads(), os.sched_getaffinity(0)
    torch.set_num_threads(1)
    _pin({min(cores)})
    try:
        yield
    finally:
        _pin(cores)
        torch.set_num_threads(threads)


def _pin(cores: set[int]) -> None:
    """Every thread: affinity is each thread's own, and decoding threads are there already."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def _rate(n: int, work: Callable[[], object]) -> float:
    best_s = float("inf")
    for _ in range(_REPEATS):
        started_s = time.perf_counter()
        work()
        best_s = min(best_s, time.perf_counter() - started_s)
    return round(n / best_s, 1)
