"""Batches stay under their token budget, and get smaller where memory is short."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diptych.errors import EncodingError
from diptych.workers.encoders.device import Device
from diptych.workers.encoders.texts import token_batches


def test_texts_of_equal_length_go_together() -> None:
    """Longest first: 10 and 9 fill 20 padded tokens, then 3, 2 and 1."""
    batches = list(token_batches([2, 10, 1, 9, 3], budget=20))

    assert [[1, 3], [4, 0, 2]] == batches


@given(st.lists(st.integers(1, 600)), st.integers(1, 2048))
def test_every_text_is_in_one_batch_and_no_batch_is_over_budget(
    lengths: list[int], budget: int
) -> None:
    """Except a text that is longer than the budget, which goes alone."""
    batches = list(token_batches(lengths, budget=budget))

    assert list(range(len(lengths))) == sorted(i for batch in batches for i in batch)
    for batch in batches:
        padded = len(batch) * max(lengths[i] for i in batch)
        assert padded <= budget or len(batch) == 1


class _SmallMemory:
    """A forward that runs out of memory on more than two rows, and notes what it was given."""

    def __init__(self, fits: int) -> None:
        self.fits = fits
        self.sizes: list[int] = []

    def __call__(self, rows: slice) -> torch.Tensor:
        self.sizes.append(rows.stop - rows.start)
        if self.sizes[-1] > self.fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return torch.arange(rows.start, rows.stop, dtype=torch.float32)[:, None]


def test_batch_that_does_not_fit_is_halved() -> None:
    """7 rows where 2 fit: halves until they do, and every row in its place."""
    forward = _SmallMemory(fits=2)

    vectors = Device("cpu").run(forward, 7)

    np.testing.assert_array_equal([[0], [1], [2], [3], [4], [5], [6]], vectors)
    assert [7, 3, 1, 2, 4, 2, 2] == forward.sizes


def test_one_row_that_does_not_fit_is_an_error() -> None:
    """There is nothing left to halve."""
    with pytest.raises(EncodingError, match="memory of cpu does not hold one input"):
        Device("cpu").run(_SmallMemory(fits=0), 2)
