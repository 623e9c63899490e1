"""Makes one word hang in every Python that has this folder on its path, the first time only.

The file named by `HUNG_ONCE` remembers that it did.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from diptych import remote_encoder
from diptych.encoding import Role
from diptych.vectors import Floats

ENDLESS = "endless"
_encode_texts = remote_encoder.RemoteEncoder.encode_texts


def _encode_or_hang(
    encoder: remote_encoder.RemoteEncoder, texts: Sequence[str], *, role: Role
) -> Floats:
    once = Path(os.environ["HUNG_ONCE"])
    if any(ENDLESS in text for text in texts) and not once.exists():
        once.touch()
        threading.Event().wait()
    return _encode_texts(encoder, texts, role=role)


remote_encoder.RemoteEncoder.encode_texts = _encode_or_hang  # type: ignore[method-assign, assignment]
