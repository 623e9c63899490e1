"""Makes one word deadly in every Python that has this folder on its path, as broken code in C is."""

import os
import signal
from collections.abc import Sequence

from diptych import remote_encoder
from diptych.encoding import Role
from diptych.vectors import Floats

DEADLY = "deadly"
_encode_texts = remote_encoder.RemoteEncoder.encode_texts


def _encode_or_die(
    encoder: remote_encoder.RemoteEncoder, texts: Sequence[str], *, role: Role
) -> Floats:
    if any(DEADLY in text for text in texts):
        os.kill(os.getpid(), signal.SIGKILL)
    return _encode_texts(encoder, texts, role=role)


remote_encoder.RemoteEncoder.encode_texts = _encode_or_die  # type: ignore[method-assign, assignment]
