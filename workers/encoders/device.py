"""The device that models run on: its kind, its precision, one lock, and less work when full."""

import os
import threading
from collections.abc import Callable

import numpy as np
import torch

from diptych.errors import DeviceLostError, EncodingError, SettingsError
from diptych.vectors import Floats

_PRECISIONS = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}


#: How torch names an error after which a device does nothing more in this process, such as a
#: failed memory cell or an index out of range in one of its programs.
_LOST = ("CUDA error", "cuDNN error")


class Device:
    """Runs forwards one at a time, in halves where the device's memory does not suffice.

    Attributes:
        name: where tensors go.
        dtype: what the weights are loaded as. `auto` is float32 on a processor, float16 on a
            GPU; bfloat16 is about three times as fast on processors that have it (cosine with
            float32 about 0.996).
        is_cuda: whether it is a GPU.
    """

    def __init__(self, name: str = "auto", *, dtype: str = "auto") -> None:
        """The device and the precision by name; SettingsError where there is none."""
        self.name = _device(name)
        self.is_cuda = self.name.type == "cuda"
        self.dtype = _precision(dtype, is_cuda=self.is_cuda)
        self._lock = threading.Lock()
        torch.set_num_threads(min(torch.get_num_threads(), len(os.sched_getaffinity(0))))

    def run(self, forward: Callable[[slice], torch.Tensor], n_rows: int) -> Floats:
        """(n_rows, d) float32, from a forward that takes the rows to encode.

        Raises:
            EncodingError: the device's memory does not hold even one row.
            DeviceLostError: the device works no more in this process.
        """
        with self._lock, torch.inference_mode():
            return self._run(forward, slice(0, n_rows))

    def _run(self, forward: Callable[[slice], torch.Tensor], rows: slice) -> Floats:
        try:
            vectors: Floats = forward(rows).float().cpu().numpy()
            return vectors
        except torch.OutOfMemoryError as err:
            if rows.stop - rows.start == 1:
                raise EncodingError(
                    f"The memory of {self.name} does not hold one input: end what else uses "
                    f"it, or name a smaller model."
                ) from err
        except RuntimeError as err:
            if any(sign in str(err) for sign in _LOST):
                raise DeviceLostError(
                    f"The device {self.name} works no more in this process "
                    f"({str(err).splitlines()[0]}): start it again, and look at the device where "
                    "that does not help."
                ) from err
            raise
        # Outside the handler, whose traceback would keep the failed forward's tensors alive.
        if self.is_cuda:
            torch.cuda.empty_cache()
        middle = (rows.start + rows.stop) // 2
        first = self._run(forward, slice(rows.start, middle))
        return np.concatenate([first, self._run(forward, slice(middle, rows.stop))])


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in {"cpu", "cuda"}:
        raise SettingsError(f"There is no device {name!r}: use auto, cpu, cuda or cuda:N.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise SettingsError(
            f"The device {name!r} is not there (torch sees {torch.cuda.device_count()} GPUs): "
            f"use auto or cpu, or install a torch that was built for this GPU."
        )
    return device


def _precision(name: str, *, is_cuda: bool) -> torch.dtype:
    if name == "auto":
        return torch.float16 if is_cuda else torch.float32
    if name not in _PRECISIONS:
        raise SettingsError(f"There is no precision {name!r}: use auto, {', '.join(_PRECISIONS)}.")
    return _PRECISIONS[name]
