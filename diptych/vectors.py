"""Arrays of vectors: the types, unit rows, and their form on the wire."""

import base64

import numpy as np
from numpy.typing import NDArray

#: float32 arrays; one vector per row where there are two axes.
Floats = NDArray[np.float32]


def unit_rows(rows: Floats) -> Floats:
    """The rows at length 1; a row of zeros stays zero.

    Args:
        rows: (n, d) float32.
    """
    norms: Floats = np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32)
    norms[norms == 0] = 1
    return rows / norms


def to_base64(vector: Floats) -> str:
    """Little-endian float32 bytes in base64, as OpenAI's `encoding_format=base64` has them."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def from_base64(text: str) -> Floats:
    """The (d,) float32 vector that `to_base64` wrote."""
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32)
