"""Makes two words hang in every Python that has this folder on its path.

The first hangs once: the file named by `HUNG_ONCE` remembers that it did. The second hangs in every
worker; a process apart, which its worker would kill after minutes, is killed by it at once.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from diptych import remote_encoder
from diptych.encoding import Role
from diptych.vectors import Floats

ENDLESS = "endless"
HOPELESS = "hopeless"
_encode_texts = remote_encoder.RemoteEncoder.encode_texts


def _encode_or_hang(
    encoder: remote_encoder.RemoteEncoder, texts: Sequence[str], *, role: Role
) -> Floats:
    if any(HOPELESS in text for text in texts):
        if "diptych.plugin.isolated" in sys.orig_argv:
            os.kill(os.getpid(), signal.SIGKILL)
        threading.Event().wait()
    if any(ENDLESS in text for text in texts):
        once = Path(os.environ["HUNG_ONCE"])
        if not once.exists():
            once.touch()
            threading.Event().wait()
    return _encode_texts(encoder, texts, role=role)


remote_encoder.RemoteEncoder.encode_texts = _encode_or_hang  # type: ignore[method-assign, assignment]
