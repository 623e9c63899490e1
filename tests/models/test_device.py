"""A device that breaks."""

import pytest
import torch

from diptych.errors import DeviceLostError
from diptych.workers.encoders.device import Device


def test_error_of_the_device_is_told_from_one_of_a_document() -> None:
    """After it every forward fails in this process, so no document is to blame."""

    def forward(rows: slice) -> torch.Tensor:
        raise RuntimeError("CUDA error: uncorrectable ECC error encountered\nCompile with ...")

    with pytest.raises(DeviceLostError, match="uncorrectable ECC error"):
        Device("cpu").run(forward, 2)


def test_error_of_a_model_stays_what_it_is() -> None:
    """A text that a model cannot take."""

    def forward(rows: slice) -> torch.Tensor:
        raise RuntimeError("index out of range in self")

    with pytest.raises(RuntimeError, match="index out of range"):
        Device("cpu").run(forward, 2)
